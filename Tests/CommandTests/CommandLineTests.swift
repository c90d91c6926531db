// The command line: wrong options, limits, output that cannot be written, pages of diagnostics.

import Foundation
import Model
import Testing

@Suite struct CommandLineTests {
    static let spec = """
        spec S
        const SLOTS = 3
        shared var slots: int[SLOTS]
        process p { slots[0] = 1 }
        invariant small: slots[0] < 2
        """

    private func run(_ arguments: [String], _ text: String = spec, output: URL? = nil) throws -> CommandResult {
        let folder = try TemporaryFolder()
        try folder.write("s.spec", Array((text + "\n").utf8))
        return try Command.run(arguments, in: folder.url, output: output)
    }

    @Test(arguments: [
        (["-D", "SLOTZ=3"], "did you mean `SLOTS`?"), (["-D", "SLOTS=0"], "size_out_of_range"),
        (["-D", "SLOTS=99999999999999999999"], "-D takes NAME=VALUE"), (["-D", "SLOTS=true"], "not_constant"),
        (["-D", "SLOTS"], "-D takes NAME=VALUE"), (["-D", "=3"], "-D takes NAME=VALUE"),
        (["-D", "SLOTS=(("], "-D takes NAME=VALUE"), (["-D", "SLOTS=3\nconst A = 4"], "-D takes NAME=VALUE"),
        (["--fault", "Q1"], "there is no fault Q1"), (["--only", "smal"], "there is no check or fault smal"),
        (["--skip", "all"], "there is no check or fault all"),
        (["--expect", "violated:smal"], "did you mean `small`?"),
        (["--expect", "nothing"], "--expect takes"), (["--states", "many"], "many"), (["--states", "1e99"], "1e99"),
        (["--states", "-1"], "--states"), (["--memory", "lots"], "lots"), (["--out-dir", ""], "--out-dir"),
        (["--none"], "--none"), (["--engine", "magic"], "magic"),
    ]) func aWrongOptionEndsWith64(options: [String], says: String) throws {
        let result = try run(["s.spec"] + options)
        #expect(result.code == 64)
        #expect(result.error.contains(says), "\(result.error)")
    }

    @Test func everyEngineSaysTheSame() throws {
        let results = try [[], ["--engine", "bytecode"]].map { try run(["s.spec", "--format", "json"] + $0) }
        #expect(results[0].code == 0)
        let reports = results.map { $0.output.components(separatedBy: "\"timing\"").first }
        #expect(reports[0] == reports[1])
    }

    @Test func noFileAtAllEndsWith64() throws { #expect(try run([]).code == 64) }

    @Test func aLimitOfMemoryKeepsWhatIsKnown() throws {
        let text = """
            spec Wide
            shared var x: int in 0..<1000000
            shared var y: int in 0..<1000000
            process p[2] { loop { either { x = (x + 1) % 1000000 } or { y = (y + 7) % 1000000 } } }
            reachable moved: x == 1
            """
        let result = try run(["s.spec", "--memory", "1MiB"], text)
        #expect(result.code == 5)
        #expect(result.output.contains("INCONCLUSIVE (memory limit; "))
        #expect(result.output.contains("moved: witnessed at depth"))
    }

    // MARK: Output

    @Test(arguments: [
        ["s.spec"], ["s.spec", "--format", "json"], ["show", "s.spec"], ["explain", "polling"], ["explain"],
    ])
    func aFullDiskEndsWith74(arguments: [String]) throws {
        let result = try run(arguments, output: URL(filePath: "/dev/full"))
        #expect(result.code == 74)
        #expect(result.error.contains("No space left"))
    }

    /// The events of `--format jsonl`, each with its property or nothing.
    private func events(_ result: CommandResult) throws -> [String] {
        try result.output.split(separator: "\n").map { line in
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
            #expect(object["v"] as? Int == 1)
            let name = (object["name"] as? String).map { " \($0)" } ?? ""
            return try #require(object["event"] as? String) + name
        }
    }

    @Test func eachLineOfJSONLIsAnEvent() throws {
        let holds = try run(["s.spec", "--format", "jsonl"])
        let found = try events(holds)
        #expect(found.first == "start" && found.last == "end" && found.dropLast().last == "coverage")
        #expect(found.contains("property small") && !found.contains { $0.hasPrefix("violation") })
        #expect(found.dropFirst().dropLast(2).allSatisfy { $0.hasPrefix("property ") }, "\(found)")
        #expect(holds.output.hasSuffix("{\"v\":1,\"event\":\"end\",\"exit\":0}\n"), "\(holds.output)")

        let text = Self.spec.replacing("slots[0] < 2", with: "slots[0] < 1")
        let broken = try run(["s.spec", "--format", "jsonl"], text)
        #expect(broken.code == 12)
        #expect(try events(broken).contains("violation small"))
        #expect(try events(run(["s.spec", "--format", "jsonl", "--states", "1"])).contains("limit"))
        #expect(try events(run(["none.spec", "--format", "jsonl"])) == ["start", "error", "end"])
        #expect(try events(run(["s.spec", "--format", "jsonl"], "spec S {")).contains("diagnostic"))
        #expect(try events(run(["ci", "--format", "jsonl"])).first == "start")
    }

    @Test func aReaderThatLeavesChangesNothing() throws {
        let folder = try TemporaryFolder()
        try folder.write("s.spec", Array((Self.spec + "\n").utf8))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", "{ \"$0\" s.spec; echo $? >code; } | true", Command.program.path()]
        process.currentDirectoryURL = folder.url
        try process.run()
        process.waitUntilExit()
        let code = try String(contentsOf: folder.url.appending(path: "code"), encoding: .utf8)
        #expect(code == "0\n")
    }

    @Test func aTraceThatCannotBeWrittenEndsWith74() throws {
        let result = try run(
            ["s.spec", "--out-dir", "s.spec/traces"], Self.spec.replacing("slots[0] < 2", with: "slots[0] < 1"))
        #expect(result.code == 74)
        #expect(result.output.contains("small VIOLATED in 1 step"))
        #expect(result.error.contains("the trace is not written: s.spec/traces"))
    }

    @Test func thePathMayDifferInCase() throws {
        let result = try run(["S.SPEC"])
        #expect(result.code == 0)
        #expect(result.error == "shmcheck: S.SPEC is not there; using s.spec\n")
    }

    // MARK: Strictness, explanations

    @Test func strictRejectsAWarning() throws {
        let text = Self.spec + "\nfunc unused() { }"
        #expect(try run(["s.spec"], text).code == 0)
        let strict = try run(["s.spec", "--strict"], text)
        #expect(strict.code == 2)
        #expect(strict.error.hasPrefix("error[unused_function]"))
    }

    @Test(arguments: DiagnosticPage.all) func explainPrintsThePage(page: DiagnosticPage) throws {
        let result = try run(["explain", page.code])
        #expect(result.code == 0)
        func words(_ text: String) -> [Substring] { text.split { $0.isWhitespace } }
        let printed = words(result.output.replacing("What helps:", with: "*What helps:*"))
        #expect(Set(words(page.words)).subtracting(printed) == [])
        for block in page.blocks.values {
            for line in block.split(separator: "\n") { #expect(result.output.contains("    \(line)\n")) }
        }
        #expect(!result.output.contains("```"))
    }

    @Test func explainTakesACodeAsItIsPrintedAndKnowsItsNeighbours() throws {
        #expect(try run(["explain", "error[polling]"]).output.hasPrefix("warning[polling]\n"))
        let unknown = try run(["explain", "unknwn_name"])
        #expect(unknown.code == 64)
        #expect(unknown.error.contains("unknown_name"))
        let list = try run(["explain"]).output
        for code in DiagnosticCode.allCases { #expect(list.contains("\(code.rawValue) ")) }
    }
}
