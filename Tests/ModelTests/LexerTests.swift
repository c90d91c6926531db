// The lexer, seen through constants: numbers, texts, comments, documentation, characters.
import Model
import Testing

@Suite struct LexerTests {
    @Test(arguments: [
        ("18446744073709551616", "number_too_large"), ("0x1_0000_0000_0000_0000", "number_too_large"),
        ("17179869184 GiB", "number_too_large"), ("0x", "invalid_number"), ("0b", "invalid_number"),
        ("0b12", "invalid_number"), ("12ab", "invalid_number"), ("010", "invalid_number"), ("4KB", "invalid_number"),
        ("10UL", "invalid_number"), ("4KiBs", "invalid_number"), ("\"abc", "unterminated_string"),
        ("\"a\\q\"", "invalid_escape"), ("\"\\u{D800}\"", "invalid_escape"), ("\"\\u{}\"", "invalid_escape"),
        ("\"\\u{110000}\"", "invalid_escape"), ("1 /* x", "unterminated_comment"), ("1 @", "unexpected_character"),
        ("1 §§§", "unexpected_character"), ("'a", "unexpected_character"), ("1 #", "unexpected_character"),
        ("1 \u{01}", "unexpected_character"), ("1 \u{00A0}", "unexpected_character"),
    ])
    func whatCannotBeReadIsReportedOnce(text: String, code: String) {
        #expect(Parsed(items: "const X = " + text).codes == [code])
    }

    @Test func blanksAndCommentsDoNotMatter() {
        let parsed = Parsed(
            "\u{FEFF}// story\r\nspec T /* a\n /* b */\r\n\tconst A = 1 // c\r\n/**/const/**/B/**/=/**/2\u{0C}\n")
        #expect(parsed.codes == [])
        #expect(parsed.items.count == 2)
    }

    @Test func aCommentOverLinesEndsTheStatement() {
        #expect(Parsed(statements: "f() /* a\n */ g()").codes == [])
        #expect(Parsed(statements: "f() /* a */ g()").codes == ["unexpected_token"])
    }

    @Test func documentationBelongsToTheNextItem() {
        let parsed = Parsed(
            "spec T\n/// The slots.\n///  Two.\n//// no\n// no\nconst A = 1\nconst B = 2\n///Three\nshared var x: int")
        #expect(parsed.codes == [])
        #expect(parsed.items.map(\.documentation) == ["The slots.\n Two.", nil, "Three"])
    }

    @Test func aTextEndsWithItsLineAfterItsMistake() {
        let parsed = Parsed(items: "const A = \"abc\nconst B = 4x\nconst C = 3")
        #expect(parsed.codes == ["unterminated_string", "invalid_number"])
        #expect(parsed.items.count == 3)
    }

    @Test func unicodeStandsInTextsAndComments() {
        #expect(Parsed(items: "// ≤ é\nconst A = \"nie vergeßen \\u{1F4A5} 💥\"").codes == [])
        #expect(Parsed(items: "const é = 1").codes == ["unexpected_character"])
    }

    @Test(
        arguments: [
            [0x73, 0xFF], [0x00], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xF8],
            [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0x7F, 0x45, 0x4C, 0x46, 0x02, 0x01, 0x01, 0x00],
        ] as [[UInt8]])
    func whatIsNotTextGivesOneDiagnostic(bytes: [UInt8]) {
        let parsed = Parsed(bytes: Array("spec T\n// ".utf8) + bytes)
        #expect(parsed.codes == ["not_text"])
        #expect(parsed.spec == nil)
    }

    @Test func aFileBeyondTheLimitIsNotRead() {
        let parsed = Parsed(bytes: Array(repeating: UInt8(ascii: " "), count: Parser.sizeLimit + 1))
        #expect(parsed.codes == ["file_too_large"])
        #expect(parsed.spec == nil)
    }

    @Test func manyStrangeCharactersGiveAFewDiagnostics() {
        let parsed = Parsed(items: String(repeating: "@ # $ ", count: 10_000))
        #expect(parsed.codes.count <= 102)
        #expect(parsed.codes.contains("too_many_errors"))
    }
}
