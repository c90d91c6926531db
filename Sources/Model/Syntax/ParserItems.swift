// Files and items: declarations, processes, actions.

extension Parser {
    /// `spec NAME` and the items after it.
    mutating func parseFile() -> SpecSyntax? {
        let name = header()
        let items = items(untilBrace: false, isInFault: false)
        guard let name else { return nil }
        return SpecSyntax(name: name, items: items, source: source)
    }

    /// `spec NAME`. What stands before it is reported once.
    private mutating func header() -> Identifier? {
        beginLine()
        if current.word != "spec" {
            let hasSpec = text.tokens.contains { $0.word == "spec" && $0.isFirstOnLine }
            let code: DiagnosticCode = hasSpec ? .unexpectedToken : .missingSpec
            if current.kind == .endOfFile {
                report(code, "the file has no `spec NAME`", at: currentRange, notes: ["a spec begins with `spec NAME`"])
                return nil
            }
            if current.kind != .invalid || !hasSpec {
                report(
                    code, "a spec begins with `spec NAME`, not with \(describeCurrent())", at: currentRange)
            }
            guard hasSpec else { return nil }
            while current.word != "spec" || !current.isFirstOnLine { advance() }
            beginLine()
        }
        advance()
        do throws(SyntaxError) {
            let name = try name("a spec's name")
            try endLine(of: "line")
            return name
        } catch {
            recoverItem(from: 0, hasStatements: false)
            return Identifier(text: "", range: range(from: previousEnd))
        }
    }

    /// Items to the end of the file, or of a fault's block.
    mutating func items(untilBrace: Bool, isInFault: Bool) -> [ItemSyntax] {
        var items: [ItemSyntax] = []
        while current.kind != .endOfFile {
            if current.symbol == .rightBrace {
                if untilBrace { break }
                if strayBraceCount == 0 { report(.unexpectedToken, "`}` closes nothing", at: currentRange) }
                strayBraceCount = max(strayBraceCount - 1, 0)
                advance()
                continue
            }
            if isInFault, Self.topItems.contains(current.word ?? ""), beginsUnclosedItem() { break }
            let outerColumn = itemColumn
            itemColumn = column(of: index)
            beginLine()
            let start = index
            let outerDepth = depth
            let documentation = text.documentation[index]
            do throws(SyntaxError) {
                items += try item(documentation)
                try endLine(of: "item")
            } catch {
                depth = outerDepth
                chooseTakesElse = true
                recoverItem(from: start, hasStatements: holdsStatements(from: start))
                if index == start { advance() }
                items.append(ItemSyntax(.missing, range: range(from: text.tokens[start].start), documentation: nil))
            }
            itemColumn = outerColumn
        }
        return items
    }

    /// Items that no fault may hold.
    static let topItems: Set<String> = ["check", "fault", "import", "kernel", "view", "spec"]

    /// Whether the item that begins at a token has a block of statements.
    private func holdsStatements(from start: Int) -> Bool {
        let holders: Set<String> = ["init", "pure", "func", "action", "process", "prove"]
        return text.tokens[start..<max(start, min(index, start + 6))].contains { holders.contains($0.word ?? "") }
    }

    private mutating func item(_ documentation: String?) throws(SyntaxError) -> [ItemSyntax] {
        let start = current.start
        guard let word = current.word, ReservedWords.items.contains(word) else { throw failNoItem() }
        if word == "const" { return try constants(documentation) }
        let kind: ItemSyntax.Kind
        switch word {
        case "fair", "strong", "daemon", "action", "process": kind = try actor()
        case "invariant", "transition", "final", "reachable", "eventually", "temporal": kind = try property()
        default:
            let wordRange = currentRange
            advance()
            kind = try declaration(word, at: wordRange)
        }
        return [ItemSyntax(kind, range: range(from: start), documentation: documentation)]
    }

    private mutating func failNoItem() -> SyntaxError {
        guard let word = current.word, ReservedWords.statements.contains(word) else {
            return unexpected(
                "an item", notes: ["items begin with a word such as `const`, `shared`, `func`, `process`"])
        }
        return fail(
            .misplacedItem, "`\(word)` begins a statement, which stands in the block of a func, a process or an action",
            at: currentRange)
    }

    private mutating func declaration(_ word: String, at place: SourceRange) throws(SyntaxError) -> ItemSyntax.Kind {
        switch word {
        case "enum": return .enumeration(try name("an enum's name"), try cases())
        case "struct": return .structure(try name("a struct's name"), try fields())
        case "type":
            let name = try name("a type's name")
            try expect(.equals, continuing: true)
            return .typeAlias(name, try type())
        case "import": return try importFile()
        case "ordered":
            try expect(word: "sort")
            return try sort(isOrdered: true)
        case "sort": return try sort(isOrdered: false)
        case "harts": return .harts(try expression())
        case "shared": return try shared()
        case "per":
            try expect(word: "hart")
            try expect(word: "var")
            return .perHartVariable(try variableField(mayOmitType: false))
        case "ghost":
            try expect(word: "var")
            return .ghostVariable(try variableField(mayOmitType: true))
        case "init": return .initialize(try block())
        case "pure": return try pure()
        case "func": return try function()
        case "leadsto": return try leadsTo()
        case "prove": return try prove()
        case "check": return try check()
        case "fault": return try fault()
        case "memory": return .memory(try name("a memory model"))
        case "view": return try view()
        case "kernel": return .kernel(name: try string("the kernel's name in quotes"), try bindings())
        default:
            throw fail(.misplacedItem, "a file has one `spec NAME`, at its beginning", at: place)
        }
    }

    // MARK: Declarations

    private mutating func constants(_ documentation: String?) throws(SyntaxError) -> [ItemSyntax] {
        var items: [ItemSyntax] = []
        advance()
        repeat {
            let start = current.start
            let name = try name("a constant's name")
            let type: TypeSyntax? = take(.colon, continuing: true) ? try self.type() : nil
            try expect(.equals, continuing: true)
            let kind = ItemSyntax.Kind.constant(name, type: type, try initialValue())
            items.append(ItemSyntax(kind, range: range(from: start), documentation: documentation))
        } while take(.comma, continuing: true)
        return items
    }

    private mutating func importFile() throws(SyntaxError) -> ItemSyntax.Kind {
        let place = currentRange
        let path = try string("a path in quotes")
        return .importFile(path: path, pathRange: place, at(.leftParenthesis) ? try settings() : [])
    }

    private mutating func sort(isOrdered: Bool) throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("a sort's name")
        try open(.leftBracket)
        let count = try expression()
        try close(.rightBracket)
        return .sort(name, count: count, isOrdered: isOrdered, isSymmetric: take(word: "symmetric"))
    }

    private mutating func shared() throws(SyntaxError) -> ItemSyntax.Kind {
        if take(word: "var") { return .sharedVariable(try variableField(mayOmitType: false)) }
        let name = try name("a name for what is shared")
        if at(.colon) {
            throw unexpected("`{`", notes: ["one variable is declared by `shared var \(name.text): …`"])
        }
        var place: ExpressionSyntax?
        if at(.leftBracket) {
            try open(.leftBracket)
            place = try expression()
            try close(.rightBracket)
        }
        let protection = try protection()
        return .sharedGroup(name, index: place, protection, try fields())
    }

    /// A field that is a variable of its own: no reserved word names it.
    private mutating func variableField(mayOmitType: Bool) throws(SyntaxError) -> FieldSyntax {
        let start = current.start
        return try field(named: try name("a variable's name"), from: start, mayOmitType: mayOmitType)
    }

    private mutating func pure() throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("a pure's name")
        let parameters = try parameters()
        try expect(.arrow, continuing: true)
        let result = try type()
        if take(.equals, continuing: true) { return .pure(name, parameters, result, .expression(try expression())) }
        if !at(.leftBrace), !isAtLineEnd { throw unexpected("`=` or `{`") }
        return .pure(name, parameters, result, .block(try block()))
    }

    private mutating func function() throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("a func's name")
        let parameters = try parameters()
        let result: TypeSyntax? = take(.arrow, continuing: true) ? try type() : nil
        var held: [ExpressionSyntax] = []
        if take(word: "returns") {
            try expect(word: "holding")
            repeat { held.append(try suffixedOperand().syntax) } while take(.comma, continuing: true)
        }
        return .function(name, parameters, result: result, returnsHolding: held, try block())
    }

    // MARK: Actions and processes

    private mutating func actor() throws(SyntaxError) -> ItemSyntax.Kind {
        let fairness = try fairness()
        let isDaemon = take(word: "daemon")
        if !isDaemon, take(word: "action") { return try action(fairness) }
        guard take(word: "process") else {
            throw unexpected(isDaemon ? "`process`" : "`daemon`, `process` or `action`")
        }
        return .process(try process(fairness, isDaemon: isDaemon))
    }

    private mutating func action(_ fairness: FairnessSyntax?) throws(SyntaxError) -> ItemSyntax.Kind {
        let name = try name("an action's name")
        let parameters = at(.leftParenthesis) ? try actionParameters() : []
        let condition: ExpressionSyntax? = take(word: "when") ? try expression() : nil
        return .action(name, parameters, when: condition, try block(), fairness)
    }

    /// `(i: S, j in T, k: int in 0..<4)`
    private mutating func actionParameters() throws(SyntaxError) -> [BinderSyntax] {
        var list: [BinderSyntax] = []
        try open(.leftParenthesis)
        while current.symbol != .rightParenthesis {
            let name = try name("a parameter's name")
            if !take(.colon, continuing: true) { try expect(word: "in") }
            if current.word == "int", peek(1).word == "in" {
                advance()
                advance()
            }
            list.append(BinderSyntax(name: name, domain: try binaryOperand(.range).syntax))
            guard take(.comma, continuing: true) else { break }
        }
        try close(.rightParenthesis)
        return list
    }

    private mutating func process(_ fairness: FairnessSyntax?, isDaemon: Bool) throws(SyntaxError) -> ProcessSyntax {
        let name = try name("a process's name")
        var count: ExpressionSyntax?
        if at(.leftBracket) {
            try open(.leftBracket)
            count = try expression()
            try close(.rightBracket)
        }
        let isSymmetric = take(word: "symmetric")
        let exception: Identifier? = isSymmetric && take(word: "except") ? try self.name("an element") : nil
        var starts: [ParameterSyntax]?
        if take(word: "starts") { starts = at(.leftParenthesis) ? try parameters() : [] }
        return ProcessSyntax(
            name: name, count: count, isDaemon: isDaemon, isSymmetric: isSymmetric, exception: exception,
            starts: starts, fairness: fairness, body: try block())
    }
}
