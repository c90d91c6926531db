// Files that are no specs, specs beyond all limits: each ends with a message and its exit code, never with a crash.

import Foundation
import Testing

@Suite struct BadInputTests {
    /// A file, what is said about it, and the exit code.
    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let code: Int32
        let says: String
        var others: [String: String] = [:]
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ code: Int32, _ says: String, others: [String: String] = [:]) {
            self.init(name, Array(text.utf8), code, says)
            self.others = others
        }

        init(_ name: String, _ bytes: [UInt8], _ code: Int32, _ says: String) {
            self.name = name
            self.bytes = bytes
            self.code = code
            self.says = says
        }
    }

    private static func rejected(_ name: String, _ text: String, _ diagnostic: String) -> Bad {
        Bad(name, text, 2, "error[\(diagnostic)]")
    }

    private static func many(_ text: String, _ count: Int = 50_000) -> String { String(repeating: text, count: count) }

    static let runs = "shared var x: int in 0..<2\nprocess p { x = 1 }\n"

    static let texts: [Bad] = [
        rejected("empty", "", "missing_spec"),
        rejected("comments", "// nothing\n/* here */\n", "missing_spec"),
        Bad("zero bytes", Array("spec Z\n".utf8) + [0, 0, 10], 2, "error[not_text]"),
        Bad("invalid UTF-8", Array("spec U\n".utf8) + [0xFF, 0xFE, 10], 2, "error[not_text]"),
        Bad("binary", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }, 2, "error[not_text]"),
        Bad("byte order mark", "\u{FEFF}spec B\n\(runs)", 0, "HOLDS"),
        Bad(
            "carriage returns", "spec C\r\nshared var x: int in 0..<2\r\nprocess p {\r\n    x = 1\r\n}\r\n", 0, "HOLDS"),
        rejected("long line", "spec L\nconst A = \(many("1", 3_000_000))\n", "number_too_large"),
        rejected("random words", "spec R\n\(many("if ( ] invariant } : spec ", 3_000))", "unexpected_token"),
    ]

    static let nested: [Bad] = [
        rejected("deep expression", "spec D\nconst A = \(many("("))1\(many(")"))\n", "nesting_too_deep"),
        rejected("deep operators", "spec D\nconst A = \(many("1+"))1\n", "nesting_too_deep"),
        rejected("deep negation", "spec D\nconst A = \(many("- "))1\n", "nesting_too_deep"),
        rejected("deep choice", "spec D\nconst A = \(many("true?1:"))1\n", "nesting_too_deep"),
        rejected("deep statements", "spec D\nprocess p { \(many("if true { "))\(many("}")) }\n", "nesting_too_deep"),
        rejected(
            "long else if", "spec D\nprocess p { if true { } \(many("else if true { } ")) }\n", "nesting_too_deep"),
        rejected("deep type", "spec D\nshared var x: \(many("set<"))bool\(many(">"))\n", "nesting_too_deep"),
        rejected("deep array", "spec D\nshared var x: bool\(many("[2]"))\n", "nesting_too_deep"),
        rejected("deep member", "spec D\nshared var x: int\nprocess p { x\(many(".a")) = 1 }\n", "nesting_too_deep"),
    ]

    static let large: [Bad] = [
        rejected("large array", "spec L\nshared var x: int[65536][65536]\n", "size_out_of_range"),
        rejected("array of arrays", "spec L\nshared var x: bool\(many("[2]", 40))\n", "size_out_of_range"),
        rejected("array without bounds", "spec L\nshared var x: int[0..<(1 << 63) * 4]\n", "size_out_of_range"),
        rejected("large group", "spec L\nshared g[65536] { a: int[2] }\n", "size_out_of_range"),
        rejected(
            "large structs",
            "spec L\nstruct S0 { a: int, b: int }\n"
                + (1..<60).map { "struct S\($0) { a: S\($0 - 1), b: S\($0 - 1) }\n" }.joined()
                + "shared var x: S59\n", "size_out_of_range"),
        rejected(
            "much data", "spec L\n" + (0..<40).map { "shared var x\($0): int[65536]\n" }.joined(), "size_out_of_range"),
        rejected("many processes", "spec L\nprocess p[1000] { }\nprocess q[1000] { }\n", "size_out_of_range"),
        rejected("endless for", "spec L\nprocess p { for i in 0..<(1 << 62) { } }\n", "too_many_values"),
        rejected("endless choice", "spec L\nprocess p { let i = choose(i in 0..<(1 << 62)) }\n", "too_many_values"),
        rejected("endless quantifier", "spec L\ninvariant i: all i in 0..<(1 << 62): i >= 0\n", "too_many_values"),
        rejected("large sum", "spec L\nconst A = 1 << 63\nconst B = A * A\nconst C = B + B + B\n", "constant_trap"),
        rejected("large shift", "spec L\nconst A = (1 << 63) << 63\n", "constant_trap"),
        rejected(
            "large product",
            "spec L\nconst A = 1 << 63\nconst B = A * 4096\nshared var x: int\nprocess p { x = x * B }\n",
            "out_of_range"),
        rejected(
            "large index of a guard", "spec L\nshared var l: spinlock[2]\nshared var y: int guarded by l[1 << 63]\n",
            "not_a_lock"),
        rejected(
            "code that doubles",
            "spec L\nfunc f0() { }\n"
                + (1..<60).map { "func f\($0)() {\n    f\($0 - 1)()\n    f\($0 - 1)()\n}\n" }.joined()
                + "process p { f59() }\n", "code_too_large"),
        rejected("recursion", "spec L\nfunc f() { g() }\nfunc g() { f() }\nprocess p { f() }\n", "recursion"),
        rejected("pure recursion", "spec L\npure f(x: int) -> int = f(x + 1)\ninvariant i: f(0) == 1\n", "recursion"),
    ]

    static let imports: [Bad] = [
        Bad("of itself", "spec S\nimport \"of itself.spec\"\n\(runs)", 0, "HOLDS"),
        Bad(
            "in a circle", "spec S\nimport \"b.spec\"\nconst A = B\n\(runs)", 0, "HOLDS",
            others: ["b.spec": "spec B\nimport \"in a circle.spec\"\nconst B = 1\n"]),
        Bad(
            "by another way", "spec S\nimport \"./x/../b.spec\"\nimport \"b.spec\"\nconst A = B\n\(runs)", 0, "HOLDS",
            others: ["b.spec": "spec B\nimport \"x/../b.spec\"\nconst B = 1\n"]),
        Bad(
            "in a folder below", "spec S\nimport \"x/b.spec\"\nconst A = C\n\(runs)", 0, "HOLDS",
            others: [
                "x/b.spec": "spec B\nimport \"in a folder below.spec\"\nimport \"lib/frames.spec\"(FRAMES: 2)\n",
                "x/in a folder below.spec": "spec C\nconst C = 1\n",
            ]),
        Bad("of nothing", "spec S\nimport \"nothing.spec\"\n", 2, "error[import_not_found]"),
        Bad("of no name", "spec S\nimport \"\"\n", 2, "error[import_not_found]"),
        Bad("of a folder", "spec S\nimport \".\"\n", 2, "error[import_not_found]"),
        Bad(
            "of a spec with a mistake", "spec S\nimport \"b.spec\"\n", 2, "--> b.spec:2:7",
            others: ["b.spec": "spec B\nconst A = 1 / 0\nconst A = 2\n"]),
    ]

    @Test(arguments: texts + nested + large + imports) func endsWithAMessage(bad: Bad) throws {
        let folder = try TemporaryFolder()
        try folder.write("\(bad.name).spec", bad.bytes)
        for (name, text) in bad.others { try folder.write(name, Array(text.utf8)) }
        let result = try Command.run(["\(bad.name).spec"], in: folder.url)
        #expect(result.code == bad.code, "\(result.error.prefix(2000))")
        #expect((result.output + result.error).contains(bad.says), "\(result.error.prefix(2000))")
    }

    @Test func aLargeFileIsNotRead() throws {
        let folder = try TemporaryFolder()
        try folder.write("large.spec", Array("spec L\n".utf8))
        let file = try FileHandle(forWritingTo: folder.url.appending(path: "large.spec"))
        try file.truncate(atOffset: 100 << 20)
        try file.close()
        let result = try Command.run(["large.spec"], in: folder.url)
        #expect(result.code == 2)
        #expect(result.error.contains("error[file_too_large]"))
    }

    @Test func noFileAFolderAndNoRight() throws {
        let folder = try TemporaryFolder()
        for (path, reason) in [("none.spec", "No such file"), (".", "Is a directory"), ("", "No such file")] {
            let result = try Command.run(["check", path], in: folder.url)
            #expect(result.code == 74)
            #expect(result.output.contains(reason))
        }
        #expect(try Command.run(["show", "none.spec"], in: folder.url).code == 74)
    }

    @Test func aPipeIsReadAsAFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appending(path: "pipe.spec").path()
        try #require(mkfifo(path, 0o600) == 0)
        let writer = Thread {
            guard let file = FileHandle(forWritingAtPath: path) else { return }
            try? file.write(contentsOf: Data("spec P\n\(Self.runs)".utf8))
            try? file.close()
        }
        writer.start()
        let result = try Command.run(["pipe.spec"], in: folder.url)
        #expect(result.code == 0)
        #expect(result.output.contains("HOLDS (exhaustive: 2 states"))
    }
}
