// Typing of statements: each gives typed statements, calls split from the use of their result.

extension TypeChecker {
    func check(_ block: BlockSyntax) -> [Statement] {
        body.scopes.append([:])
        defer { body.scopes.removeLast() }
        var statements: [Statement] = []
        for syntax in block.statements { statements += check(syntax) }
        return statements
    }

    func check(_ syntax: StatementSyntax) -> [Statement] {
        let kinds = statementKinds(syntax)
        var statements = kinds.map { Statement($0, range: syntax.range) }
        if let label = syntax.label {
            checkLabel(label, syntax)
            let first = statements.first?.kind ?? .block([])
            let labelled = Statement(
                first, label: label.name.text, fairness: fairness(label.fairness), range: syntax.range)
            statements = [labelled] + statements.dropFirst()
        }
        return statements
    }

    private func checkLabel(_ label: LabelSyntax, _ syntax: StatementSyntax) {
        if body.isAtomic {
            report(.labelMisplaced, "a label within `atomic` would split its step", at: label.name.range)
        } else if !body.isCode {
            report(.labelMisplaced, "labels name the steps of processes: there are none here", at: label.name.range)
        }
    }

    private func statementKinds(_ syntax: StatementSyntax) -> [Statement.Kind] {
        let range = syntax.range
        switch syntax.kind {
        case .assign(let target, let operation, let value): return assign(target, operation, value, range)
        case .call(let expression) where isClaim(expression): return returned(expression, range)
        case .call(let expression): return statementCall(expression, result: nil).statements
        case .variable(let name, let isMutable, let type, let value):
            return declare(name, isMutable: isMutable, type, value, range)
        case .conditional(let condition, let then, let otherwise):
            return conditional(condition, then: then, otherwise: otherwise)
        case .guarded(let condition, let otherwise): return guarded(condition, otherwise)
        case .whileLoop, .forLoop, .loop: return loop(syntax)
        case .atomic(let block): return atomic(block, range)
        case .hardware(let block):
            requireCode("hardware", range)
            return [.hardware(check(block))]
        case .killable(let condition, let block, let otherwise):
            requireCode("killable", range)
            return [.killable(checkCondition(condition), check(block), otherwise: check(otherwise))]
        case .defer(let block):
            let saved = body
            body.isDeferred = true
            body.loopDepth = 0
            let statements = check(block)
            body.isDeferred = saved.isDeferred
            body.loopDepth = saved.loopDepth
            return [.defer(statements)]
        case .either(let blocks): return [.either(blocks.map { check($0) })]
        case .await(let condition):
            requireCode("await", range)
            return [.await(checkCondition(condition))]
        case .assert(let condition, let message): return assertion(condition, message)
        case .assume(let condition): return [.assume(checkCondition(condition))]
        case .symbolic(let name, let type, let condition): return symbolic(name, type, condition, range)
        case .panic(let message): return [.panic(message)]
        case .claim(let place): return ownership(place) { .claim($0) }
        case .publish(let place): return ownership(place) { .publish($0) }
        case .start(let name, let index, let arguments): return start(name, index, arguments, range)
        case .join(let process):
            requireCode("join", range)
            return [.join(coerce(processOperand(process), to: .pid))]
        case .break, .continue: return jump(syntax)
        case .return(let value): return returned(value, range)
        case .expression(let expression):
            guard body.kind == .proof || body.kind == .pure else {
                reportUseless("expression", expression)
                return []
            }
            return returned(expression, range)
        case .missing: return []
        }
    }

    /// Whether a call that stands alone in a proof or a pure function is its value: nothing else could be meant by it.
    private func isClaim(_ syntax: ExpressionSyntax) -> Bool {
        guard body.kind == .proof || body.kind == .pure, case .call(let callee, _) = syntax.kind else { return false }
        switch callee.kind {
        case .name(let name): if case .pure = symbols[name] { return true } else { return false }
        case .member(_, let method): return !Self.mutatingMethods.contains(method.text)
        default: return false
        }
    }

    func requireCode(_ word: String, _ range: SourceRange) {
        if !body.isCode { report(.notInCode, "`\(word)` stands in processes and funcs only", at: range) }
    }

    // MARK: Assignments and declarations

    private func assign(
        _ target: ExpressionSyntax, _ operation: BinaryOperatorSyntax?, _ value: ExpressionSyntax, _ range: SourceRange
    ) -> [Statement.Kind] {
        guard let place = storePlace(target) else {
            _ = statementValue(value, expected: nil)
            return []
        }
        guard let operation else {
            let (statements, formula) = statementValue(value, expected: place.type)
            return statements + [.assign(place, aligned(coerce(formula, to: place.type), for: place))]
        }
        let (setup, stable) = stabilized(place)
        let current = number(load(stable, target.range))
        let operand = number(check(value, expected: place.type))
        let result = arithmetic(operation, current, operand, range)
        return setup + [.assign(stable, aligned(coerce(result, to: place.type), for: place))]
    }

    /// The place with indices that read data put into locals, so that they are read once.
    func stabilized(_ place: Place) -> ([Statement.Kind], Place) {
        var setup: [Statement.Kind] = []
        let stable = place.mapFormulas { index in
            guard index.contains(where: { if case .load = $0.kind { true } else { false } }) else { return index }
            let local = body.hidden("index", index.type)
            setup.append(.declare(local, index))
            return Formula(.local(local), index.type, index.range)
        }
        return (setup, stable)
    }

    /// A place that may be stored to.
    func storePlace(_ syntax: ExpressionSyntax) -> Place? {
        guard case .place(let place) = resolve(syntax, expected: nil) else {
            if case .formula(let formula) = resolve(syntax, expected: nil) {
                let text = syntax.range.file.text(of: syntax.range)
                let isConstant = if case .constant = formula.kind { true } else { false }
                report(
                    .notAPlace,
                    isConstant ? "\(text) is a constant: nothing is stored to it" : "this is a value, no place",
                    at: syntax.range, notes: ["what changes while the spec runs is declared with `shared var` or `var`"]
                )
            }
            return nil
        }
        guard isComplete(place), place.type != .lock else {
            report(
                .notAPlace, place.type == .lock ? "a lock is not assigned to" : "a group of data is not assigned to",
                at: syntax.range)
            return nil
        }
        switch place.root {
        case .local(let id):
            let local = body.locals[id]
            guard local.isMutable || local.isInout else {
                report(
                    .notMutable, "\(local.name) keeps its value: it is a `let`, a parameter, or what a loop binds",
                    at: syntax.range, notes: ["declare it with `var`, or change a copy: `var x = \(local.name)`"])
                return nil
            }
        case .variable(let id):
            if body.kind == .pure || body.kind == .proof || body.kind == .property || body.kind == .transition {
                report(
                    .effectInPure, "\(model.variables[id].name) is stored to by code that only reads", at: syntax.range,
                    notes: ["a `func` may store; a pure function, a property and a proof may not"])
                return nil
            }
        case .object: return nil
        }
        return place
    }

    private func declare(
        _ name: Identifier, isMutable: Bool, _ type: TypeSyntax?, _ value: ExpressionSyntax?, _ range: SourceRange
    ) -> [Statement.Kind] {
        let expected = type.map { resolve($0) }
        guard let value else {
            guard let expected else {
                report(.missingType, "\(name.text) needs a type or a value", at: range)
                _ = body.declare(name.text, .invalid, isMutable: isMutable)
                return []
            }
            let local = body.declare(name.text, expected, isMutable: isMutable)
            let zero = expected == .invalid ? Value.null : model.types.zero(of: expected)
            return [.declare(local, Formula(.constant(zero), expected, range))]
        }
        var (statements, formula) = statementValue(value, expected: expected)
        if let expected {
            formula = coerce(formula, to: expected)
        } else if formula.type == .null {
            report(.missingType, "nil alone does not tell the type of \(name.text)", at: value.range)
            formula = invalid(value.range)
        } else if formula.type == .void {
            report(.typeMismatch, "the call gives no value", at: value.range)
            formula = invalid(value.range)
        } else if isMutable, let integer = formula.type.integer, integer.kind == .int {
            formula = Formula(formula.kind, .int, formula.range)
        } else if let integer = formula.type.integer, !IntegerType(kind: integer.kind).contains(integer) {
            formula = coerce(formula, to: .int)
        }
        let local = body.declare(name.text, expected == .invalid ? .invalid : formula.type, isMutable: isMutable)
        return statements + [.declare(local, formula)]
    }

    /// The right side of an assignment, `let`, `return`, `if let`: calls are allowed here.
    func statementValue(_ syntax: ExpressionSyntax, expected: Type?) -> ([Statement.Kind], Formula) {
        if case .choose(let binders, let condition, let otherwise) = syntax.kind {
            return choose(binders, condition, otherwise, syntax.range)
        }
        if case .call(let callee, _) = syntax.kind, takesSteps(callee) {
            let call = statementCall(syntax, result: expected)
            return (call.statements, call.value ?? invalid(syntax.range))
        }
        return ([], check(syntax, expected: expected))
    }

    private func takesSteps(_ callee: ExpressionSyntax) -> Bool {
        switch callee.kind {
        case .name(let name):
            if case .function = symbols[name] { return true }
            return Self.synchronizationNames.contains(name)
        case .member(_, let method): return Self.mutatingMethods.contains(method.text)
        default: return false
        }
    }

    private func choose(
        _ binders: [BinderSyntax], _ condition: ExpressionSyntax?, _ otherwise: BlockSyntax?, _ range: SourceRange
    ) -> ([Statement.Kind], Formula) {
        if body.kind == .pure || body.kind == .proof {
            report(.effectInPure, "a pure function does not choose", at: range)
        }
        guard binders.count == 1, let syntax = binders.first else {
            report(.unexpectedToken, "choose takes one binder; nest two for a pair", at: range)
            return ([], invalid(range))
        }
        let leave = otherwise.map { block in
            let statements = check(block)
            if !leaves(statements) {
                report(
                    .elseFallsThrough, "the else of choose must leave: return, break, continue or panic",
                    at: block.range)
            }
            return statements
        }
        body.scopes.append([:])
        guard let checked = check(syntax, enclosing: []) else {
            body.scopes.removeLast()
            return ([], invalid(range))
        }
        let filter = condition.map { wrap(checkCondition($0), in: [checked]) }
        body.scopes.removeLast()
        let statement = Statement.Kind.choose(checked.binder, where: filter, otherwise: leave)
        guard let (local, value) = checked.element else {
            return ([statement], Formula(.local(checked.binder.local), checked.binder.type, range))
        }
        return ([statement, .declare(local, value)], Formula(.local(local), value.type, range))
    }

    // MARK: Small statements

    private func assertion(_ condition: ExpressionSyntax, _ message: String?) -> [Statement.Kind] {
        if body.kind == .pure { report(.effectInPure, "a pure function does not assert", at: condition.range) }
        var (statements, formula) = statementValue(condition, expected: .bool)
        formula = coerce(formula, to: .bool)
        return statements + [.assert(formula, message: message)]
    }

    private func symbolic(_ name: Identifier, _ type: TypeSyntax, _ condition: ExpressionSyntax?, _ range: SourceRange)
        -> [Statement.Kind]
    {
        let resolved = resolve(type)
        if resolved != .invalid, resolved.integer.map({ $0.kind == .int }) ?? true {
            report(.typeMismatch, "a symbolic value is a word: u8 … u64, i8 … i64", at: type.range)
        }
        model.symbolicRange = model.symbolicRange ?? range
        let local = body.declare(name.text, resolved)
        return [.symbolic(local, where: condition.map { checkCondition($0) })]
    }

    private func ownership(_ syntax: ExpressionSyntax, _ make: (Place) -> Statement.Kind) -> [Statement.Kind] {
        guard case .place(let place) = resolve(syntax, expected: nil) else {
            report(.notAPlace, "claim and publish name private data: `claim(proc[c])`", at: syntax.range)
            return []
        }
        return [make(place)]
    }

    private func start(
        _ name: Identifier, _ index: ExpressionSyntax?, _ arguments: [ArgumentSyntax], _ range: SourceRange
    )
        -> [Statement.Kind]
    {
        requireCode("start", range)
        guard case .process(let id) = symbols[name.text] else {
            report(
                .unknownName, "there is no process \(name.text)", at: name.range,
                notes: suggestion(for: name.text, among: model.processes.map(\.name)))
            return []
        }
        let process = model.processes[id]
        guard process.startParameterCount != nil else {
            report(
                .startMisplaced, "\(name.text) runs from the first state: it is not started", at: name.range,
                notes: ["declare it `process \(name.text) starts { … }`"])
            return []
        }
        var instance: Formula?
        if let index {
            let formula = check(index, expected: .sort(process.sort))
            instance =
                formula.type.integer != nil
                ? sortElement(process.sort, index, index.range) : coerce(formula, to: .sort(process.sort))
        } else if process.isArray {
            report(
                .startMisplaced, "which instance of \(name.text) is started?", at: name.range,
                notes: ["write the instance: `start \(name.text)[0]`"])
        }
        let values = match(arguments, startParameters[id] ?? [], callee: name.text, range) ?? []
        var formulas: [Formula] = []
        for case .value(let formula) in values { formulas.append(formula) }
        return [.start(id, index: instance, formulas)]
    }

    /// `t`, `t[c]` or a pid.
    private func processOperand(_ syntax: ExpressionSyntax) -> Formula { check(syntax, expected: .pid) }

    private func returned(_ value: ExpressionSyntax?, _ range: SourceRange) -> [Statement.Kind] {
        if body.isDeferred { report(.jumpMisplaced, "a `defer` block is not left", at: range) }
        guard let value else {
            if body.result != .void, body.result != .invalid {
                report(
                    .typeMismatch, "`return` without a value: the result is \(described(body.result))", at: range)
            }
            return [.return(nil)]
        }
        if body.result == .void {
            report(
                .typeMismatch, "a value is returned where no result is declared", at: value.range,
                notes: ["declare the result after the parameters: `-> T`"])
            _ = statementValue(value, expected: nil)
            return []
        }
        let (statements, formula) = statementValue(value, expected: body.result)
        return statements + [.return(coerce(formula, to: body.result))]
    }
}
