// Typing of control flow: branches, loops, atomic blocks, jumps.

extension TypeChecker {
    func conditional(_ condition: ConditionSyntax, then: BlockSyntax, otherwise: BlockSyntax?) -> [Statement.Kind] {
        switch condition {
        case .expression(let syntax):
            let test = checkCondition(syntax)
            return [.conditional(test, then: check(then), otherwise: otherwise.map { check($0) } ?? [])]
        case .binding(let name, let syntax):
            let (setup, optional) = optionalValue(syntax)
            body.scopes.append([:])
            let local = body.declare(name.text, payload(of: optional))
            let inner = check(then)
            body.scopes.removeLast()
            return setup + [.bindOptional(local, optional, then: inner, otherwise: otherwise.map { check($0) } ?? [])]
        }
    }

    func guarded(_ condition: ConditionSyntax, _ otherwise: BlockSyntax) -> [Statement.Kind] {
        let leave = check(otherwise)
        if !leaves(leave) {
            report(
                .elseFallsThrough, "the else of guard must leave: return, break, continue or panic", at: otherwise.range
            )
        }
        switch condition {
        case .expression(let syntax): return [.conditional(checkCondition(syntax), then: [], otherwise: leave)]
        case .binding(let name, let syntax):
            let (setup, optional) = optionalValue(syntax)
            let local = body.declare(name.text, payload(of: optional))
            return setup + [.bindOptional(local, optional, then: [], otherwise: leave)]
        }
    }

    private func optionalValue(_ syntax: ExpressionSyntax) -> ([Statement.Kind], Formula) {
        let (setup, formula) = statementValue(syntax, expected: nil)
        if case .optional = formula.type { return (setup, formula) }
        if formula.type != .invalid {
            report(.typeMismatch, "`let` takes an optional apart, this is \(described(formula.type))", at: syntax.range)
        }
        return (setup, invalid(syntax.range))
    }

    private func payload(of formula: Formula) -> Type {
        if case .optional(let wrapped) = formula.type { wrapped } else { .invalid }
    }

    func loop(_ syntax: StatementSyntax) -> [Statement.Kind] {
        body.loopDepth += 1
        defer { body.loopDepth -= 1 }
        switch syntax.kind {
        case .whileLoop(let condition, let block):
            if body.isAtomic { rejectUnbounded(syntax.range) }
            return [.whileLoop(checkCondition(condition), check(block))]
        case .loop(let block):
            if body.isAtomic { rejectUnbounded(syntax.range) }
            return [.loop(check(block))]
        case .forLoop(let name, let domain, let condition, let block):
            body.scopes.append([:])
            defer { body.scopes.removeLast() }
            guard let checked = check(BinderSyntax(name: name, domain: domain), enclosing: []) else {
                _ = check(block)
                return []
            }
            rejectSymmetricOrder(checked.binder, at: domain.range)
            let filter = condition.map { wrap(checkCondition($0), in: [checked]) }
            var statements = check(block)
            if let (local, value) = checked.element {
                statements.insert(Statement(.declare(local, value), range: domain.range), at: 0)
            }
            return [.forLoop(checked.binder, where: filter, statements)]
        default: return []
        }
    }

    private func rejectUnbounded(_ range: SourceRange) {
        report(
            .loopInAtomic, "`atomic` holds no unbounded loop", at: range,
            notes: ["`for` over a range or a sort is bounded"])
    }

    func atomic(_ block: BlockSyntax, _ range: SourceRange) -> [Statement.Kind] {
        if body.isAtomic {
            report(
                .atomicNested, "`atomic` within `atomic` says nothing more", at: range,
                notes: ["take the inner one away, and keep what is in it"])
        }
        let saved = body.isAtomic
        body.isAtomic = true
        let statements = check(block)
        body.isAtomic = saved
        for statement in statements.dropFirst() { rejectBlocking(statement) }
        return [.atomic(statements)]
    }

    private func rejectBlocking(_ statement: Statement) {
        switch statement.kind {
        case .await, .join, .synchronize(.acquire, _), .synchronize(.acquireOrdered, _), .synchronize(.sleep, _):
            report(
                .blockingInAtomic, "`atomic` may block only at its first statement", at: statement.range,
                notes: ["what is begun must be ended: put this first, or before the block"])
        case .conditional(_, let then, let otherwise), .bindOptional(_, _, let then, let otherwise):
            for inner in then + otherwise { rejectBlocking(inner) }
        case .forLoop(_, _, let inner), .block(let inner): for statement in inner { rejectBlocking(statement) }
        case .either(let blocks): for inner in blocks.joined() { rejectBlocking(inner) }
        default: break
        }
    }

    func jump(_ syntax: StatementSyntax) -> [Statement.Kind] {
        let isBreak = if case .break = syntax.kind { true } else { false }
        if body.loopDepth == 0 {
            report(
                .jumpMisplaced, "`\(isBreak ? "break" : "continue")` stands in a loop only", at: syntax.range,
                notes: body.isDeferred ? ["a `defer` block is not left"] : [])
            return []
        }
        return [isBreak ? .break : .continue]
    }

    /// Whether control never reaches the end of the statements.
    func leaves(_ statements: [Statement]) -> Bool {
        statements.contains { statement in
            switch statement.kind {
            case .return, .break, .continue, .panic: true
            case .assert(let formula, _), .assume(let formula):
                if case .constant(.bool(false)) = formula.kind { true } else { false }
            case .conditional(_, let then, let otherwise), .bindOptional(_, _, let then, let otherwise):
                leaves(then) && leaves(otherwise)
            case .either(let blocks): blocks.allSatisfy { leaves($0) }
            case .block(let inner), .atomic(let inner), .hardware(let inner): leaves(inner)
            case .loop(let inner): !containsBreak(inner)
            default: false
            }
        }
    }

    private func containsBreak(_ statements: [Statement]) -> Bool {
        statements.contains { statement in
            switch statement.kind {
            case .break: true
            case .conditional(_, let then, let otherwise), .bindOptional(_, _, let then, let otherwise),
                .killable(_, let then, let otherwise):
                containsBreak(then) || containsBreak(otherwise)
            case .either(let blocks): blocks.contains { containsBreak($0) }
            case .block(let inner), .atomic(let inner), .hardware(let inner): containsBreak(inner)
            default: false
            }
        }
    }
}
