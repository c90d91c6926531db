// Properties, proofs, checks, faults, views.

extension Parser {
    /// `invariant always name: e "text"` and its relatives.
    mutating func property() throws(SyntaxError) -> ItemSyntax.Kind {
        guard let word = current.word, var kind = PropertyKindSyntax(rawValue: word) else {
            throw unexpected("a property")
        }
        advance()
        if at(word: "always"), peek(1).symbol != .colon {
            switch kind {
            case .invariant: kind = .invariantAlways
            case .reachable: kind = .reachableAlways
            default: throw unexpected("a property's name", notes: ["only `invariant` and `reachable` may be `always`"])
            }
            advance()
        }
        let name = try name("a property's name")
        try expect(.colon, continuing: true)
        return .property(kind, name, try expression(), message: try trailingText())
    }

    /// `name(i in S): p ~> q "text"` after `leadsto`.
    mutating func leadsTo() throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("a property's name")
        var list: [BinderSyntax] = []
        if at(.leftParenthesis) {
            try open(.leftParenthesis)
            list = try binders().list
            try close(.rightParenthesis)
        }
        try expect(.colon, continuing: true)
        let cause = try expression()
        try expect(.leadsTo, continuing: true)
        let effect = try expression()
        return .leadsTo(name, list, cause, effect, message: try trailingText())
    }

    /// A property's text, on its line or the next.
    private mutating func trailingText() throws(SyntaxError) -> String? {
        guard case .string = current.kind else { return nil }
        beginLine()
        return try string("a text")
    }

    /// `name(params) where p { e } "text"` after `prove`.
    mutating func prove() throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("a property's name")
        let parameters = try parameters()
        let condition: ExpressionSyntax? = take(word: "where") ? try expression() : nil
        let body = try block()
        return .prove(name, parameters, where: condition, body, message: try trailingText())
    }

    /// `queue as ring(slots, head: read)` after `view`.
    mutating func view() throws(SyntaxError) -> ItemSyntax.Kind {
        let subject = try suffixedOperand().syntax
        try expect(word: "as")
        let shape = try name("a shape")
        return .view(subject, shape: shape, at(.leftParenthesis) ? try arguments().list : [])
    }

    // MARK: Checks and faults

    /// `[name] [(CONST: value, …)] [expect …]` after `check`.
    mutating func check() throws(SyntaxError) -> ItemSyntax.Kind {
        var name: Identifier?
        if current.word != nil, !isAtLineEnd, !at(word: "expect") { name = try self.name("a check's name") }
        let settings = at(.leftParenthesis) ? try settings() : []
        return .check(name: name, settings, try expectation())
    }

    /// `ID(CONST: value, …) "story" { items } expect …` after `fault`.
    mutating func fault() throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("a fault's name")
        let settings = at(.leftParenthesis) ? try settings() : []
        // As the text of a property, it may have a line of its own.
        if case .string = current.kind { beginLine() }
        let story = try string("the fault's story in quotes")
        let outer = try openBlock()
        let items = items(untilBrace: true, isInFault: true)
        try closeBlock(outer)
        return .fault(name, settings, story: story, items, try expectation())
    }

    /// `(CONST: value, memory: m)`
    mutating func settings() throws(SyntaxError) -> [SettingSyntax] {
        var list: [SettingSyntax] = []
        try open(.leftParenthesis)
        while current.symbol != .rightParenthesis {
            let name = try anyWord("a constant's name")
            try expect(.colon, continuing: true)
            list.append(SettingSyntax(name: name, value: try expression()))
            guard take(.comma, continuing: true) else { break }
        }
        try close(.rightParenthesis)
        return list
    }

    private mutating func expectation() throws(SyntaxError) -> OutcomeSyntax? {
        guard take(word: "expect") else { return nil }
        guard let word = current.word, !isAtLineEnd else { throw failNoOutcome() }
        switch word {
        case "holds":
            advance()
            return .holds
        case "deadlock":
            advance()
            return .deadlock
        case "violated":
            advance()
            let isOnly = at(word: "only") && peek(1).word != nil && !peek(1).isFirstOnLine
            if isOnly { advance() }
            return .violated(try anyWord("a property"), only: isOnly)
        case "not_reached":
            advance()
            return .notReached(try anyWord("a property"))
        case "rejected":
            advance()
            return .rejected(try anyWord("a diagnostic's code"))
        default: throw failNoOutcome()
        }
    }

    private mutating func failNoOutcome() -> SyntaxError {
        unexpected(
            "an outcome",
            notes: [
                "outcomes are `holds`, `violated P`, `violated only P`, `not_reached P`, `deadlock`, `rejected CODE`"
            ])
    }
}
