// Types, fields, parameters, protections.

extension Parser {
    /// A type.
    mutating func type() throws(SyntaxError) -> TypeSyntax {
        try enter()
        let start = current.start
        let base = try baseType()
        if case .integerRange = base.kind, source.bytes[start] != UInt8(ascii: "(") {
            if at(.question) || at(.leftBracket) { throw failUnenclosed("a range before `?` or `[`", base.range) }
            leave()
            return base
        }
        let result = try suffixedType(base, from: start)
        leave()
        return result
    }

    private mutating func baseType() throws(SyntaxError) -> TypeSyntax {
        let start = current.start
        if at(.leftParenthesis) {
            try open(.leftParenthesis)
            let inner = try type()
            try close(.rightParenthesis)
            return TypeSyntax(inner.kind, range(from: start))
        }
        let name = try name("a type")
        switch name.text {
        case "int" where at(word: "in"): return try integerRange(from: start)
        case "seq" where at(.less):
            let element = try elementType()
            try expect(word: "max")
            let bound = try binaryOperand(.addition).syntax
            if case .index = bound.kind { throw failUnenclosed("a sequence before `[`", range(from: start)) }
            return TypeSyntax(.sequence(element, max: bound), range(from: start))
        case "set" where at(.less): return TypeSyntax(.set(try elementType()), range(from: start))
        case "seq": throw unexpected("`<` and the type of the elements", notes: ["write `seq<T> max N`"])
        case "spinlock" where at(.leftParenthesis):
            try open(.leftParenthesis)
            try expect(word: "fenced")
            try close(.rightParenthesis)
            return TypeSyntax(.fencedSpinlock, range(from: start))
        default: return TypeSyntax(.name(name.text), name.range)
        }
    }

    /// `in a..<b` after `int`.
    private mutating func integerRange(from start: Int) throws(SyntaxError) -> TypeSyntax {
        try expect(word: "in")
        let lower = try binaryOperand(.addition).syntax
        let isClosed = current.symbol == .closedRange
        guard take(.halfOpenRange, continuing: true) || take(.closedRange, continuing: true) else {
            throw unexpected("`..<` or `...`")
        }
        let upper = try binaryOperand(.addition).syntax
        let whole = range(from: start)
        if case .index = upper.kind { throw failUnenclosed("a range before `[`", whole) }
        return TypeSyntax(.integerRange(lower: lower, upper: upper, isClosed: isClosed), whole)
    }

    /// `<T>`
    private mutating func elementType() throws(SyntaxError) -> TypeSyntax {
        try open(.less)
        let start = current.start
        let element = try type()
        if case .integerRange = element.kind, source.bytes[start] != UInt8(ascii: "(") {
            throw failUnenclosed("a range inside `< >`", element.range)
        }
        try closeAngle()
        return element
    }

    /// Takes one `>`, also of `>>`, `>=` and `>>=`.
    private mutating func closeAngle() throws(SyntaxError) {
        let rest: Symbol?
        switch current.symbol {
        case .greater?: rest = nil
        case .shiftRight?: rest = .greater
        case .greaterOrEqual?: rest = .equals
        case .shiftRightAssign?: rest = .greaterOrEqual
        default: throw unexpected("`>`")
        }
        brackets.removeLast()
        if let rest { splitCurrent(leaving: rest) } else { advance() }
    }

    private mutating func failUnenclosed(_ what: String, _ range: SourceRange) -> SyntaxError {
        fail(
            .rangeNeedsParentheses, "\(what) stands in parentheses", at: range,
            notes: ["write `(int in 0..<4)[frame]`, `(int in 0..<4)?`, `seq<(int in 0..<4)> max 3`"])
    }

    /// `?` and `[N]` after a type; `T[A][B]` is an array over A of arrays over B.
    private mutating func suffixedType(_ base: TypeSyntax, from start: Int) throws(SyntaxError) -> TypeSyntax {
        var result = base
        var height = 0
        while at(.question) || at(.leftBracket) {
            height += 1
            if depth + height > Self.nestingLimit { throw failTooDeep() }
            if take(.question) {
                result = TypeSyntax(.optional(result), range(from: start))
                continue
            }
            var indices: [ExpressionSyntax] = []
            while at(.leftBracket) {
                height += 1
                if depth + height > Self.nestingLimit { throw failTooDeep() }
                try open(.leftBracket)
                indices.append(try expression())
                try close(.rightBracket)
            }
            let whole = range(from: start)
            for index in indices.reversed() { result = TypeSyntax(.array(result, index: index), whole) }
        }
        return result
    }

    // MARK: Fields and parameters

    /// `{ a: T, b: U }`, separated by commas or newlines.
    mutating func fields() throws(SyntaxError) -> [FieldSyntax] {
        try list(of: "field") { parser throws(SyntaxError) in try parser.field() }
    }

    /// `{ a, b }`, separated by commas or newlines.
    mutating func cases() throws(SyntaxError) -> [Identifier] {
        try list(of: "case") { parser throws(SyntaxError) in try parser.anyWord("a case's name") }
    }

    /// Elements in braces, separated by commas or newlines; a mistake in one does not hide the others.
    private mutating func list<Element>(
        of what: String, _ element: (inout Parser) throws(SyntaxError) -> Element
    ) throws(SyntaxError) -> [Element] {
        var elements: [Element] = []
        let outer = try openBlock()
        while current.symbol != .rightBrace {
            if beginsUnclosedItem(mayBeField: true) { break }
            let start = index
            let outerDepth = depth
            beginLine()
            do throws(SyntaxError) {
                elements.append(try element(&self))
                if !take(.comma, continuing: true) { try endLine(of: what) }
            } catch {
                depth = outerDepth
                recover(from: start, atComma: true) { $0.skipBlock() }
                if index == start { advance() }
            }
        }
        try closeBlock(outer)
        return elements
    }

    private mutating func field() throws(SyntaxError) -> FieldSyntax {
        let start = current.start
        return try field(named: try anyWord("a field's name"), from: start, mayOmitType: false)
    }

    /// `: type [protection] [aligned e] [= initial]` after a field's name.
    mutating func field(
        named name: Identifier, from start: Int, mayOmitType: Bool
    ) throws(SyntaxError) -> FieldSyntax {
        var type: TypeSyntax?
        if !mayOmitType || at(.colon) {
            try expect(.colon, continuing: true)
            type = try self.type()
        }
        var protection = try protection()
        let alignment: ExpressionSyntax? = take(word: "aligned") ? try binaryOperand(.addition).syntax : nil
        var initial: InitialValueSyntax?
        if type == nil {
            try expect(.equals, continuing: true)
            initial = .expression(try expression())
        } else if take(.equals, continuing: true) {
            initial = try initialValue()
        }
        if protection == nil { protection = try self.protection() }
        return FieldSyntax(
            name: name, type: type, protection: protection, alignment: alignment, initial: initial,
            range: range(from: start))
    }

    mutating func initialValue() throws(SyntaxError) -> InitialValueSyntax {
        let isAny = current.word == "any" && !isSuffix(peek(1))
        guard isAny else { return .expression(try expression()) }
        let place = currentRange
        advance()
        return .any(place)
    }

    /// Whether a token makes an expression of the word before it.
    private func isSuffix(_ token: Token) -> Bool {
        switch token.symbol {
        case .dot?, .optionalDot?, .question?, .exclamation?: true
        case .leftParenthesis?, .leftBracket?: !token.isFirstOnLine
        case let symbol?: symbol.binaryOperator != nil && (symbol.continuesLine || !token.isFirstOnLine)
        case nil: false
        }
    }

    /// `guarded by L`, `guarded by L for writing`, `private`, or nothing.
    mutating func protection() throws(SyntaxError) -> ProtectionSyntax? {
        if at(word: "private") {
            let place = currentRange
            advance()
            return .isPrivate(place)
        }
        guard take(word: "guarded") else { return nil }
        try expect(word: "by")
        let lock = try suffixedOperand().syntax
        var forWritingOnly = false
        if take(word: "for") {
            try expect(word: "writing")
            forWritingOnly = true
        }
        return .guarded(by: lock, forWritingOnly: forWritingOnly)
    }

    /// `(a: T, b: inout U)`
    mutating func parameters() throws(SyntaxError) -> [ParameterSyntax] {
        var list: [ParameterSyntax] = []
        try open(.leftParenthesis)
        while current.symbol != .rightParenthesis {
            let name = try name("a parameter's name")
            try expect(.colon, continuing: true)
            let isInout = take(word: "inout")
            list.append(ParameterSyntax(name: name, type: try type(), isInout: isInout))
            guard take(.comma, continuing: true) else { break }
        }
        try close(.rightParenthesis)
        return list
    }
}
