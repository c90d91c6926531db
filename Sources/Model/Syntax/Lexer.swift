// Text to tokens: words, numbers, strings, symbols; comments and newlines are remembered, not passed on.

/// What the lexer makes of one text.
struct LexedText: Sendable {
    /// In order; the last is the end of the file.
    var tokens: [Token] = []
    /// `///` lines before a token, by its index, joined by newlines.
    var documentation: [Int: String] = [:]
    /// What could not be read. Kept apart because text on the kernel's side of a binding is nobody's mistake.
    var problems: [Diagnostic] = []
}

/// Reads a text once from its first byte to its last. O(bytes).
struct Lexer {
    /// The text's file.
    let source: SourceFile
    /// The text.
    let bytes: [UInt8]
    /// Offset of the next byte to read.
    var offset = 0
    /// What has been read.
    var result = LexedText()
    private var isFirstOnLine = true
    private var comment: [String] = []

    /// More problems than this say that the text is no spec.
    static let problemLimit = 100

    /// A lexer at the start of a text, which must be UTF-8.
    init(_ source: SourceFile) {
        self.source = source
        bytes = source.bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
    }

    /// All tokens of the text.
    static func tokens(of source: SourceFile) -> LexedText {
        var lexer = Lexer(source)
        lexer.run()
        return lexer.result
    }

    private mutating func run() {
        while result.problems.count < Self.problemLimit {
            skipBlanks()
            guard offset < bytes.count else { break }
            readToken()
        }
        emit(.endOfFile, from: min(offset, bytes.count))
    }

    /// The byte at a distance from the next one; 0 past the end.
    func peek(_ distance: Int = 0) -> UInt8 {
        let place = offset + distance
        return place < bytes.count ? bytes[place] : 0
    }

    /// Appends a token that reaches from `start` to the current offset.
    mutating func emit(_ kind: Token.Kind, from start: Int) {
        if !comment.isEmpty {
            result.documentation[result.tokens.count] = comment.joined(separator: "\n")
            comment = []
        }
        result.tokens.append(Token(kind: kind, start: start, end: offset, isFirstOnLine: isFirstOnLine))
        isFirstOnLine = false
    }

    /// Remembers what could not be read.
    mutating func report(
        _ code: DiagnosticCode, _ message: String, from start: Int, to end: Int, notes: [String] = []
    ) {
        let range = SourceRange(file: source, start: start, end: end)
        result.problems.append(Diagnostic(code, message, at: range, notes: notes))
    }

    private mutating func readToken() {
        let start = offset
        let byte = bytes[offset]
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            while Self.isWordByte(peek()) { offset += 1 }
            emit(.word(String(decoding: bytes[start..<offset], as: UTF8.self)), from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            emit(.integer(readNumber()), from: start)
        case UInt8(ascii: "\""):
            emit(.string(readString()), from: start)
        default:
            if let symbol = readSymbol() {
                emit(.symbol(symbol), from: start)
            } else {
                readUnexpected()
                emit(.invalid, from: start)
            }
        }
    }

    /// Whether a byte may stand inside a word.
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    // MARK: Blanks and comments

    private mutating func skipBlanks() {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\n"):
                isFirstOnLine = true
                offset += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
                offset += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                skipLineComment()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipBlockComment()
            default:
                return
            }
        }
    }

    private mutating func skipLineComment() {
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
        var text = bytes[start..<offset]
        guard text.count >= 3, text[start + 2] == UInt8(ascii: "/") else { return }
        if text.count >= 4, text[start + 3] == UInt8(ascii: "/") { return }
        text = text.dropFirst(3)
        if text.first == UInt8(ascii: " ") { text = text.dropFirst() }
        if text.last == UInt8(ascii: "\r") { text = text.dropLast() }
        comment.append(String(decoding: text, as: UTF8.self))
    }

    private mutating func skipBlockComment() {
        let start = offset
        offset += 2
        while offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                offset += 2
                return
            }
            if bytes[offset] == UInt8(ascii: "\n") { isFirstOnLine = true }
            offset += 1
        }
        report(
            .unterminatedComment, "this comment has no `*/`", from: start, to: start + 2,
            notes: ["everything after it was read as comment"])
    }

    // MARK: Symbols and what is none

    private mutating func readSymbol() -> Symbol? {
        for (spelling, symbol) in Self.symbols[Int(bytes[offset])] where bytes[offset...].starts(with: spelling) {
            offset += spelling.count
            return symbol
        }
        return nil
    }

    /// Symbols by their first byte, the longest first.
    private static let symbols: [[([UInt8], Symbol)]] = {
        var table: [[([UInt8], Symbol)]] = Array(repeating: [], count: 256)
        for symbol in Symbol.allCases.sorted(by: { $0.rawValue.utf8.count > $1.rawValue.utf8.count }) {
            let spelling = Array(symbol.rawValue.utf8)
            if let first = spelling.first { table[Int(first)].append((spelling, symbol)) }
        }
        return table
    }()

    private mutating func readUnexpected() {
        let start = offset
        let isASCII = bytes[offset] < 0x80
        offset += bytes[offset] == UInt8(ascii: "'") ? characterLiteralLength : 1
        while offset < bytes.count, !isASCII, bytes[offset] >= 0x80 { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        report(
            .unexpectedCharacter, "\(Self.name(of: text)) is no part of the language", from: start, to: offset,
            notes: Self.hint(for: text))
    }

    /// Bytes of what C reads as a character, `'a'` or `'\n'`, from its quote; 1 when it is none.
    private var characterLiteralLength: Int {
        let closing = peek(1) == UInt8(ascii: "\\") ? 3 : 2
        return peek(closing) == UInt8(ascii: "'") && peek(1) != UInt8(ascii: "\n") ? closing + 1 : 1
    }

    private static func name(of text: String) -> String {
        guard let scalar = text.unicodeScalars.first else { return "this" }
        let isVisible = scalar.value > 0x20 && scalar.value != 0x7F && !scalar.properties.isWhitespace
        if isVisible, !scalar.properties.isDefaultIgnorableCodePoint {
            return text.unicodeScalars.count == 1 ? "the character `\(text)`" : "`\(text)`"
        }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "the character U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
    }

    private static func hint(for text: String) -> [String] {
        switch text {
        case _ where text.hasPrefix("'"): ["a text stands in double quotes; there are no character literals"]
        case "#": ["there is no preprocessor: constants are `const N = 3`, files are read by `import \"lib/x.spec\"`"]
        case "“", "”", "„": ["a text stands in straight quotes: \"…\""]
        case "≤": ["write `<=`"]
        case "≥": ["write `>=`"]
        case "≠": ["write `!=`"]
        case "∧": ["write `&&`"]
        case "∨": ["write `||`"]
        case "¬": ["write `!`"]
        default:
            text.utf8.allSatisfy { $0 >= 0x80 } ? ["names are made of the letters a–z and A–Z, digits and `_`"] : []
        }
    }
}
