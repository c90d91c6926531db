// The gate: exit codes, what is let through, reports that cannot be written, interrupts, names that try to be markup.

import Foundation
import Testing

@Suite struct GateTests {
    static let good =
        "spec Good\nshared var x: int in 0..<3\nprocess p { x = 1 }\nreachable one: x == 1\ncheck expect holds\n"
    static let bad = """
        spec Bad
        shared var x: int in 0..<9
        process p[2] { x = x + 1 }
        invariant small: x < 2
            "x stays small"

        """
    static let rejected = "spec R\nprocess p { y = 1 }\n"
    /// Some five million states, which take longer than any of these tests.
    static let long = """
        spec Long
        shared var x: int in 0..<1000000
        shared var y: int in 0..<1000000
        process p[3] { loop { either { x = (x + 1) % 1000000 } or { y = (y + 7) % 1000000 } } }
        reachable far: x == 999999

        """
    static let loops = "spec L\nshared var x: int in 0..<99\nprocess p { loop { x = (x + 1) % 99 } }\n"

    private func folder(_ specs: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in specs { try folder.write(name, Array(text.utf8)) }
        return folder
    }

    private func run(_ arguments: [String], _ specs: [String: String], seconds: Int = 60) throws -> CommandResult {
        try Command.run(arguments, in: folder(specs).url, seconds: seconds)
    }

    // MARK: Exit codes

    @Test(
        arguments: [
            (["a.spec": good], [], 0), (["a.spec": good, "sub/b.spec": bad], [], 12), (["a.spec": rejected], [], 2),
            (["a.spec": rejected, "b.spec": bad], [], 2), (["a.spec": loops], ["--depth", "3"], 0),
            (["a.spec": loops], ["--depth", "3", "--require", "exhaustive"], 5),
            (["a.spec": loops], ["--depth", "3", "--require", "exhaustive", "--allow-inconclusive"], 0),
            (["a.spec": good], ["--require", "exhaustive"], 0), (["a.spec": long], ["--states", "1000"], 5),
            (["a.spec": long], ["--states", "1000", "--allow-inconclusive"], 0), (["a.spec": good], ["none.spec"], 74),
            (["a.txt": good], [], 64), (["a.spec": bad], ["--exclude", "a.spec"], 64),
            (["a.spec": good, ".hidden/b.spec": bad, "node_modules/c.spec": bad], [], 0),
        ] as [([String: String], [String], Int)]) func theExitCodeTellsHowItCameOut(
            specs: [String: String], options: [String], code: Int
        ) throws
    {
        let result = try run(["ci"] + options, specs)
        #expect(result.code == Int32(code), "\(result.output)\(result.error)")
    }

    @Test func aCheckHasALineAndAViolationIsShownInFull() throws {
        let result = try run(["ci"], ["a.spec": Self.good, "sub/b.spec": Self.bad])
        let lines = result.output.components(separatedBy: "\n")
        #expect(lines.contains { $0.hasPrefix("ok     a.spec  default") && $0.contains("HOLDS (exhaustive") })
        #expect(lines.contains { $0.hasPrefix("FAIL   sub/b.spec  default") && $0.contains("VIOLATED") })
        #expect(result.output.contains("reproduce: shmcheck check sub/b.spec"))
        #expect(result.output.contains("x stays small"))
    }

    @Test func theOrderIsThatOfTheFilesForAnyNumberOfJobs() throws {
        let specs = Dictionary(uniqueKeysWithValues: (0..<8).map { ("s\($0).spec", $0 == 3 ? Self.bad : Self.good) })
        let one = try run(["ci", "-j", "1", "--show-progress", "none"], specs)
        let many = try run(["ci", "-j", "4"], specs)
        #expect(one.output == many.output)
        #expect(one.code == 12 && many.code == 12)
    }

    @Test func aBudgetEndsTheWholeRun() throws {
        let start = ContinuousClock.now
        let result = try run(["ci", "--budget", "1s", "-j", "1"], ["a.spec": Self.long, "b.spec": Self.long])
        #expect(result.code == 5)
        #expect(result.output.contains("time limit"))
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    // MARK: Baselines

    @Test func whatABaselineHasDoesNotCloseTheGate() throws {
        let folder = try folder(["a.spec": Self.good, "b.spec": Self.bad])
        let first = try Command.run(["ci", "--report", "json=base.json"], in: folder.url)
        #expect(first.code == 12)
        let second = try Command.run(["ci", "--baseline", "base.json"], in: folder.url)
        #expect(second.code == 0, "\(second.output)")
        #expect(second.output.contains("known  b.spec"))
        try folder.write("b.spec", Array(Self.bad.replacingOccurrences(of: "x < 2", with: "x < 9").utf8))
        let mended = try Command.run(["ci", "--baseline", "base.json"], in: folder.url)
        #expect(mended.output.contains("no longer fails, take it out of the baseline: b.spec: default"))
        try folder.write("a.spec", Array(Self.bad.utf8))
        #expect(try Command.run(["ci", "--baseline", "base.json"], in: folder.url).code == 12)
    }

    @Test(arguments: ["{", "[]", "{\"v\":1}", ""]) func aBaselineThatIsNoneEndsWith74(text: String) throws {
        let result = try run(["ci", "--baseline", "base.json"], ["a.spec": Self.good, "base.json": text])
        #expect(result.code == 74)
        #expect(result.error.contains("baseline cannot be used"))
    }

    // MARK: Reports

    @Test func allReportsComeFromOneRun() throws {
        let folder = try folder(["b.spec": Self.bad])
        let result = try Command.run(
            [
                "b.spec", "--report", "html=r/a.html,json=r/a.json", "--report", "junit=r/a.xml", "--report",
                "sarif=r/a.sarif",
                "--report", "markdown=r/a.md", "--report", "itf=r/a.itf.json",
            ], in: folder.url)
        #expect(result.code == 12)
        for name in ["a.html", "a.json", "a.xml", "a.sarif", "a.md", "a.itf.json"] {
            let size = try Data(contentsOf: folder.url.appending(path: "r/\(name)")).count
            #expect(size > 500, "\(name)")
        }
    }

    @Test func junitIsValidForTheSchemaOfJenkins() throws {
        try #require(FileManager.default.isExecutableFile(atPath: "/usr/bin/xmllint"))
        let schema = packageFolder.appending(path: "Tests/Schemas/junit-10.xsd").path()
        let specs = ["a.spec": Self.good, "b <&>.spec": Self.bad, "r.spec": Self.rejected, "l.spec": Self.long]
        for options in ["--states 1000", "--states 1000 --require exhaustive", "--allow-inconclusive --depth 2"] {
            let output = try Command.shell(
                "\"$0\" ci \(options) none.spec . --report junit=j.xml >/dev/null 2>&1; xmllint --noout --schema '\(schema)' j.xml; cat j.xml",
                in: folder(specs).url)
            #expect(output.hasPrefix("j.xml validates\n"), "\(output)")
            #expect(output.contains("<error "))
            #expect(output.contains("<failure ") == !options.contains("--depth"), "nothing fails within two steps")
        }
    }

    @Test(arguments: ["html=/dev/full", "junit=/dev/null/x", "sarif=.", "json=/proc/x"])
    func aReportThatCannotBeWrittenEndsWith74(report: String) throws {
        let result = try run(["ci", "--report", report], ["a.spec": Self.good])
        #expect(result.code == 74)
        #expect(result.error.contains("cannot be written") || result.error.contains("not written"), "\(result.error)")
    }

    @Test func theOtherReportsAreWrittenWhenOneCannotBe() throws {
        let folder = try folder(["a.spec": Self.good])
        let result = try Command.run(
            ["ci", "--report", "json=/dev/full", "--report", "junit=j.xml"], in: folder.url)
        #expect(result.code == 74)
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "j.xml").path()))
    }

    @Test(arguments: ["pdf=x", "html", "=x", "html="]) func anUnknownReportEndsWith64(report: String) throws {
        #expect(try run(["ci", "--report", report], ["a.spec": Self.good]).code == 64)
    }

    @Test(arguments: [("INT", 130), ("TERM", 143)]) func aSignalKeepsWhatIsKnown(signal: String, code: Int) throws {
        let folder = try folder(["a.spec": Self.good, "b.spec": Self.long])
        let script = """
            "$0" ci -j 1 --report json=r.json,html=r.html,junit=r.xml >out 2>err & pid=$!
            for i in $(seq 100); do grep -q a.spec out && break; sleep 0.1; done
            sleep 0.5; kill -\(signal) $pid; wait $pid; echo "code $?"
            """
        let output = try shell(script, in: folder.url)
        #expect(output.contains("code \(code)"), "\(output)")
        let json = String(decoding: try Data(contentsOf: folder.url.appending(path: "r.json")), as: UTF8.self)
        #expect(json.contains("\"limit\": \"interrupt\"") && json.contains("\"exit\": \(code)"), "\(json)")
        for name in ["r.html", "r.xml"] {
            #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: name).path()))
        }
    }

    @Test func aClosedPipeEndsNothing() throws {
        let folder = try folder(["b.spec": Self.bad])
        let output = try shell(
            "{ \"$0\" ci --report junit=j.xml; echo \"code $?\" >&2; } 2>&1 >/dev/null | cat; \"$0\" ci | head -c 1 >/dev/null; ls",
            in: folder.url)
        #expect(output.contains("code 12"))
        #expect(output.contains("j.xml"))
    }

    private func shell(_ script: String, in folder: URL, _ environment: [String: String] = [:]) throws -> String {
        try Command.shell(script, in: folder, environment)
    }

    // MARK: Names

    @Test func blanksUnicodeAndMarkupInNamesStayText() throws {
        let name = "a b/‮ü <img src=x onerror=alert(1)>&\"'::error::,%0A.spec"
        let text = Self.bad.replacingOccurrences(
            of: "x stays small", with: "</script><script>alert(1)</script> ]]> ${{ secrets.X }} @team |\\u{0}")
        let folder = try folder([name: text.replacingOccurrences(of: "\\u{0}", with: "")])
        let output = try Command.shell(
            "\"$0\" ci --report html=r.html,junit=r.xml,sarif=r.sarif,markdown=r.md,json=r.json >out 2>&1; echo \"code $?\"",
            in: folder.url,
            ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": folder.url.appending(path: "s.md").path()])
        #expect(output.contains("code 12"), "\(output)")
        func read(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: folder.url.appending(path: name)), as: UTF8.self)
        }
        let html = try read("r.html")
        #expect(!html.contains("<script>alert") && !html.contains("<img"))
        let scripts = html.components(separatedBy: "<script").count - 1
        let ends = html.components(separatedBy: "</script").count - 1
        #expect(scripts == ends && scripts == 2)
        for name in ["r.md", "s.md"] { #expect(try !read(name).contains("<img") && !read(name).contains("<script")) }
        #expect(try !read("r.xml").contains("<img"))
        // A workflow command begins a line: none may come from a name.
        let commands = try read("out").components(separatedBy: "\n").filter { $0.hasPrefix("::") }
        #expect(
            commands.allSatisfy {
                $0.hasPrefix("::error file=a b/") || $0.hasPrefix("::group::") || $0.hasPrefix("::endgroup")
            })
        #expect(commands.count { $0.hasPrefix("::error ") } == 1)
    }

    // MARK: GitHub and GitLab

    @Test func gitHubGetsGroupsAnnotationsAndASummaryWithADiagram() throws {
        let folder = try folder(["a.spec": Self.good, "b.spec": Self.bad])
        let output = try Command.shell(
            "\"$0\" ci; cat summary", in: folder.url,
            ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": folder.url.appending(path: "summary").path()])
        #expect(output.contains("::group::a.spec\n"))
        #expect(output.contains("::error file=b.spec,line=4,col=1,title=check default::small VIOLATED in 4 steps%0A"))
        #expect(output.contains("```mermaid\nsequenceDiagram\n"))
        #expect(output.contains("| ❌ | <code>b.spec</code> | default | VIOLATED |"))
    }

    @Test func theActionRunsTheseCommands() throws {
        let action = String(decoding: fileBytes("action.yml") ?? [], as: UTF8.self)
        let script = Self.block(after: "      run: |\n", indent: 8, in: action)
        #expect(script.contains("\"$SHMCHECK\" ci"))
        let folder = try folder(["specs one/a.spec": Self.good, "two/b.spec": Self.bad])
        let environment = [
            "SHMCHECK": Command.program.path(), "INPUT_PATHS": "specs one\ntwo", "INPUT_BUDGET": "1m",
            "INPUT_OPTIONS": "--require\nexhaustive", "INPUT_FOLDER": "out put",
        ]
        let output = try Command.shell(
            "bash -e -c '\(script.replacingOccurrences(of: "'", with: "'\\''"))'; echo \"code $?\"", in: folder.url,
            environment)
        #expect(output.contains("code 12"), "\(output)")
        for name in ["report.html", "report.sarif", "junit.xml", "report.json"] {
            #expect(
                FileManager.default.fileExists(
                    atPath: folder.url.appending(path: "out put/\(name)").path(percentEncoded: false)),
                "\(name)")
        }
        let used = Set(script.matches(of: /INPUT_[A-Z]+/).map { String($0.output) })
        for name in used { #expect(action.contains("\(name): ${{ inputs."), "\(name) is not set") }
    }

    @Test func theGitLabTemplateRunsTheseCommands() throws {
        let template = String(decoding: fileBytes("Templates/shmcheck.gitlab-ci.yml") ?? [], as: UTF8.self)
        var commands: [String] = []
        for line in Self.block(after: "  script:\n", indent: 4, in: template).components(separatedBy: "\n") {
            if line.hasPrefix("- ") {
                commands.append(line == "- >-" ? "" : String(line.dropFirst(2)))
            } else if !commands.isEmpty, !line.isEmpty {
                commands[commands.count - 1] += " " + line.trimmingCharacters(in: .whitespaces)
            }
        }
        #expect(commands.count == 2)
        let folder = try folder(["b.spec": Self.bad])
        let environment = ["SHMCHECK": Command.program.path(), "SHMCHECK_PATHS": ".", "SHMCHECK_BUDGET": "1m"]
        try folder.write("job", Array((commands.joined(separator: "\n") + "\n").utf8))
        let output = try Command.shell("bash job; echo \"code $?\"", in: folder.url, environment)
        #expect(output.contains("code 12"), "\(output)")
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "shmcheck-out/junit.xml").path()))
    }

    /// The lines after a heading that are indented as far, without their indentation.
    private static func block(after heading: String, indent: Int, in text: String) -> String {
        guard let start = text.range(of: heading) else { return "" }
        let blanks = String(repeating: " ", count: indent)
        return text[start.upperBound...].components(separatedBy: "\n").prefix { $0.hasPrefix(blanks) }
            .map { String($0.dropFirst(indent)) }.joined(separator: "\n")
    }
}
