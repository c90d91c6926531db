// What helps to write specs: templates that run, the one shape, the cache of verdicts, completions, the manual page.

import Foundation
import Model
import Testing

@Suite struct WritingTests {
    // MARK: Templates

    @Test(arguments: ["queue", "map", "forkexec", "prime"]) func aTemplateHoldsFindsItsFaultAndIsInShape(name: String)
        throws
    {
        let folder = try TemporaryFolder()
        let made = try Command.run(["init", "--from", name], in: folder.url)
        #expect(made.code == 0 && made.output.contains("shmcheck \(name).spec"))
        let run = try Command.run(["\(name).spec"], in: folder.url)
        #expect(run.output.contains("1 of 1 fault found"), "\(run.output)\(run.error)")
        #expect(try Command.run(["fmt", "--check", "\(name).spec"], in: folder.url).code == 0)
        let again = try Command.run(["init", "--from", name], in: folder.url)
        #expect(again.code == 74 && again.error.contains("--force"))
        #expect(try Command.run(["init", "--from", name, "--force"], in: folder.url).code == 0)
    }

    @Test func anUnknownTemplateEndsWith64() throws {
        #expect(try Command.run(["init", "--from", "mutex"], in: TemporaryFolder().url).code == 64)
    }

    // MARK: Shape

    static let specs: [String] = {
        let files = FileManager.default.enumerator(atPath: packageFolder.path())?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".spec") && ($0.hasPrefix("Specs/") || $0.hasPrefix("Sources/")) }.sorted()
    }()

    @Test(arguments: specs) func formattingTwiceIsFormattingOnce(path: String) throws {
        let source = SourceFile(path: path, bytes: try #require(fileBytes(path)))
        guard let once = SpecFormatter.formatted(source) else {
            #expect(path.hasSuffix("not_text.spec"))
            return
        }
        let twice = SpecFormatter.formatted(SourceFile(path: path, text: once))
        #expect(once == twice)
    }

    /// Texts cut, doubled and shaken: whatever comes out means the same, and is in shape.
    @Test(arguments: 0..<40) func formattingKeepsTheMeaningOfAnyText(seed: Int) throws {
        var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
        func random(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, limit)
        }
        var bytes = try #require(fileBytes(Self.specs[random(Self.specs.count)]))
        // Every other text has only its blanks changed, and often stays a spec.
        for _ in 0..<(seed % 2 == 0 ? 12 : 2) {
            guard !bytes.isEmpty else { break }
            let place = random(bytes.count)
            switch seed % 2 == 0 ? random(5) : [0, 1, 4][random(3)] {
            case 0: bytes.insert(contentsOf: Array("\n\n\n  ".utf8), at: place)
            case 1: bytes.insert(contentsOf: Array("\t".utf8), at: place)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(contentsOf: Array(["{", "}", "(", "\"", "/*", "//", "*/"][random(7)].utf8), at: place)
            default: bytes.insert(contentsOf: Array(" \r\n".utf8), at: place)
            }
        }
        let source = SourceFile(path: "x.spec", bytes: bytes)
        guard let once = SpecFormatter.formatted(source) else { return }
        #expect(SpecFormatter.formatted(SourceFile(path: "x.spec", text: once)) == once, "seed \(seed)")
        let (before, after) = (Diagnostics(), Diagnostics())
        _ = Parser.parse(source, diagnostics: before)
        _ = Parser.parse(SourceFile(path: "x.spec", text: once), diagnostics: after)
        // How the parser finds its way after a mistake depends on lines and columns; what it accepts does not.
        #expect(before.hasErrors || before.all.map(\.code) == after.all.map(\.code), "seed \(seed)")
    }

    @Test func shapeIsWhatItShouldBe() throws {
        let crooked = """


            spec   S
            const A=1,B = 2


            shared q guarded by lock{
              lock:  spinlock   \u{20}
            	n: int   // one
                           // two
            }
            func f(){
            acquire(q.lock)
                    put:
            q.n = A +
              B
            release(q.lock)
            }
            process p { f() }
            invariant i: q.n < 9
             "small"

            """
        let straight = """
            spec   S
            const A=1, B = 2

            shared q guarded by lock {
                lock:  spinlock
                n: int   // one
                         // two
            }
            func f() {
                acquire(q.lock)
              put:
                q.n = A +
                    B
                release(q.lock)
            }
            process p { f() }
            invariant i: q.n < 9
                "small"

            """
        let result = SpecFormatter.formatted(SourceFile(path: "s", text: crooked))
        #expect(
            result?.replacing("  lock:", with: "lock:").replacing(" ", with: "")
                == straight.replacing("  lock:", with: "lock:").replacing(" ", with: ""))
        let lines = (result ?? "").components(separatedBy: "\n")
        #expect(lines.contains("    acquire(q.lock)") && lines.contains("  put:") && lines.contains("        B"))
        #expect(lines.contains("    \"small\"") && lines.contains("const A=1, B = 2"))
    }

    /// A condition on lines of its own does not push the block behind it to the right.
    @Test func theBlockBehindAConditionIsThatOfItsStatement() {
        let text = """
            spec S
            prove p(a: u64)
                where a > 0
                    && a < 9 {
                a > 0
            } "positive"
            process q {
                for x in 0..<3
                    where x > 0
                        && x < 2 {
                    skip
                }
                skip
            }

            """
        #expect(SpecFormatter.formatted(SourceFile(path: "s", text: text)) == text)
    }

    @Test func shippedSpecsAreInShape() throws {
        let result = try Command.run(["fmt", "--check", "Specs"], in: packageFolder)
        let shaken = result.output.components(separatedBy: "\n").filter {
            !$0.isEmpty && !$0.contains("Specs/rejected/")
        }
        #expect(shaken == [])
    }

    // MARK: The cache

    private static let spec = """
        spec C
        const N = 20000
        shared var x: int in 0..<N
        process p { loop { x = (x + 1) % N } }
        invariant inside: x < N
        reachable some: x == 5
        check expect holds

        """

    @Test func anUnchangedSpecCostsNothingAndACommentDoesNotSpoilIt() throws {
        let folder = try TemporaryFolder()
        try folder.write("c.spec", Array(Self.spec.utf8))
        let queue = String(decoding: try #require(fileBytes("Specs/queue.spec")), as: UTF8.self)
        let small = queue.components(separatedBy: "\n").filter { !$0.hasPrefix("check kernel_size") }
        try folder.write("q.spec", Array(small.joined(separator: "\n").utf8))
        let options = ["ci", "c.spec", "q.spec", "--cache", "kept", "--report", "json=r.json"]
        let first = try Command.run(options, in: folder.url)
        #expect(first.code == 0 && !first.output.contains("(cached)"), "\(first.output)")
        let start = ContinuousClock.now
        let second = try Command.run(options, in: folder.url)
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(second.code == 0)
        #expect(second.output.components(separatedBy: "(cached)").count == 4, "\(second.output)")
        #expect(second.output.replacingOccurrences(of: " (cached)", with: "") == first.output)
        let commented = Self.spec.replacingOccurrences(of: "const", with: "// why\n\nconst")
            .replacingOccurrences(of: "loop { x", with: "loop {  /* on */ x")
        try folder.write("c.spec", Array((commented + "// the end\n").utf8))
        #expect(try Command.run(["c.spec", "--cache", "kept"], in: folder.url).output.contains("(cached)"))
        try folder.write("c.spec", Array(Self.spec.replacingOccurrences(of: "x < N", with: "x <= N").utf8))
        #expect(try !Command.run(["c.spec", "--cache", "kept"], in: folder.url).output.contains("(cached)"))
        #expect(try !Command.run(options + ["--no-cache"], in: folder.url).output.contains("(cached)"))
    }

    @Test func aCachedCounterexampleIsTheSame() throws {
        let folder = try TemporaryFolder()
        try folder.write("q.spec", try #require(fileBytes("Specs/queue.spec")))
        let options = ["q.spec", "--fault", "Q1", "--cache", "kept"]
        let first = try Command.run(options, in: folder.url)
        let trace = folder.url.appending(path: "shmcheck-out/q/Q1/no_lost_request.itf.json")
        let bytes = try Data(contentsOf: trace)
        let second = try Command.run(options, in: folder.url)
        #expect(second.code == 12 && second.output.contains("(cached)"))
        #expect(second.output.replacingOccurrences(of: " (cached)", with: "") == first.output)
        #expect(try Data(contentsOf: trace) == bytes)
    }

    @Test func whatALimitCutShortIsNotKeptNorWhatIsBroken() throws {
        let folder = try TemporaryFolder()
        try folder.write("c.spec", Array(Self.spec.utf8))
        let limited = ["c.spec", "--cache", "kept", "--states", "1000"]
        #expect(try Command.run(limited, in: folder.url).code == 5)
        #expect(try Command.run(limited, in: folder.url).code == 5)
        #expect(try Command.run(["cache", "--cache", "kept"], in: folder.url).output.contains(" 0 verdicts"))
        _ = try Command.run(["c.spec", "--cache", "kept"], in: folder.url)
        let kept = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "kept").path())
        #expect(kept.count == 1)
        for text in ["", "{", "{\"key\":\"\"}"] {
            try folder.write("kept/\(kept[0])", Array(text.utf8))
            let again = try Command.run(["c.spec", "--cache", "kept"], in: folder.url)
            #expect(again.code == 0 && !again.output.contains("(cached)"))
        }
        let cleared = try Command.run(["cache", "clear", "--cache", "kept"], in: folder.url)
        #expect(cleared.output.hasPrefix("1 verdicts removed"))
    }

    // MARK: Editors

    @Test(arguments: ["vscode/syntaxes/shmcheck.tmLanguage.json", "vim/syntax/shmcheck.vim", "emacs/shmcheck-mode.el"])
    func everyWordOfTheLanguageHasAColour(path: String) throws {
        let text = String(decoding: try #require(fileBytes("Editors/\(path)")), as: UTF8.self)
        let words = Set(text.matches(of: /[A-Za-z_][A-Za-z0-9_]*/).map { String($0.output) })
        for word in SymbolIndex.languageWords { #expect(words.contains(word), "\(word)") }
    }

    @Test func theFilesOfTheExtensionAreJSON() throws {
        for name in ["package.json", "language-configuration.json", "syntaxes/shmcheck.tmLanguage.json"] {
            _ = try JSONSerialization.jsonObject(with: Data(try #require(fileBytes("Editors/vscode/\(name)"))))
        }
    }

    // MARK: The command itself

    @Test(arguments: ["bash", "zsh", "fish"]) func completionsKnowEveryCommand(shell: String) throws {
        let result = try Command.run(["completions", shell], in: packageFolder)
        #expect(result.code == 0)
        for command in Self.commands { #expect(result.output.contains(command), "\(command)") }
    }

    private static let commands = [
        "check", "ci", "show", "why", "trace", "graph", "explain", "init", "fmt", "lsp", "doctor", "cache",
        "completions", "prove", "simulate", "bind", "replay", "evidence", "boot", "disassemble", "version",
    ]

    @Test func theManualPageHasEveryCommandAndOption() throws {
        let page = String(decoding: try #require(fileBytes("Documentation/shmcheck.1")), as: UTF8.self)
            .replacingOccurrences(of: "\\-", with: "-")
        for command in Self.commands { #expect(page.contains("\n.B shmcheck \(command)"), "\(command)") }
        for command in ["check", "ci"] {
            let help = try Command.run(["help", command], in: packageFolder).output
            for option in Set(help.matches(of: /--[a-z][a-z-]+/).map { String($0.output) }) where option != "--version"
            {
                #expect(page.contains(option), "\(option) of \(command)")
            }
        }
    }

    @Test func doctorFindsItselfWell() throws {
        let result = try Command.run(["doctor"], in: packageFolder)
        #expect(result.code == 0 && result.output.contains("self-test: "), "\(result.output)")
    }
}
