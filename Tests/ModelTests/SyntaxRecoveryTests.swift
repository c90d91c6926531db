// Mistakes: each is reported once, none hides another, and no input brings the parser down.
import Model
import Testing

@Suite struct SyntaxRecoveryTests {
    @Test func threeMistakesInThreeStatementsGiveThreeDiagnostics() {
        let parsed = Parsed(statements: "x = = 1\nf(a b, c)\ny = 2\nwhile a b { z = 3 }\nf()")
        #expect(parsed.codes == ["unexpected_token", "unexpected_token", "unexpected_token"])
        #expect(parsed.statements.map(kind) == ["missing", "missing", "assign", "missing", "call"])
    }

    @Test func mistakesInsideABlockWithABrokenHeadAreReportedToo() {
        let text = "if a b {\n x = = 1\n while c d { y = ) }\n} else {\n z z\n}\nf()"
        let parsed = Parsed(statements: text)
        #expect(parsed.codes == Array(repeating: "unexpected_token", count: 5))
        #expect(parsed.statements.map(kind) == ["missing", "call"])
    }

    @Test func mistakesInItemsDoNotHideEachOther() {
        let parsed = Parsed(
            """
            spec T
            const A 1
            struct S { a int, b: u8, c: }
            func f(a T) { x = = 1 }
            fnuc g() { x = 1 }
            shared queue guarded lock { a: int }
            enum E { a, 1, b }
            process p { loop { f() } }
            check expect nothing
            kernel "guest" {
                stat a = b
                pid
                lock a = b
            }
            invariant i: a b
            final j: a
            """)
        #expect(
            parsed.diagnostics.map { $0.range.file.position(at: $0.range.start).line } == [
                2, 3, 3, 4, 4, 5, 6, 7, 9, 11, 12, 15,
            ])
        #expect(parsed.items.map { caseName($0.kind) }.suffix(2) == ["missing", "property"])
    }

    @Test func aMissingBraceIsReportedOnce() {
        let parsed = Parsed("spec T\nfunc f() {\n loop {\n if a {\n b = 1\n}\nprocess p { f() }\ncheck\n")
        #expect(parsed.codes == ["unclosed_bracket"])
        #expect(parsed.items.map { caseName($0.kind) } == ["missing", "process", "check"])
        #expect(Parsed("spec T\nshared q {\n a: int\nfunc f() { }").codes == ["unclosed_bracket"])
        #expect(Parsed("spec T\nfunc f() {").codes == ["unclosed_bracket"])
        #expect(Parsed("spec T\nfault F \"s\" {\nconst A = 1\ncheck").codes == ["unclosed_bracket"])
        #expect(Parsed("spec T\nkernel \"g\" {\npid = a\n").codes == ["unclosed_bracket"])
        #expect(Parsed("spec T\n}\nconst A = 1\n}").codes == ["unexpected_token", "unexpected_token"])
    }

    @Test(arguments: [
        ("", ["missing_spec"]), ("\n\n", ["missing_spec"]), ("const A = 1", ["missing_spec"]),
        ("hello\nspec T\nconst A = 1", ["unexpected_token"]), ("spec", ["unexpected_token"]),
        ("spec T x\nconst A = 1", ["unexpected_token"]), ("spec process\nconst A = 1", ["reserved_word"]),
        ("spec T\nspec U", ["misplaced_item"]), ("spec T\nif a { }", ["misplaced_item"]),
        ("spec T\n}", ["unexpected_token"]),
        ("spec T\nshared x: int", ["unexpected_token"]), ("spec T\nfunc f()\n{ }", ["unexpected_line_end"]),
        ("spec T\nshared var x: int in 0..<4[3]", ["range_needs_parentheses"]),
        ("spec T\nshared var x: int in 0..<4?", ["range_needs_parentheses"]),
        ("spec T\nshared var x: seq<int in 0..<4> max 3", ["range_needs_parentheses"]),
        ("spec T\nshared var x: seq<T> max 3[4]", ["range_needs_parentheses"]),
        ("spec T\nfault A \"s\" {\nfault B \"t\" { }\n}", ["unclosed_bracket"]),
        ("spec T\nfinal always a: x", ["unexpected_token"]), ("spec T\nconst check = 1", ["reserved_word"]),
        ("spec T\nconst A = 1 const B = 2", ["unexpected_token"]), ("spec T\nconst A = 1;", ["semicolon"]),
    ])
    func itemsHaveTheirCodes(text: String, codes: [String]) {
        #expect(Parsed(text).codes == codes)
    }

    @Test func aSpecIsFoundBehindWhatStandsBeforeIt() {
        #expect(Parsed("garbage\nspec T\ncheck").items.count == 1)
        #expect(Parsed("check").spec == nil)
    }

    @Test(arguments: [
        "(", "[", "{", "if a {", "-", "!", "a.", "a[", "f(", "a ? ", "a implies ", "a + ", "loop { ", "x: (",
        "set<", "all x in S: ", "old(", "choose(x in ", "a && (", "T[", "T?", "a!", "0..<", "either { ",
        "else if x {} ",
        "(a || b && c == d ..< e + f * g << ", "f(x: [-a[choose(x in S where all(y in T: ",
    ])
    func deepNestingEndsWithOneDiagnostic(opening: String) {
        let frames = [
            ("const X = ", ""), ("func f() { x = ", "}"), ("func f() { if a {} ", ""), ("shared var x: ", ""),
            ("shared var x: a", ""), ("const X = a", ""),
        ]
        for (head, tail) in frames {
            let parsed = Parsed(items: head + String(repeating: opening, count: 2_000) + tail)
            #expect(parsed.diagnostics.count <= Parser.errorLimit + 1)
            #expect(parsed.codes.count(where: { $0 == "nesting_too_deep" }) <= 1)
        }
    }

    @Test func longChainsAreNested() {
        for text in [
            "a" + String(repeating: " + a", count: 100_000), "a" + String(repeating: ".a", count: 100_000),
            "a" + String(repeating: "[0]", count: 100_000), String(repeating: "!", count: 100_000) + "a",
            String(repeating: "(", count: 100_000) + "a" + String(repeating: ")", count: 100_000),
            String(repeating: "[", count: 100_000), String(repeating: "a ? ", count: 100_000),
        ] {
            #expect(Parsed(items: "const X = " + text).codes == ["nesting_too_deep"])
        }
        #expect(Parsed(statements: String(repeating: "loop {", count: 100_000)).codes == ["nesting_too_deep"])
        #expect(Parsed(items: "const X = a" + String(repeating: " + a", count: 190)).codes == [])
        #expect(
            Parsed(items: "const X = " + String(repeating: "(", count: 190) + "a" + String(repeating: ")", count: 190))
                .codes == [])
        #expect(
            Parsed(items: "func f() {" + String(repeating: "loop {", count: 190) + String(repeating: "}", count: 191))
                .codes == [])
    }

    @Test func tooManyErrorsEndTheFile() {
        let parsed = Parsed(statements: String(repeating: "x y\n", count: 1000))
        #expect(parsed.codes.count == Parser.errorLimit + 1)
        #expect(parsed.codes.count(where: { $0 == "too_many_errors" }) == 1)
    }
}
