// Signatures and bodies: pure functions, funcs, processes, actions, init blocks; and no recursion.

extension TypeChecker {
    func declareFunctions() {
        for entry in items.entries {
            switch entry.item.kind {
            case .pure(let name, let parameters, let result, _):
                guard declare(name, .pure(model.pures.count)) else { continue }
                model.pures.append(signature(name, parameters, result: resolve(result), entry.item.range))
            case .function(let name, let parameters, let result, _, _):
                guard declare(name, .function(model.functions.count)) else { continue }
                model.functions.append(
                    signature(name, parameters, result: result.map { resolve($0) } ?? .void, entry.item.range))
            case .action(let name, _, _, _, _): declare(name, .action(0))
            case .process(let process):
                guard case .process(let id) = symbols[process.name.text], let parameters = process.starts else {
                    continue
                }
                startParameters[id] = locals(of: parameters, allowInout: false)
            default: continue
            }
        }
    }

    private func locals(of parameters: [ParameterSyntax], allowInout: Bool) -> [Local] {
        var seen: Set<String> = []
        return parameters.map { parameter in
            if !seen.insert(parameter.name.text).inserted {
                report(.duplicateName, "the parameter \(parameter.name.text) is there twice", at: parameter.name.range)
            }
            let type = resolve(parameter.type)
            if parameter.isInout, !allowInout {
                report(.typeMismatch, "inout parameters belong to funcs only", at: parameter.name.range)
            } else if !parameter.isInout, type == .lock || isObject(type) {
                report(
                    .lockInValue, "\(parameter.name.text) is, or holds, a lock: it is passed `inout`",
                    at: parameter.type.range)
            }
            return Local(name: parameter.name.text, type: type, isMutable: false, isInout: parameter.isInout)
        }
    }

    private func signature(_ name: Identifier, _ parameters: [ParameterSyntax], result: Type, _ range: SourceRange)
        -> FunctionDeclaration
    {
        let isFunction = if case .function = symbols[name.text] { true } else { false }
        let locals = locals(of: parameters, allowInout: isFunction)
        return FunctionDeclaration(
            name: name.text, parameterCount: locals.count, result: result, returnsHolding: [],
            body: Body(locals: locals, statements: [], range: range), range: name.range)
    }

    // MARK: Bodies

    func checkBodies() {
        for entry in items.entries {
            switch entry.item.kind {
            case .pure(let name, _, _, let code): checkPure(name, code)
            case .function(let name, _, _, let holding, let block): checkFunction(name, holding, block)
            case .process(let process): checkProcess(process)
            case .action(let name, let parameters, let condition, let block, let fairness):
                checkAction(name, parameters, condition, block, self.fairness(fairness))
            case .initialize(let block):
                body = BodyContext(kind: .initializer)
                let statements = check(block)
                model.initializers.append(Body(locals: body.locals, statements: statements, range: block.range))
            default: continue
            }
        }
    }

    private func enter(_ kind: BodyContext.Kind, parameters: [Local], selfType: Type?, result: Type) {
        body = BodyContext(kind: kind, selfType: selfType)
        body.result = result
        for parameter in parameters {
            _ = body.declare(parameter.name, parameter.type, isMutable: false, isInout: parameter.isInout)
        }
        body.scopes.append([:])
    }

    private func checkPure(_ name: Identifier, _ code: PureBodySyntax) {
        guard case .pure(let id) = symbols[name.text] else { return }
        let pure = model.pures[id]
        enter(.pure, parameters: pure.body.locals, selfType: nil, result: pure.result)
        switch code {
        case .expression(let syntax):
            let formula = coerce(check(syntax, expected: pure.result), to: pure.result)
            model.pures[id].expression = formula
            model.pures[id].body = Body(
                locals: body.locals, statements: [Statement(.return(formula), range: syntax.range)], range: syntax.range
            )
        case .block(let block):
            let statements = check(block)
            requireReturn(statements, block.range, name)
            model.pures[id].body = Body(locals: body.locals, statements: statements, range: block.range)
        }
    }

    private func requireReturn(_ statements: [Statement], _ range: SourceRange, _ name: Identifier) {
        if body.result != .void, body.result != .invalid, !leaves(statements) {
            report(
                .missingReturn, "\(name.text) can end without a value", at: name.range,
                notes: ["every path ends in `return`, `panic` or a loop without end"])
        }
    }

    /// The type of `self` in a func: the one process kind that calls it, or `pid` when there are several.
    private func selfType(of name: String, among callers: [String: Set<String>]) -> Type? {
        guard let kinds = callers[name], kinds.count == 1, let only = kinds.first,
            case .process(let id) = symbols[only]
        else { return .pid }
        return .sort(model.processes[id].sort)
    }

    private func checkFunction(_ name: Identifier, _ holding: [ExpressionSyntax], _ block: BlockSyntax) {
        guard case .function(let id) = symbols[name.text] else { return }
        let function = model.functions[id]
        enter(
            .function, parameters: function.body.locals, selfType: selfType(of: name.text, among: callers),
            result: function.result)
        let locks = holding.compactMap { lockPlace($0) }
        let statements = check(block)
        requireReturn(statements, block.range, name)
        model.functions[id] = FunctionDeclaration(
            name: function.name, parameterCount: function.parameterCount, result: function.result,
            returnsHolding: locks, body: Body(locals: body.locals, statements: statements, range: block.range),
            range: function.range)
    }

    private func checkProcess(_ process: ProcessSyntax) {
        guard case .process(let id) = symbols[process.name.text] else { return }
        if let exception = process.exception, case .some(let symbol) = symbols[exception.text] {
            _ = symbol
        }
        enter(
            .process, parameters: startParameters[id] ?? [], selfType: .sort(model.processes[id].sort), result: .void)
        let statements = check(process.body)
        model.processes[id].body = Body(locals: body.locals, statements: statements, range: process.body.range)
    }

    private func checkAction(
        _ name: Identifier, _ parameters: [BinderSyntax], _ condition: ExpressionSyntax?, _ block: BlockSyntax,
        _ fairness: Fairness?
    ) {
        body = BodyContext(kind: .action)
        var binders: [Binder] = []
        for syntax in parameters {
            guard let checked = check(syntax, enclosing: []) else { continue }
            guard checked.element == nil, isFixed(checked.binder.domain) else {
                report(
                    .actionParameter, "an action's parameter runs over a sort, an enum, bool or a range of constants",
                    at: syntax.domain.range)
                continue
            }
            binders.append(checked.binder)
        }
        let guardFormula = condition.map { checkCondition($0) }
        let statements = check(block)
        model.actions.append(
            ActionDeclaration(
                name: name.text, parameters: binders, guardFormula: guardFormula, fairness: fairness,
                body: Body(locals: body.locals, statements: statements, range: block.range), range: name.range))
    }

    func isFixed(_ domain: Domain) -> Bool {
        switch domain {
        case .type: true
        case .range(let lower, let upper, _): constantValue(lower) != nil && constantValue(upper) != nil
        case .elements: false
        }
    }

    // MARK: Recursion

    /// Reports cycles of calls; whether there were any.
    func rejectRecursion() -> Bool {
        let before = diagnostics.errorCount
        var calls: [[FunctionID]] = model.functions.map { _ in [] }
        for (id, function) in model.functions.enumerated() { calls[id] = calledFunctions(function.body.statements) }
        reject(cyclesIn: calls) { model.functions[$0] }
        let pureCalls = model.pures.map { pure in
            var called: [PureID] = []
            forEachFormula(in: pure.body.statements) { formula in
                formula.visit { if case .call(let id, _) = $0.kind { called.append(id) } }
            }
            return called
        }
        reject(cyclesIn: pureCalls) { model.pures[$0] }
        return diagnostics.errorCount > before
    }

    private func reject(cyclesIn calls: [[Int]], _ declaration: (Int) -> FunctionDeclaration) {
        for start in calls.indices {
            var seen: Set<Int> = []
            var waiting = calls[start]
            while let next = waiting.popLast() {
                if next == start {
                    let function = declaration(start)
                    report(
                        .recursion, "\(function.name) calls itself, directly or through others", at: function.range,
                        notes: ["calls are put in place of their callee: write a loop"])
                    break
                }
                if seen.insert(next).inserted { waiting += calls[next] }
            }
        }
    }

    private func calledFunctions(_ statements: [Statement]) -> [FunctionID] {
        var called: [FunctionID] = []
        forEachStatement(in: statements) { if case .call(let id, _, _) = $0.kind { called.append(id) } }
        return called
    }
}
