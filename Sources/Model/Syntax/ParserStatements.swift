// Statements and blocks.

extension Parser {
    /// `{ … }`; mistakes inside are reported and passed.
    mutating func block() throws(SyntaxError) -> BlockSyntax {
        let start = current.start
        let outer = try openBlock()
        let takesElse = chooseTakesElse
        chooseTakesElse = true
        var statements: [StatementSyntax] = []
        while current.symbol != .rightBrace, !beginsUnclosedItem() {
            statements.append(statementOrMissing())
        }
        chooseTakesElse = takesElse
        try closeBlock(outer)
        return BlockSyntax(statements: statements, range: range(from: start))
    }

    private mutating func statementOrMissing() -> StatementSyntax {
        let start = index
        let outer = (depth: depth, takesElse: chooseTakesElse)
        beginLine()
        do throws(SyntaxError) {
            let statement = try statement()
            try endLine(of: "statement")
            return statement
        } catch {
            depth = outer.depth
            chooseTakesElse = outer.takesElse
            recover(from: start) { $0.readForMistakes() }
            if index == start { advance() }
            return StatementSyntax(.missing, label: nil, range: range(from: text.tokens[start].start))
        }
    }

    /// A statement with its label.
    private mutating func statement() throws(SyntaxError) -> StatementSyntax {
        let start = current.start
        let label = try label()
        if label != nil, current.symbol == .rightBrace || beginsUnclosedItem() {
            throw unexpected("a statement after the label")
        }
        beginLine()
        let kind = try statementKind()
        return StatementSyntax(kind, label: label, range: range(from: start))
    }

    /// `[fair [when e]] name:`
    private mutating func label() throws(SyntaxError) -> LabelSyntax? {
        let fairness = try fairness()
        guard fairness != nil || peek(1).symbol == .colon && current.word != nil else { return nil }
        let name = try name("a label")
        try expect(.colon, continuing: true)
        return LabelSyntax(name: name, fairness: fairness)
    }

    /// `fair`, `strong fair`, each with `when e`, or nothing.
    mutating func fairness() throws(SyntaxError) -> FairnessSyntax? {
        let isStrong = take(word: "strong")
        if isStrong {
            try expect(word: "fair")
        } else {
            guard take(word: "fair") else { return nil }
        }
        let condition: ExpressionSyntax? = take(word: "when") ? try expression() : nil
        return FairnessSyntax(isStrong: isStrong, condition: condition)
    }

    private mutating func statementKind() throws(SyntaxError) -> StatementSyntax.Kind {
        guard let word = current.word, ReservedWords.statements.contains(word) else { return try simpleStatement() }
        let wordRange = currentRange
        advance()
        switch word {
        case "let", "var": return try variable(isMutable: word == "var")
        case "if": return try conditional()
        case "guard": return try guarded()
        case "while": return .whileLoop(try expression(), try block())
        case "for": return try forLoop()
        case "loop": return .loop(try block())
        case "atomic": return .atomic(try block())
        case "hardware": return .hardware(try block())
        case "killable": return try killable()
        case "defer": return .defer(try block())
        case "either": return try either()
        case "await": return .await(try expression())
        case "assert":
            let condition = try expression()
            return .assert(condition, message: take(.comma, continuing: true) ? try string("a text") : nil)
        case "assume": return .assume(try expression())
        case "symbolic":
            let name = try name("a local's name")
            try expect(.colon, continuing: true)
            return .symbolic(name, try type(), where: take(word: "where") ? try expression() : nil)
        case "panic": return .panic(try enclosed { parser throws(SyntaxError) in try parser.string("a text") })
        case "claim": return .claim(try enclosed { parser throws(SyntaxError) in try parser.suffixedOperand().syntax })
        case "publish":
            return .publish(try enclosed { parser throws(SyntaxError) in try parser.suffixedOperand().syntax })
        case "start": return try start()
        case "join": return .join(try suffixedOperand().syntax)
        case "break": return .break
        case "continue": return .continue
        case "return":
            let isBare = isAtLineEnd || current.symbol == .rightBrace || current.symbol == .semicolon
            return .return(isBare ? nil : try expression())
        default:
            throw fail(.unexpectedToken, "expected a statement, found `\(word)`", at: wordRange)
        }
    }

    /// A text in quotes.
    mutating func string(_ role: String) throws(SyntaxError) -> String {
        guard case .string(let text) = current.kind, !isAtLineEnd else { throw unexpected(role) }
        advance()
        return text
    }

    private mutating func enclosed<Inner>(
        _ inner: (inout Parser) throws(SyntaxError) -> Inner
    ) throws(SyntaxError) -> Inner {
        try open(.leftParenthesis)
        let result = try inner(&self)
        try close(.rightParenthesis)
        return result
    }

    // MARK: Statements that begin with a word

    private mutating func variable(isMutable: Bool) throws(SyntaxError) -> StatementSyntax.Kind {
        let name = try name("a local's name")
        let type: TypeSyntax? = take(.colon, continuing: true) ? try self.type() : nil
        if take(.equals, continuing: true) {
            return .variable(name, isMutable: isMutable, type: type, value: try expression())
        }
        guard isMutable, type != nil else { throw unexpected(type == nil ? "`=` or `:`" : "`=`") }
        return .variable(name, isMutable: true, type: type, value: nil)
    }

    /// What follows `if` and `guard`.
    private mutating func condition() throws(SyntaxError) -> ConditionSyntax {
        guard take(word: "let") else { return .expression(try expression()) }
        let name = try name("a local's name")
        try expect(.equals, continuing: true)
        return .binding(name, try expression())
    }

    private mutating func conditional() throws(SyntaxError) -> StatementSyntax.Kind {
        let condition = try condition()
        let then = try block()
        guard take(word: "else") else { return .conditional(condition, then: then, otherwise: nil) }
        guard current.word == "if" else { return .conditional(condition, then: then, otherwise: try block()) }
        try enter()
        let start = current.start
        advance()
        let inner = try conditional()
        leave()
        let whole = range(from: start)
        let statement = StatementSyntax(inner, label: nil, range: whole)
        return .conditional(condition, then: then, otherwise: BlockSyntax(statements: [statement], range: whole))
    }

    private mutating func guarded() throws(SyntaxError) -> StatementSyntax.Kind {
        chooseTakesElse = false
        let condition = try condition()
        chooseTakesElse = true
        try expectElse()
        return .guarded(condition, otherwise: try block())
    }

    private mutating func expectElse() throws(SyntaxError) {
        guard take(word: "else") else { throw unexpected("`else`") }
    }

    private mutating func forLoop() throws(SyntaxError) -> StatementSyntax.Kind {
        let name = try name("a bound name")
        try expect(word: "in")
        let domain = try binaryOperand(.range).syntax
        let condition: ExpressionSyntax? = take(word: "where") ? try expression() : nil
        return .forLoop(name, domain: domain, where: condition, try block())
    }

    private mutating func killable() throws(SyntaxError) -> StatementSyntax.Kind {
        let condition = try enclosed { parser throws(SyntaxError) in try parser.expression() }
        let body = try block()
        try expectElse()
        return .killable(condition, body, otherwise: try block())
    }

    private mutating func either() throws(SyntaxError) -> StatementSyntax.Kind {
        var blocks = [try block()]
        while take(word: "or") { blocks.append(try block()) }
        return .either(blocks)
    }

    /// `t[c](args)` after `start`.
    private mutating func start() throws(SyntaxError) -> StatementSyntax.Kind {
        let process = try name("a process")
        var place: ExpressionSyntax?
        if at(.leftBracket) {
            try open(.leftBracket)
            place = try expression()
            try close(.rightBracket)
        }
        return .start(process, index: place, at(.leftParenthesis) ? try arguments().list : [])
    }

    // MARK: Statements that begin with an expression

    private mutating func simpleStatement() throws(SyntaxError) -> StatementSyntax.Kind {
        try rejectMisplacedWord()
        let target = try expression()
        if let symbol = current.symbol, !isAtLineEnd, symbol == .equals || symbol.assignedOperator != nil {
            advance(continuing: true)
            return .assign(target, operation: symbol.assignedOperator, try expression())
        }
        guard isAtLineEnd || current.symbol == .rightBrace || current.symbol == .semicolon else {
            throw unexpected("`=` or the end of the statement")
        }
        if case .call = target.kind { return .call(target) }
        return .expression(target)
    }

    private mutating func rejectMisplacedWord() throws(SyntaxError) {
        guard let word = current.word else { return }
        if ReservedWords.items.contains(word), peek(1).symbol != .leftParenthesis {
            throw fail(
                .misplacedItem, "`\(word)` begins an item, which stands outside of every block", at: currentRange)
        }
        if word == "else" || word == "or" || word == "where" || word == "in" { throw unexpected("a statement") }
    }
}
