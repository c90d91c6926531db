// The one shape of a spec's text: indentation, blank lines, blanks where they help; columns that an author aligned stay.

/// Formats specs.
///
/// Total: a text that cannot be formatted without another meaning comes back as it was. Idempotent: formatting twice gives
/// what formatting once gave. Comments stay where they are.
public struct SpecFormatter {
    private static let indentation = 4

    private let source: SourceFile
    private let lexed: LexedText
    private let lines: [Line]

    /// One line of the input.
    private struct Line {
        /// Offset of its first byte.
        let start: Int
        /// Without its newline and the blanks at both ends.
        let text: String
        /// Columns of blanks before it; a tab takes one up to the next multiple of four.
        let indent: Int
        /// The blanks themselves, in bytes.
        let leadingBytes: Int
        let tokens: Range<Int>
        /// Whether it begins inside a comment of several lines.
        let isInComment: Bool
    }

    /// An open bracket.
    private struct Open {
        let isBrace: Bool
        /// Indentation of the line that it stands on, before and after.
        let oldIndent: Int
        let newIndent: Int
        /// Whether nothing follows it on its line.
        let isLast: Bool
    }

    /// The text of a spec in the one shape.
    ///
    /// - Returns: nil when the text is not UTF-8. O(length of the text).
    public static func formatted(_ source: SourceFile) -> String? {
        guard let text = String(validating: source.bytes, as: UTF8.self) else { return nil }
        let plain = SourceFile(path: source.path, text: text.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))
        let result = SpecFormatter(plain).text
        let formatted = SourceFile(path: source.path, text: result)
        guard means(the: plain, sameAs: formatted) else { return text }
        return result
    }

    private static func means(the left: SourceFile, sameAs right: SourceFile) -> Bool {
        let (a, b) = (Lexer.tokens(of: left), Lexer.tokens(of: right))
        return a.tokens.count == b.tokens.count && a.documentation == b.documentation
            && a.problems.count == b.problems.count
            && zip(a.tokens, b.tokens).allSatisfy { $0.kind == $1.kind && $0.isFirstOnLine == $1.isFirstOnLine }
    }

    private init(_ source: SourceFile) {
        self.source = source
        lexed = Lexer.tokens(of: source)
        lines = Self.lines(of: source, lexed.tokens)
    }

    // MARK: Lines

    private static func lines(of source: SourceFile, _ tokens: [Token]) -> [Line] {
        var lines: [Line] = []
        var token = 0
        var start = 0
        let bytes = source.bytes
        var openComment = false
        while start <= bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var first = start
            var indent = 0
            while first < end,
                bytes[first] == 0x20 || bytes[first] == 0x09 || bytes[first] == 0x0B || bytes[first] == 0x0C
            {
                indent = bytes[first] == 0x09 ? (indent / 4 + 1) * 4 : indent + 1
                first += 1
            }
            var last = end
            while last > first,
                bytes[last - 1] == 0x20 || bytes[last - 1] == 0x09 || bytes[last - 1] == 0x0B || bytes[last - 1] == 0x0C
            {
                last -= 1
            }
            let firstToken = token
            while token < tokens.count, tokens[token].start < end, tokens[token].kind != .endOfFile { token += 1 }
            let isInComment = openComment
            openComment = Self.endsInComment(bytes, start, end, tokens[firstToken..<token], isInComment)
            lines.append(
                Line(
                    start: start, text: String(decoding: bytes[first..<last], as: UTF8.self), indent: indent,
                    leadingBytes: first - start, tokens: firstToken..<token, isInComment: isInComment))
            start = end + 1
        }
        return lines
    }

    /// Whether a `/*` of this line, or of one before, is open at its end.
    private static func endsInComment(
        _ bytes: [UInt8], _ start: Int, _ end: Int, _ tokens: ArraySlice<Token>, _ wasOpen: Bool
    ) -> Bool {
        var isOpen = wasOpen
        var offset = start
        var tokens = tokens
        while offset < end {
            if !isOpen, let token = tokens.first, token.start <= offset {
                offset = max(offset + 1, token.end)
                tokens.removeFirst()
                continue
            }
            let next = offset + 1 < end ? bytes[offset + 1] : 0
            if isOpen, bytes[offset] == UInt8(ascii: "*"), next == UInt8(ascii: "/") {
                isOpen = false
                offset += 2
            } else if !isOpen, bytes[offset] == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
                return false
            } else if !isOpen, bytes[offset] == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                isOpen = true
                offset += 2
            } else {
                offset += 1
            }
        }
        return isOpen
    }

    // MARK: Writing

    private var text: String {
        var result: [String] = []
        var open: [Open] = []
        // Indentation of the line that began the current statement, before and after.
        var statement = (old: 0, new: 0)
        // Whether the statement's `where` began a line: a block behind it is the statement's, not that line's.
        var hasCondition = false
        // Column of the comment at the end of the line before, before and after.
        var comment: (old: Int, new: Int)?
        for (index, line) in lines.enumerated() {
            if line.isInComment {
                result.append(verbatim(line))
                comment = nil
                push(line, line.indent, &open)
                continue
            }
            guard !line.text.isEmpty else {
                if result.last != "", !result.isEmpty { result.append("") }
                comment = nil
                continue
            }
            let isContinuation = continues(index)
            var indent = self.indent(of: line, isContinuation: isContinuation, open, statement)
            if line.tokens.isEmpty, let aligned = comment, aligned.old == line.indent, aligned.old > 0 {
                indent = aligned.new
            }
            if !isContinuation, !line.tokens.isEmpty { (statement, hasCondition) = ((line.indent, indent), false) }
            if isContinuation, lexed.tokens[line.tokens].first?.word == "where" { hasCondition = true }
            let body = spaced(line)
            result.append(String(repeating: " ", count: indent) + body)
            comment = commentColumns(line, indent, body)
            push(line, indent, &open)
            if hasCondition, lexed.tokens[line.tokens].last?.symbol == .leftBrace, !open.isEmpty {
                open[open.count - 1] = Open(
                    isBrace: true, oldIndent: statement.old, newIndent: statement.new, isLast: true)
            }
        }
        while result.last == "" { result.removeLast() }
        return result.isEmpty ? "" : result.joined(separator: "\n") + "\n"
    }

    /// A line within a comment, whose blanks are its author's drawing; those at its end are nobody's.
    private func verbatim(_ line: Line) -> String {
        String(repeating: " ", count: line.text.isEmpty ? 0 : line.indent) + line.text
    }

    private func indent(
        of line: Line, isContinuation: Bool, _ open: [Open], _ statement: (old: Int, new: Int)
    ) -> Int {
        var open = open
        var closed: Open?
        for token in lexed.tokens[line.tokens] {
            guard case .symbol(let symbol) = token.kind, Self.closers.contains(symbol) else { break }
            closed = open.popLast() ?? closed
        }
        if let closed {
            return closed.isLast || closed.isBrace
                ? closed.newIndent : line.indent - closed.oldIndent + closed.newIndent
        }
        guard let top = open.last else { return isContinuation ? continued(line, statement) : 0 }
        let inner = top.newIndent + Self.indentation
        if !top.isBrace {
            // Within parentheses authors align; what they aligned moves with the line that opened them.
            return top.isLast ? inner : max(top.newIndent + 1, line.indent - top.oldIndent + top.newIndent)
        }
        if isContinuation { return max(inner, continued(line, statement)) }
        return isLabel(line) ? max(0, inner - Self.indentation / 2) : inner
    }

    private func continued(_ line: Line, _ statement: (old: Int, new: Int)) -> Int {
        max(statement.new + Self.indentation, line.indent - statement.old + statement.new)
    }

    /// `name:` alone, also with the fairness before it.
    private func isLabel(_ line: Line) -> Bool {
        let tokens = lexed.tokens[line.tokens]
        guard tokens.last?.symbol == .colon, tokens.count >= 2, tokens.count <= 4 else { return false }
        return tokens.dropLast().allSatisfy { $0.word != nil }
            && tokens.dropLast(2).allSatisfy { $0.word == "fair" || $0.word == "strong" }
    }

    /// Whether a line belongs to the statement of the line before.
    private func continues(_ index: Int) -> Bool {
        let line = lines[index]
        guard let first = lexed.tokens[line.tokens].first else { return false }
        guard let before = lines[..<index].last(where: { !$0.tokens.isEmpty }),
            let last = lexed.tokens[before.tokens].last
        else { return false }
        if first.word == "else" || first.word == "or" { return false }
        if first.continuesLine || first.word == "via" { return true }
        // A property's sentence stands on a line of its own.
        if case .string = first.kind { return true }
        guard let symbol = last.symbol else { return last.word == "where" || last.word == "implies" }
        if symbol == .colon { return !isLabel(before) }
        // A type may end in `?` or `>`: there the statement is over, as a rule.
        if symbol == .greater || symbol == .shiftRight { return false }
        return [.comma, .equals, .arrow].contains(symbol) || symbol.binaryOperator != nil
            || symbol.assignedOperator != nil
    }

    private static let openers: Set<Symbol> = [.leftBrace, .leftParenthesis, .leftBracket]
    private static let closers: Set<Symbol> = [.rightBrace, .rightParenthesis, .rightBracket]

    private func push(_ line: Line, _ indent: Int, _ open: inout [Open]) {
        for index in line.tokens {
            guard let symbol = lexed.tokens[index].symbol else { continue }
            if Self.openers.contains(symbol) {
                open.append(
                    Open(
                        isBrace: symbol == .leftBrace, oldIndent: line.indent, newIndent: indent,
                        isLast: index == line.tokens.upperBound - 1))
            } else if Self.closers.contains(symbol) {
                _ = open.popLast()
            }
        }
    }

    // MARK: Within a line

    /// The line with a blank behind each comma, before each block and before a comment; other blanks stay.
    private func spaced(_ line: Line) -> String {
        let bytes = source.bytes
        var result: [UInt8] = []
        var offset = line.start + line.leadingBytes
        let end = offset + line.text.utf8.count
        var previous: Token?
        for token in lexed.tokens[line.tokens] {
            var gap = Self.blanks(bytes[offset..<max(offset, token.start)])
            if gap.isEmpty, let previous, needsBlank(previous, token) { gap = [0x20] }
            result += gap
            result += bytes[token.start..<token.end]
            offset = token.end
            previous = token
        }
        if offset < end {
            var rest = Self.blanks(bytes[offset..<end])
            if previous != nil, rest.first != 0x20 { rest.insert(0x20, at: 0) }
            result += rest
        }
        while result.last == 0x20 { result.removeLast() }
        return String(decoding: result, as: UTF8.self)
    }

    private func needsBlank(_ left: Token, _ right: Token) -> Bool {
        if left.symbol == .comma { return !(right.symbol.map { Self.closers.contains($0) } ?? false) }
        if right.symbol == .leftBrace { return !(left.symbol.map { Self.openers.contains($0) } ?? false) }
        return left.symbol == .rightBrace && right.word != nil
    }

    private static func blanks(_ bytes: ArraySlice<UInt8>) -> [UInt8] { bytes.map { $0 == 0x09 ? 0x20 : $0 } }

    /// Where a comment at the end of the line stands, before and after.
    private func commentColumns(_ line: Line, _ indent: Int, _ body: String) -> (old: Int, new: Int)? {
        guard let last = lexed.tokens[line.tokens].last else { return nil }
        let bytes = source.bytes
        var offset = last.end
        let end = line.start + line.leadingBytes + line.text.utf8.count
        while offset < end, bytes[offset] != UInt8(ascii: "/") { offset += 1 }
        guard offset < end else { return nil }
        let tail = String(decoding: bytes[offset..<end], as: UTF8.self).unicodeScalars.count
        let old = line.indent + line.text.unicodeScalars.count - tail
        return (old, indent + body.unicodeScalars.count - tail)
    }
}
