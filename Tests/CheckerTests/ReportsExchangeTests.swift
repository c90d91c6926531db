// Reports for other programs: SARIF against the schema of OASIS, limits, fingerprints, and the pictures of states.

import Checker
import Foundation
import Model
import Testing

@Suite struct ReportsExchangeTests {
    private static func run(_ results: [SpecResult], _ policy: GatePolicy = GatePolicy()) -> RunReport {
        RunReport(
            results, exitCode: policy.status(of: results).rawValue, version: "0.1.0", policy: policy,
            traceFolder: "shmcheck-out", timestamp: "2026-11-20T23:20:20")
    }

    private static let hostile = """
        spec Hostile
        shared var x: int in 0..<9
        process p[2] { x = x + 1 }
        invariant small: x < 2
            "\\"]]><script> \\u{202e} ;#%0A::error::x"

        """

    /// Results of many shapes: violations of every kind, mistakes, files that are not there, what has no answer.
    static let results: [SpecResult] = {
        var results = [
            SmallSpecs.ring, SmallSpecs.deadlock, SmallSpecs.asleep, SmallSpecs.rules, SmallSpecs.nested, hostile,
        ]
        .enumerated().map { report($1, path: "specs/a b/ü\($0).spec") { $0.keepsGoing = true } }
        results.append(report("spec R\nprocess p { y = 1 }\n", path: "/abs/r.spec"))
        results.append(report(SmallSpecs.rules, path: "o.spec") { $0.limits.states = 3 })
        results.append(SpecResult(path: "none.spec", checks: [], diagnostics: [], readError: "none.spec: no such file"))
        return results
    }()

    // MARK: SARIF

    @Test func sarifIsValidForTheSchemaOfOASIS() throws {
        let schema = try JSONText.parse(Array(repositoryText("Tests/Schemas/sarif-schema-2.1.0.json").utf8))
        let text = try #require(Self.run(Self.results).text(.sarif))
        let document = try JSONText.parse(Array(text.utf8))
        let findings = DraftFourValidator(schema).findings(document)
        #expect(findings.isEmpty, "\(findings.prefix(5))")
        #expect(document.at("runs").list.count == Self.results.count)
        #expect(document.at("runs").list.contains { !$0.at("results").list.isEmpty })
    }

    @Test func theSchemaTellsWhatIsWrong() throws {
        let schema = try JSONText.parse(Array(repositoryText("Tests/Schemas/sarif-schema-2.1.0.json").utf8))
        let text = try #require(Self.run(Self.results).text(.sarif))
        for (good, bad) in [
            ("\"2.1.0\"", "\"2.1.1\""), ("\"ruleId\"", "\"ruleid\""),
            ("\"executionOrder\": 1,", "\"executionOrder\": \"1\","),
            ("\"level\": \"error\"", "\"level\": \"bad\""),
        ] {
            let broken = try JSONText.parse(Array(text.replacing(good, with: bad).utf8))
            #expect(!DraftFourValidator(schema).findings(broken).isEmpty, "\(bad)")
        }
    }

    @Test func aFlowHasAThreadForEachProcessAndEndsInDanger() throws {
        var options = CheckOptions()
        options.expectation = .holds
        let failing = check(
            SourceFile(path: "r.spec", text: SmallSpecs.ring), read: { _ in nil }, options: options)
        let document = try JSONText.parse(Array(try #require(Self.run([failing]).text(.sarif)).utf8))
        let finding = try #require(document.at("runs").list.first?.at("results").list.first)
        #expect(finding.at("ruleId").string == "shmcheck/invariant/r/none_lost")
        let flow = try #require(finding.at("codeFlows").list.first).at("threadFlows").list
        #expect(Set(flow.compactMap { $0.at("id").string }) == ["producer#1", "producer#2"])
        let orders = flow.flatMap { $0.at("locations").list.compactMap { $0.at("executionOrder").int } }
        #expect(orders.sorted() == Array(1...orders.count))
        let last = flow.flatMap { $0.at("locations").list }.max {
            ($0.at("executionOrder").int ?? 0) < ($1.at("executionOrder").int ?? 0)
        }
        #expect(last?.at("kinds").list.first?.string == "danger")
        #expect(finding.at("partialFingerprints").at("shmcheckTraceShape/v1").string?.count == 16)
    }

    @Test func moreThanTwentyFilesAreOneRun() throws {
        let many = (0..<25).map { report(SmallSpecs.deadlock, path: "s\($0).spec") }
        let document = try JSONText.parse(Array(try #require(Self.run(many).text(.sarif)).utf8))
        #expect(document.at("runs").list.count == 1)
        #expect(document.at("runs").list.first?.at("results").list.count == 25)
    }

    // MARK: All kinds

    @Test(arguments: [ReportKind.html, .json, .junit, .sarif, .markdown, .itf])
    func aReportIsTheSameEachTime(kind: ReportKind) throws {
        func text() -> String? {
            let results = [SmallSpecs.ring, SmallSpecs.asleep].map { report($0) }
            return Self.run(results).text(kind)
        }
        let (first, second) = (try #require(text()), try #require(text()))
        // Times differ, and nothing else.
        let times = try Regex("time=\"[0-9.]*\"|\"(seconds|statesPerSecond|bytes)\": [0-9.]*")
        #expect(first.replacing(times, with: "") == second.replacing(times, with: ""))
    }

    @Test func nothingInNamesBecomesMarkup() throws {
        let run = Self.run([report(Self.hostile, path: "<b>&'\".spec")])
        let html = try #require(run.text(.html))
        #expect(!html.contains("<b>&") && !html.contains("]]><script>"))
        #expect(html.components(separatedBy: "<script").count == 3)
        let markdown = try #require(run.text(.markdown))
        #expect(!markdown.contains("<b>") && !markdown.contains("<script>"))
        #expect(!GitHubReport.annotations(run).contains("\n::error::"))
        #expect(GitHubReport.annotations(run).components(separatedBy: "\n").count == 2)
    }

    @Test func theBaselineKnowsWhatFailed() throws {
        let failing = report(SmallSpecs.deadlock)
        var policy = GatePolicy()
        let text = try #require(Self.run([failing]).text(.json))
        policy.baseline = try Baseline(Array(text.utf8))
        #expect(policy.status(of: [failing]) == .success)
        #expect(GatePolicy().status(of: [failing]) == .deadlock)
    }

    // MARK: Mermaid

    @Test func aLongDiagramIsCut() throws {
        let text = """
            spec Long
            shared var x: int in 0..<200
            process p { for i in 0..<150 { x = i } }
            reachable end: x == 149
            """
        let result = report(text)
        let trace = try #require(result.checks.first?.properties.first { $0.name == "end" }?.trace)
        let lines = MermaidTrace.text(trace).components(separatedBy: "\n")
        #expect(lines.count { $0.contains("->>") } <= 60)
        #expect(lines.contains { $0.contains("steps are left out") })
    }
}
