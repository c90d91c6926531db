// Expressions: operands, prefixes, suffixes, calls, quantifiers, choice.

extension Parser {
    /// An expression.
    mutating func expression() throws(SyntaxError) -> ExpressionSyntax { try operand().syntax }

    /// An expression with its height.
    mutating func operand() throws(SyntaxError) -> Operand {
        try enter()
        let condition = try binaryOperand(.implication)
        guard take(.question, continuing: true) else {
            leave()
            return condition
        }
        let first = try operand()
        try expect(.colon, continuing: true)
        let second = try operand()
        leave()
        let kind = ExpressionSyntax.Kind.conditional(condition.syntax, first.syntax, second.syntax)
        let range = condition.syntax.range.union(second.syntax.range)
        let height = max(condition.height, first.height, second.height) + 1
        return try checked(Operand(ExpressionSyntax(kind, range), height: height))
    }

    /// An operand with its prefixes.
    mutating func unaryOperand() throws(SyntaxError) -> Operand {
        var prefixes: [(UnaryOperatorSyntax, Int)] = []
        while true {
            let operation: UnaryOperatorSyntax
            switch current.symbol {
            case .subtract? where !isAtLineEnd: operation = .negate
            case .exclamation? where !isAtLineEnd: operation = .not
            case .tilde? where !isAtLineEnd: operation = .complement
            default:
                var result = try suffixedOperand()
                for (operation, start) in prefixes.reversed() {
                    let syntax = ExpressionSyntax(.unary(operation, result.syntax), range(from: start))
                    result = try checked(Operand(syntax, height: result.height + 1))
                }
                return result
            }
            prefixes.append((operation, current.start))
            advance()
        }
    }

    /// An operand with its suffixes: members, indices, arguments, `!`.
    mutating func suffixedOperand() throws(SyntaxError) -> Operand {
        let start = current.start
        var result = try primaryOperand()
        while !isAtLineEnd {
            let kind: ExpressionSyntax.Kind
            var height = 0
            switch current.symbol {
            case .dot?:
                advance()
                kind = .member(result.syntax, try anyWord("a member's name"))
            case .optionalDot?:
                advance()
                kind = .optionalMember(result.syntax, try anyWord("a member's name"))
            case .leftBracket?:
                try open(.leftBracket)
                let place = try operand()
                try close(.rightBracket)
                kind = .index(result.syntax, place.syntax)
                height = place.height
            case .leftParenthesis?:
                let arguments = try arguments()
                kind = .call(result.syntax, arguments.list)
                height = arguments.height
            case .exclamation?:
                advance()
                kind = .unwrap(result.syntax)
            default: return result
            }
            let syntax = ExpressionSyntax(kind, range(from: start))
            result = try checked(Operand(syntax, height: max(result.height, height) + 1))
        }
        return result
    }

    /// `(a, label: b)`
    mutating func arguments() throws(SyntaxError) -> (list: [ArgumentSyntax], height: Int) {
        var list: [ArgumentSyntax] = []
        var height = 0
        try open(.leftParenthesis)
        while current.symbol != .rightParenthesis {
            var label: Identifier?
            if current.word != nil, peek(1).symbol == .colon {
                label = try anyWord("a label")
                advance(continuing: true)
            }
            let value = try operand()
            list.append(ArgumentSyntax(label: label, value: value.syntax))
            height = max(height, value.height)
            guard take(.comma, continuing: true) else { break }
        }
        try close(.rightParenthesis)
        return (list, height)
    }

    private mutating func primaryOperand() throws(SyntaxError) -> Operand {
        guard !isAtLineEnd else { throw unexpected("an expression") }
        let start = current.start
        switch current.kind {
        case .integer(let value): return literal(.integer(value))
        case .string(let text): return literal(.string(text))
        case .symbol(.leftParenthesis):
            try open(.leftParenthesis)
            let inner = try operand()
            if current.symbol == .comma {
                throw unexpected("`)`", notes: ["there are no tuples; `assert e, \"text\"` stands without parentheses"])
            }
            try close(.rightParenthesis)
            return Operand(ExpressionSyntax(inner.syntax.kind, range(from: start)), height: inner.height)
        case .symbol(.leftBracket): return try listOperand()
        case .symbol(.dot):
            advance()
            let name = try anyWord("a case of an enum")
            return Operand(ExpressionSyntax(.implicitCase(name), range(from: start)))
        case .word(let word): return try wordOperand(word)
        case .symbol, .invalid, .endOfFile: throw unexpected("an expression")
        }
    }

    private mutating func literal(_ kind: ExpressionSyntax.Kind) -> Operand {
        let place = currentRange
        advance()
        return Operand(ExpressionSyntax(kind, place))
    }

    private mutating func listOperand() throws(SyntaxError) -> Operand {
        let start = current.start
        var elements: [ExpressionSyntax] = []
        var height = 0
        try open(.leftBracket)
        while current.symbol != .rightBracket {
            let element = try operand()
            elements.append(element.syntax)
            height = max(height, element.height)
            guard take(.comma, continuing: true) else { break }
        }
        try close(.rightBracket)
        return try checked(Operand(ExpressionSyntax(.list(elements), range(from: start)), height: height + 1))
    }

    private mutating func wordOperand(_ word: String) throws(SyntaxError) -> Operand {
        switch word {
        case "true": return literal(.bool(true))
        case "false": return literal(.bool(false))
        case "nil": return literal(.nil)
        case "self": return literal(.selfProcess)
        case "choose" where peek(1).symbol == .leftParenthesis: return try chooseOperand()
        case "old" where peek(1).symbol == .leftParenthesis:
            let start = current.start
            advance()
            try open(.leftParenthesis)
            let inner = try operand()
            try close(.rightParenthesis)
            return try checked(
                Operand(ExpressionSyntax(.old(inner.syntax), range(from: start)), height: inner.height + 1))
        case "eventually" where peek(1).symbol == .leftParenthesis: return literal(.name(word))
        default: break
        }
        if let kind = QuantifierSyntax.Kind(rawValue: word) {
            if isBinder(at: 1) { return try quantifier(kind, isEnclosed: false) }
            if peek(1).symbol == .leftParenthesis, isBinder(at: 2) { return try quantifier(kind, isEnclosed: true) }
        }
        if ReservedWords.contains(word) { throw unexpected("an expression") }
        return literal(.name(word))
    }
}

// MARK: Quantifiers and choice

extension Parser {
    /// Whether `x in` or `x, y in` stands at a distance.
    func isBinder(at distance: Int) -> Bool {
        var place = distance
        while let word = peek(place).word, !ReservedWords.contains(word) {
            if peek(place + 1).word == "in" { return true }
            guard peek(place + 1).symbol == .comma else { return false }
            place += 2
        }
        return false
    }

    /// `x in S, y in T`; `x, y in S` gives two binders over one domain.
    mutating func binders() throws(SyntaxError) -> (list: [BinderSyntax], height: Int) {
        var list: [BinderSyntax] = []
        var height = 0
        repeat {
            var names = [try name("a bound name")]
            while take(.comma, continuing: true) { names.append(try name("a bound name")) }
            try expect(word: "in")
            let domain = try binaryOperand(.range)
            height = max(height, domain.height)
            list += names.map { BinderSyntax(name: $0, domain: domain.syntax) }
        } while takeCommaBeforeBinder()
        return (list, height)
    }

    private mutating func takeCommaBeforeBinder() -> Bool {
        guard at(.comma), isBinder(at: 1) else { return false }
        advance(continuing: true)
        return true
    }

    private mutating func quantifier(_ kind: QuantifierSyntax.Kind, isEnclosed: Bool) throws(SyntaxError) -> Operand {
        let start = current.start
        advance()
        try enter()
        if isEnclosed { try open(.leftParenthesis) }
        let binders = try binders()
        let condition: Operand? = take(word: "where") ? try operand() : nil
        var body: Operand?
        if kind == .count {
            if at(.colon) {
                throw unexpected(
                    isEnclosed ? "`)`" : "the end of the expression",
                    notes: ["`count` has no body: it counts what `where` lets through; `sum` adds up"])
            }
        } else {
            try expect(.colon, continuing: true)
            body = try operand()
        }
        if isEnclosed { try close(.rightParenthesis) }
        leave()
        let syntax = QuantifierSyntax(
            kind: kind, binders: binders.list, condition: condition?.syntax, body: body?.syntax)
        let height = max(binders.height, condition?.height ?? 0, body?.height ?? 0) + 1
        return try checked(Operand(ExpressionSyntax(.quantifier(syntax), range(from: start)), height: height))
    }

    private mutating func chooseOperand() throws(SyntaxError) -> Operand {
        let start = current.start
        advance()
        try enter()
        try open(.leftParenthesis)
        let binders = try binders()
        let condition: Operand? = take(word: "where") ? try operand() : nil
        try close(.rightParenthesis)
        leave()
        var otherwise: BlockSyntax?
        if chooseTakesElse, take(word: "else") { otherwise = try block() }
        let kind = ExpressionSyntax.Kind.choose(binders.list, where: condition?.syntax, otherwise: otherwise)
        let height = max(binders.height, condition?.height ?? 0) + 1
        return try checked(Operand(ExpressionSyntax(kind, range(from: start)), height: height))
    }
}
