// What is suspicious, and what only looks so: each text with the warnings that it gets.
import Model
import Testing

@Suite struct SuspicionTests {
    static func codes(_ items: String) throws -> [String] {
        let diagnostics = Diagnostics()
        let source = SourceFile(path: "test.spec", text: "spec T\n" + items)
        var loader = SpecLoader(diagnostics: diagnostics, read: { _ in nil })
        let parsed = loader.load(source)
        let loaded = try #require(parsed)
        let model = try #require(typeCheck(loaded.items, settings: [], diagnostics: diagnostics))
        reportSuspicions(of: model, in: source, diagnostics: diagnostics)
        return diagnostics.all.map(\.code.rawValue)
    }

    static let data = "shared var a: int in 0..<4\nshared var b: int in 0..<4\nprocess other { a = 1\n b = 1 }\n"

    @Test(
        arguments: [
            // Loops: those that another process alone can end, and those that end by themselves or do something.
            ("process p { while a == 0 { } }", ["polling"]),
            ("process p { loop { if a == 1 { break } } }", ["polling"]),
            ("process p { loop { let x = a\n if x == 1 { return } } }", ["polling"]),
            ("pure ready() -> bool = a == 1\nprocess p { while !ready() { fence() } }", ["polling"]),
            (
                "func ready() -> bool { return a == 1 }\nprocess p { loop { let x = ready()\n if x { break } } }",
                ["polling"]
            ),
            ("process p { while a == 0 { b = 2 } }", []), ("process p { while a == 0 { await b == 1 } }", []),
            ("process p { var i = 0\n while i < 3 { if a == i { break }\n i += 1 } }", []),
            ("process p { atomic { for i in 0..<3 where a == i { } } }", []),
            ("process p { loop { assert a < 3 } }", []),
            ("process p { loop { either { break } or { let x = a } } }", []),
            // Conditions: two reads of what others store to; not of one's own data, of locals, under atomic.
            ("process p { if a == b { b = 2 } }", ["unguarded_condition"]),
            ("process p { if a == 1 && a == 2 { b = 2 } }", ["unguarded_condition"]),
            ("process p { if a == 1 { b = 2 } }", []), ("process p { let x = a\n if x == 1 && b == x { b = 2 } }", []),
            ("process p { atomic { if a == b { b = 2 } } }", []), ("process p { assert a == b }", []),
            ("shared var c: int\nshared var d: int\nprocess p { c = 1\n if c == d { d = 2 } }", []),
            (
                "shared var c: int\nshared var d: int\nprocess p[2] { c = 1\n if c == d { d = 2 } }",
                ["unguarded_condition"]
            ),
            // Locks and funcs.
            ("shared var l: spinlock", ["unused_guard"]),
            ("shared var l: spinlock\nshared var c: int guarded by l\nprocess p { c = 1 }", ["unused_guard"]),
            ("shared var l: spinlock\nprocess p { let x = try_acquire(l)\n if x { release(l) } }", []),
            ("shared var l: spinlock\nfunc f(k: inout spinlock) { acquire(k)\n release(k) }\nprocess p { f(l) }", []),
            ("func f() { }", ["unused_function"]), ("pure f() -> int = 1", ["unused_function"]),
            ("pure f() -> int = 1\ninvariant i: f() == 1", []),
            ("func f() { a = 1 }\nfault F \"f\" { process other { f() } } expect holds", []),
        ] as [(String, [String])]) func warningsAreThese(items: String, expected: [String]) throws
    {
        #expect(try Self.codes(Self.data + items) == expected)
    }

    @Test func importsAreNotJudged() throws {
        #expect(try Self.codes("import \"lib/spinlock.spec\"\nimport \"lib/proctable.spec\"\n") == [])
    }
}
