// The files of Specs/rejected that show mistakes of text and syntax: each shows its own, and nothing else.
import Model
import Testing

@Suite struct SyntaxRejectedTests {
    /// The codes that the front end reports, but for `file_too_large`, whose file would be large.
    static let codes: [DiagnosticCode] = [
        .unexpectedCharacter, .unexpectedToken, .unterminatedString, .unterminatedComment, .invalidEscape,
        .invalidNumber,
        .numberTooLarge, .notText, .missingSpec, .nestingTooDeep, .tooManyErrors, .unexpectedLineEnd, .unclosedBracket,
        .reservedWord, .semicolon, .chainedComparison, .rangeNeedsParentheses, .misplacedItem, .precedenceDiffersFromC,
    ]

    @Test(arguments: codes)
    func theFileShowsItsMistake(code: DiagnosticCode) throws {
        let bytes = try #require(readFile("Specs/rejected/\(code.rawValue).spec"))
        #expect(bytes.starts(with: Array("// ".utf8)))
        let parsed = Parsed(bytes: bytes)
        let others = Set(parsed.codes).subtracting([code.rawValue])
        #expect(parsed.codes.contains(code.rawValue))
        #expect(code == .tooManyErrors ? others == ["unexpected_token"] : others == [])
        #expect(code == .tooManyErrors || parsed.codes.count == 1)
        if case .check(nil, _, .rejected(let expected)?)? = parsed.items.last?.kind {
            #expect(expected.text == code.rawValue)
        } else {
            let head = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            #expect(head.hasSuffix("expect rejected \(code.rawValue)"))
        }
    }
}
