// After a mistake: where the next statement or item begins, and which bracket closes which.

extension Parser {
    /// Moves to where the next statement, field or binding begins, or to the `}` of the block around.
    ///
    /// Brackets that were open are passed if they are closed anywhere; a block that belongs to the broken statement
    /// is handed to `block`, so that its own mistakes are reported too.
    mutating func recover(from start: Int, atComma: Bool = false, block: (inout Parser) -> Void) {
        passOpenBrackets()
        while current.kind != .endOfFile {
            let token = current
            if token.symbol == .rightBrace { return }
            if index > start, beginsNewLine() { return }
            if token.symbol == .semicolon || atComma && token.symbol == .comma {
                advance()
                return
            }
            if token.symbol == .leftBrace {
                block(&self)
            } else {
                move(to: max(closers[index], index) + 1)
            }
        }
    }

    /// Whether a line that ends with this token goes on.
    private func endsOpen(_ place: Int) -> Bool {
        switch text.tokens[place].kind {
        case .symbol(let symbol):
            switch symbol {
            case .comma, .equals, .colon, .arrow, .question: true
            case .greater, .shiftRight: false
            default: symbol.binaryOperator != nil
            }
        case .word(let word): word == "else"
        case .integer, .string, .invalid, .endOfFile: false
        }
    }

    /// Moves to a token.
    mutating func move(to place: Int) {
        index = min(place, text.tokens.count - 1)
        previousEnd = text.tokens[max(index - 1, 0)].end
        continues = false
    }

    /// Moves past a block without reading it.
    mutating func skipBlock() { move(to: max(closers[index], index) + 1) }

    /// Moves to where the next item begins, or to a `}`: to the line after the broken item, and where no item was
    /// recognised at all, to a line that begins with an item's word or to the line after a block.
    ///
    /// Lines that are indented more than the item are taken for its own: its `{` may be what is missing.
    ///
    /// - Parameter hasStatements: whether a block on the way holds statements, which are then read for their mistakes.
    mutating func recoverItem(from start: Int, hasStatements: Bool) {
        passOpenBrackets()
        let isItem = text.tokens[start].word.map(ReservedWords.items.contains) ?? false
        let column = column(of: start)
        var hasPassedBlock = false
        while current.kind != .endOfFile {
            let token = current
            if token.symbol == .rightBrace {
                if !hasPassedBlock { strayBraceCount += 1 }
                return
            }
            if index > start, beginsNewLine(), self.column(of: index) <= column {
                if isItem || hasPassedBlock { return }
                if let word = token.word, ReservedWords.items.contains(word) { return }
            }
            guard token.symbol == .leftBrace else {
                move(to: max(closers[index], index) + 1)
                continue
            }
            if hasStatements, !hasPassedBlock { readForMistakes() } else { skipBlock() }
            hasPassedBlock = true
        }
    }

    /// Column, from 0, of a token that is the first on its line. O(column).
    func column(of place: Int) -> Int {
        let start = text.tokens[place].start
        var lineStart = start
        while lineStart > 0, source.bytes[lineStart - 1] != UInt8(ascii: "\n") { lineStart -= 1 }
        return start - lineStart
    }

    /// Whether an item begins here, which no block may hold: a `}` is missing before it.
    ///
    /// So it is when some `{` of the file is never closed, and when the word stands no deeper than the item around.
    func beginsUnclosedItem(mayBeField: Bool = false) -> Bool {
        if current.kind == .endOfFile { return true }
        guard current.isFirstOnLine, let word = current.word, ReservedWords.items.contains(word) else { return false }
        guard hasUnclosedBrace || column(of: index) <= itemColumn else { return false }
        if ReservedWords.statements.contains(word) { return beginsActor() }
        return !mayBeField || peek(1).word != nil
    }

    /// Whether `fair` or `strong` here belongs to a process or an action rather than to a label.
    private func beginsActor() -> Bool {
        var distance = 1
        while case let token = peek(distance), !token.isFirstOnLine, token.kind != .endOfFile {
            if let word = token.word, ["daemon", "process", "action"].contains(word) { return true }
            if token.symbol == .colon || token.symbol == .leftBrace { return false }
            distance += 1
        }
        return false
    }

    /// Moves past the outermost bracket that is open and closed somewhere.
    private mutating func passOpenBrackets() {
        if let opener = brackets.first(where: { closers[$0] >= index }) { move(to: closers[opener] + 1) }
        brackets = []
    }

    /// Whether the current token begins a line that does not continue the one before.
    private func beginsNewLine() -> Bool {
        current.isFirstOnLine && !current.continuesLine && (index == 0 || !endsOpen(index - 1))
    }

    /// Reads a block whose statement or item is broken; only its mistakes matter.
    mutating func readForMistakes() {
        let place = index
        beginLine()
        do throws(SyntaxError) {
            _ = try block()
        } catch {
            if index == place { advance() }
        }
    }

    /// For each opening bracket its closing one. A `}` closes over brackets that were left open inside its block.
    static func matchBrackets(_ tokens: [Token]) -> [Int] {
        var closers = Array(repeating: 0, count: tokens.count)
        var open: [Int] = []
        func openIndex(of symbol: Symbol) -> Int? {
            for (place, opener) in open.enumerated().reversed() {
                if tokens[opener].symbol == symbol { return place }
                if tokens[opener].symbol == .leftBrace { return nil }
            }
            return nil
        }
        for (place, token) in tokens.enumerated() {
            let opening: Symbol
            switch token.symbol {
            case .leftParenthesis?, .leftBracket?, .leftBrace?:
                open.append(place)
                continue
            case .rightParenthesis?: opening = .leftParenthesis
            case .rightBracket?: opening = .leftBracket
            case .rightBrace?: opening = .leftBrace
            default: continue
            }
            guard let match = openIndex(of: opening) else { continue }
            closers[open[match]] = place
            open.removeSubrange(match...)
        }
        return closers
    }
}

extension SourceFile {
    /// The first byte that is no part of a UTF-8 text without NUL, or nil. O(bytes).
    var firstOffsetThatIsNotText: Int? {
        var offset = 0
        while offset < bytes.count {
            let first = bytes[offset]
            if first == 0 { return offset }
            if first < 0x80 {
                offset += 1
                continue
            }
            let length: Int
            switch first {
            case 0xC2...0xDF: length = 2
            case 0xE0...0xEF: length = 3
            case 0xF0...0xF4: length = 4
            default: return offset
            }
            guard offset + length <= bytes.count else { return offset }
            for place in offset + 1..<offset + length where bytes[place] & 0xC0 != 0x80 { return offset }
            let second = bytes[offset + 1]
            let isOverlongOrSurrogate =
                first == 0xE0 && second < 0xA0 || first == 0xED && second > 0x9F || first == 0xF0 && second < 0x90
                || first == 0xF4 && second > 0x8F
            if isOverlongOrSurrogate { return offset }
            offset += length
        }
        return nil
    }
}
