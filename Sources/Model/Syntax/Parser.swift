// Tokens to syntax tree, by recursive descent: the state, the newline rule, and how one mistake is reported once.

/// Parses one file and reports all its mistakes of text and syntax.
///
/// - Parameters:
///   - source: the text; at most `Parser.sizeLimit` bytes of it are accepted.
///   - diagnostics: where mistakes go. With an error among them the tree holds `missing` nodes.
/// - Returns: the tree, or nil when not even `spec NAME` can be found.
/// - Complexity: O(bytes).
public func parse(_ source: SourceFile, diagnostics: Diagnostics) -> SpecSyntax? {
    Parser.parse(source, diagnostics: diagnostics)
}

/// What unwinds to the next statement or item; its diagnostic is already reported.
struct SyntaxError: Error {}

/// The parser of one file: `Parser.parse(source, diagnostics:)`.
///
/// The tree's height is bounded by `nestingLimit`, so that whoever walks it may recurse.
public struct Parser {
    /// Larger files are rejected unread, in bytes.
    public static let sizeLimit = 4 << 20
    /// Deepest nesting of blocks, expressions and types together, operators in a row included.
    public static let nestingLimit = 200
    /// After so many errors the rest of the file is not read.
    public static let errorLimit = 100

    /// The file.
    let source: SourceFile
    /// Where mistakes go.
    let diagnostics: Diagnostics
    /// What the lexer made of the file.
    var text: LexedText
    /// For an opening bracket's token index the index of its closing one, or 0.
    let closers: [Int]
    /// Whether some `{` is closed nowhere.
    let hasUnclosedBrace: Bool
    /// Index of the current token.
    var index = 0
    /// Offset just past the last token that was taken.
    var previousEnd = 0
    /// Whether a newline before the current token is no end: after an operator, and where a line begins.
    var continues = true
    /// Token indices of the `(`, `[` and `<` around the current token, within the innermost block.
    var brackets: [Int] = []
    /// How deep the current token stands in blocks, expressions and types.
    var depth = 0
    /// False inside `guard`, whose `else` is not that of a `choose`.
    var chooseTakesElse = true
    /// Text on the kernel's side of bindings: what the lexer could not read there is no mistake.
    var kernelText: [Range<Int>] = []
    /// Where a missing `}` was noticed; the blocks around say nothing more.
    private var unclosedAt = -1
    /// Column, from 0, at which the item around begins.
    var itemColumn = 0
    /// How many `}` may close nothing because of a mistake that is reported already.
    var strayBraceCount = 0
    /// Errors reported so far.
    var errorCount = 0
    /// Whether the rest of the file is not read.
    var isSilenced = false

    private init(_ source: SourceFile, diagnostics: Diagnostics) {
        self.source = source
        self.diagnostics = diagnostics
        text = Lexer.tokens(of: source)
        let closers = Self.matchBrackets(text.tokens)
        self.closers = closers
        hasUnclosedBrace = text.tokens.indices.contains { [tokens = text.tokens] in
            tokens[$0].symbol == .leftBrace && closers[$0] == 0
        }
    }

    /// Parses one file; see the function of this name.
    public static func parse(_ source: SourceFile, diagnostics: Diagnostics) -> SpecSyntax? {
        guard source.bytes.count <= sizeLimit else {
            diagnostics.report(
                .fileTooLarge, "the file has more than \(sizeLimit >> 20) MiB, which is the most that a spec may have",
                at: SourceRange(file: source, start: 0, end: 0), notes: ["is this the file that was meant?"])
            return nil
        }
        if let offset = source.firstOffsetThatIsNotText {
            let byte = String(source.bytes[offset], radix: 16, uppercase: true)
            diagnostics.report(
                .notText, "the file is not UTF-8 text: byte 0x\(byte.count == 1 ? "0" : "")\(byte) at offset \(offset)",
                at: SourceRange(file: source, start: offset, end: offset + 1))
            return nil
        }
        var parser = Parser(source, diagnostics: diagnostics)
        let spec = parser.parseFile()
        parser.reportLexicalProblems()
        return spec
    }

    // MARK: Tokens

    /// The current token; at the end of the file the last, for ever.
    var current: Token { text.tokens[index] }

    /// The token at a distance, or the last.
    func peek(_ distance: Int) -> Token { text.tokens[min(index + distance, text.tokens.count - 1)] }

    /// Whether a newline, or the end of the file, ends the statement before the current token.
    var isAtLineEnd: Bool {
        let token = current
        if token.kind == .endOfFile { return true }
        return token.isFirstOnLine && !continues && brackets.isEmpty && !token.continuesLine
    }

    /// Whether the current token is this symbol and belongs to the current line.
    func at(_ symbol: Symbol) -> Bool { current.symbol == symbol && !isAtLineEnd }

    /// Whether the current token is this word and belongs to the current line.
    func at(word: String) -> Bool { current.word == word && !isAtLineEnd }

    /// Moves on. `continuing` says that a newline after the token taken does not end the statement.
    mutating func advance(continuing: Bool = false) {
        previousEnd = current.end
        if index + 1 < text.tokens.count { index += 1 }
        continues = continuing
    }

    /// Takes a symbol if it is next.
    mutating func take(_ symbol: Symbol, continuing: Bool = false) -> Bool {
        guard at(symbol) else { return false }
        advance(continuing: continuing)
        return true
    }

    /// Takes a word if it is next.
    mutating func take(word: String) -> Bool {
        guard at(word: word) else { return false }
        advance(continuing: word == "else")
        return true
    }

    /// Takes a symbol that must be next.
    mutating func expect(_ symbol: Symbol, continuing: Bool = false) throws(SyntaxError) {
        guard take(symbol, continuing: continuing) else { throw unexpected("`\(symbol.rawValue)`") }
    }

    /// Takes a word that must be next.
    mutating func expect(word: String) throws(SyntaxError) {
        guard take(word: word) else { throw unexpected("`\(word)`") }
    }

    /// The current token as an identifier, taken, whatever word it is.
    mutating func anyWord(_ role: String) throws(SyntaxError) -> Identifier {
        guard let word = current.word, !isAtLineEnd else { throw unexpected(role) }
        let range = SourceRange(file: source, start: current.start, end: current.end)
        advance()
        return Identifier(text: word, range: range)
    }

    /// A name that is declared or used here; a reserved word is none.
    mutating func name(_ role: String) throws(SyntaxError) -> Identifier {
        if let word = current.word, !isAtLineEnd, ReservedWords.contains(word) {
            throw fail(
                .reservedWord, "`\(word)` is a word of the language and cannot be \(role)", at: currentRange,
                notes: ["it may name a field, a case of an enum, or an argument"])
        }
        return try anyWord(role)
    }

    /// The place of the current token.
    var currentRange: SourceRange { SourceRange(file: source, start: current.start, end: current.end) }

    /// From an offset to the end of the last token taken.
    func range(from start: Int) -> SourceRange {
        SourceRange(file: source, start: start, end: max(start, previousEnd))
    }

    // MARK: Brackets, lines, nesting

    /// Opens a bracket: newlines inside do not count.
    mutating func open(_ symbol: Symbol) throws(SyntaxError) {
        let opener = index
        try expect(symbol)
        brackets.append(opener)
    }

    /// Closes the innermost bracket.
    mutating func close(_ symbol: Symbol) throws(SyntaxError) {
        guard current.symbol == symbol else {
            if let opener = brackets.last, closers[opener] == 0, text.tokens[opener].symbol != .less {
                throw failUnclosed(opener)
            }
            throw unexpected("`,` or `\(symbol.rawValue)`")
        }
        brackets.removeLast()
        advance()
    }

    /// Takes the first character of the current symbol and leaves the rest of it as a token.
    mutating func splitCurrent(leaving rest: Symbol) {
        let token = current
        previousEnd = token.start + 1
        continues = false
        text.tokens[index] = Token(
            kind: .symbol(rest), start: token.start + 1, end: token.end, isFirstOnLine: false)
    }

    /// Opens a block, in which newlines count again; the result goes to `closeBlock`.
    ///
    /// A `{` on the next line is reported, and then taken where it is.
    mutating func openBlock() throws(SyntaxError) -> (opener: Int, brackets: [Int]) {
        if current.symbol == .leftBrace, isAtLineEnd {
            _ = unexpected("`{`")
            beginLine()
        }
        let opener = index
        try expect(.leftBrace)
        let outer = brackets
        brackets = []
        try enter()
        return (opener, outer)
    }

    /// Closes a block.
    mutating func closeBlock(_ outer: (opener: Int, brackets: [Int])) throws(SyntaxError) {
        brackets = outer.brackets
        leave()
        if current.symbol == .rightBrace {
            advance()
            return
        }
        if unclosedAt != index {
            unclosedAt = index
            strayBraceCount += 1
            throw failUnclosed(outer.opener)
        }
        throw SyntaxError()
    }

    /// Begins a statement, an item or a field: the newline before it is not its end.
    mutating func beginLine() { continues = true }

    /// Ends a statement, an item or a field.
    mutating func endLine(of what: String) throws(SyntaxError) {
        if current.symbol == .semicolon {
            reportSemicolon()
            return
        }
        if isAtLineEnd || current.symbol == .rightBrace { return }
        throw unexpected("the end of the \(what)")
    }

    /// Reports a `;` and passes it: it ends what it follows.
    mutating func reportSemicolon() {
        report(
            .semicolon, "a statement ends with its line, not with `;`", at: currentRange,
            notes: ["remove it; of two statements each has a line of its own"])
        advance()
    }

    /// Goes one level deeper; `leave` undoes it.
    mutating func enter() throws(SyntaxError) {
        depth += 1
        if depth > Self.nestingLimit { throw failTooDeep() }
    }

    /// Comes back from `enter`.
    mutating func leave() { depth -= 1 }
}
