// Formulas of inlined code: locals renamed, pure functions put in place, loads that are steps taken out in order.

extension Emitter {
    /// The formula over this code's locals. Loads that are steps of their own are emitted first.
    func lower(_ formula: Formula) -> Formula { linearize(rename(formula)) }

    /// The same for a place: what remains reads locals and data that do not change under the reader.
    func lower(_ place: Place) -> Place { linearize(rename(place)) }

    func lower(_ domain: Domain) -> Domain { domain.mapFormulas { lower($0) } }

    // MARK: Renaming

    func rename(_ formula: Formula) -> Formula {
        switch formula.kind {
        case .local(let id):
            switch frame.substitutes[id] {
            case .local(let target): return Formula(.local(target), formula.type, formula.range)
            case .formula(let value): return Formula(value.kind, value.type, formula.range)
            case .place(let place): return Formula(.load(place), formula.type, formula.range)
            case nil: return Formula(.local(target(of: id)), formula.type, formula.range)
            }
        case .load(let place): return Formula(.load(rename(place)), formula.type, formula.range)
        case .quantifier(let quantifier):
            let binders = quantifier.binders.map { binder in
                let domain = binder.domain.mapFormulas { rename($0) }
                return Binder(local: fresh(binder.local), type: binder.type, domain: domain, name: binder.name)
            }
            let renamed = Quantifier(
                kind: quantifier.kind, binders: binders, condition: quantifier.condition.map { rename($0) },
                body: quantifier.body.map { rename($0) })
            return Formula(.quantifier(renamed), formula.type, formula.range)
        case .bind(let local, let value, let body):
            let value = rename(value)
            return Formula(.bind(fresh(local), value, rename(body)), formula.type, formula.range)
        case .optionalMap(let operand, let local, let body):
            let operand = rename(operand)
            return Formula(.optionalMap(operand, fresh(local), rename(body)), formula.type, formula.range)
        case .call(let id, let arguments): return inline(id, arguments.map { rename($0) }, formula)
        case .predicate(let predicate): return Formula(.predicate(rename(predicate)), formula.type, formula.range)
        default: return formula.mapChildren { rename($0) }
        }
    }

    private func fresh(_ local: LocalID) -> LocalID {
        locals.append(frame.source[local])
        frame.substitutes[local] = .local(locals.count - 1)
        return locals.count - 1
    }

    private func rename(_ predicate: Predicate) -> Predicate {
        switch predicate {
        case .holds(let process, let place): .holds(rename(process), rename(place))
        case .held(let place): .held(rename(place))
        case .free(let place): .free(rename(place))
        case .finished, .asleep, .at, .generation: predicate.mapFormulas { rename($0) }
        }
    }

    func rename(_ place: Place) -> Place {
        let indices = place.indices.map { rename($0) }
        let path = place.path.map { component -> Place.Component in
            if case .index(let index) = component { .index(rename(index)) } else { component }
        }
        guard case .local(let id) = place.root else {
            return Place(root: place.root, indices: indices, path: path, type: place.type)
        }
        switch frame.substitutes[id] {
        case .place(let base): return extend(base, with: path, type: place.type)
        case .local(let target): return Place(root: .local(target), indices: [], path: path, type: place.type)
        case .formula(let value):
            // A part of a parameter that was given a value: keep the value in a local.
            let local = newLocal(frame.source[id].name, value.type)
            set(local, value)
            frame.substitutes[id] = .local(local)
            return Place(root: .local(local), indices: [], path: path, type: place.type)
        case nil: return Place(root: .local(target(of: id)), indices: [], path: path, type: place.type)
        }
    }

    /// Follows a path from an `inout` argument: through groups to a datum, then within its value.
    private func extend(_ base: Place, with path: [Place.Component], type: Type) -> Place {
        var root = base.root
        var indices = base.indices
        var rest = path[...]
        while case .object(let id) = root, let component = rest.first {
            switch component {
            case .field(let index):
                switch model.objects[id].fields[index].part {
                case .object(let inner): root = .object(inner)
                case .variable(let variable): root = .variable(variable)
                }
            case .index(let index): indices.append(index)
            case .payload: preconditionFailure("a group has no payload")
            }
            rest = rest.dropFirst()
        }
        if case .variable(let id) = root {
            while indices.count < model.variables[id].dimensions.count, case .index(let index) = rest.first {
                indices.append(index)
                rest = rest.dropFirst()
            }
        }
        return Place(root: root, indices: indices, path: base.path + rest, type: type)
    }

    private func inline(_ id: PureID, _ arguments: [Formula], _ formula: Formula) -> Formula {
        let pure = model.pures[id]
        guard let body = pure.expression else {
            return Formula(.call(id, arguments), formula.type, formula.range)
        }
        let caller = frame
        frame = Frame(function: caller.function, source: pure.body.locals, activation: caller.activation)
        var bound: [(LocalID, Formula)] = []
        for (parameter, argument) in arguments.enumerated() {
            if Self.isSimple(argument) {
                frame.substitutes[parameter] = .formula(argument)
            } else {
                locals.append(pure.body.locals[parameter])
                frame.substitutes[parameter] = .local(locals.count - 1)
                bound.append((locals.count - 1, argument))
            }
        }
        let inner = rename(body)
        frame = caller
        return bound.reversed().reduce(inner) { Formula(.bind($1.0, $1.1, $0), formula.type, formula.range) }
    }

    /// Values that may be put in the place of a parameter as often as it is named.
    static func isSimple(_ formula: Formula) -> Bool {
        switch formula.kind {
        case .constant, .selfProcess: true
        case .local: true
        case .convert(let operand, let conversion):
            switch conversion {
            case .checked, .aligned: false
            case .exact, .truncating, .reinterpreting, .process: isSimple(operand)
            }
        default: false
        }
    }

    // MARK: Taking out loads

    /// Whether a load is a micro-step that needs a node of its own.
    func isStep(_ place: Place) -> Bool {
        guard hoists, case .variable(let id) = place.root, !model.variables[id].isGhost else { return false }
        if model.variables[id].type == .lock { return false }
        return facts.isUnreduced || facts.steppingLoads.contains(id)
    }

    private func needsEmission(_ formula: Formula) -> Bool {
        formula.contains { part in
            switch part.kind {
            case .load(let place): isStep(place)
            case .call: true
            default: false
            }
        }
    }

    func linearize(_ place: Place) -> Place { place.mapFormulas { linearize($0) } }

    func linearize(_ formula: Formula) -> Formula {
        guard needsEmission(formula) else { return formula }
        switch formula.kind {
        case .load(let place): return hoist(linearize(place), formula)
        case .call(let id, let arguments): return callBlock(id, arguments.map { linearize($0) }, formula)
        case .binary(let operation, let left, let right)
        where (operation == .and || operation == .or || operation == .implies) && needsEmission(right):
            return shortCircuit(operation, left, right, formula)
        case .conditional(let condition, let then, let otherwise) where needsEmission(then) || needsEmission(otherwise):
            let result = newLocal("%choice", formula.type)
            let (elseLabel, end) = (newLabel(), newLabel())
            emit(.branch(linearize(condition), otherwise: elseLabel))
            set(result, linearize(then))
            jump(to: end)
            place(elseLabel)
            set(result, linearize(otherwise))
            place(end)
            return Formula(.local(result), formula.type, formula.range)
        case .bind(let local, let value, let body) where needsEmission(body):
            set(local, linearize(value))
            return linearize(body)
        case .optionalMap(let operand, let local, let body) where needsEmission(body):
            return mapOptional(linearize(operand), local, body, formula)
        case .quantifier(let quantifier): return unroll(quantifier, formula)
        default: return formula.mapChildren { linearize($0) }
        }
    }

    private func hoist(_ place: Place, _ formula: Formula) -> Formula {
        let load = Formula(.load(place), formula.type, formula.range)
        guard isStep(place) else { return load }
        checkWidth(place, formula)
        let local = newLocal("%load", formula.type)
        set(local, load)
        return Formula(.local(local), formula.type, formula.range)
    }

    private func checkWidth(_ place: Place, _ formula: Formula) {
        guard case .variable(let id) = place.root, facts.steppingLoads.contains(id), !isInAtomic,
            !model.types.fitsMachineWord(place.type)
        else { return }
        diagnostics.report(
            .wideUnguarded, "\(model.variables[id].name) is read without its lock and is wider than 8 bytes",
            at: formula.range, notes: ["no machine reads it in one step: read it field by field, or in `atomic { }`"])
    }

    private func shortCircuit(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula, _ formula: Formula)
        -> Formula
    {
        let result = newLocal("%condition", .bool)
        let end = newLabel()
        set(result, linearize(left))
        let value = Formula(.local(result), .bool, formula.range)
        let goesOn = operation == .or ? Formula(.unary(.not, value), .bool, formula.range) : value
        if operation == .implies {
            let test = newLabel()
            emit(.branch(value, otherwise: test))
            set(result, linearize(right))
            jump(to: end)
            place(test)
            set(result, Formula(.constant(.bool(true)), .bool, formula.range))
        } else {
            emit(.branch(goesOn, otherwise: end))
            set(result, linearize(right))
        }
        place(end)
        return value
    }

    private func mapOptional(_ operand: Formula, _ local: LocalID, _ body: Formula, _ formula: Formula) -> Formula {
        let result = newLocal("%mapped", formula.type)
        let holder = newLocal("%optional", operand.type)
        let end = newLabel()
        set(holder, operand)
        set(result, Formula(.constant(.null), formula.type, formula.range))
        let value = Formula(.local(holder), operand.type, formula.range)
        let null = Formula(.constant(.null), operand.type, formula.range)
        emit(.branch(Formula(.binary(.notEqual, value, null), .bool, formula.range), otherwise: end))
        set(local, Formula(.unwrap(value), locals[local].type, formula.range))
        set(result, Formula(.wrap(linearize(body)), formula.type, formula.range))
        place(end)
        return Formula(.local(result), formula.type, formula.range)
    }

    /// Runs a block-bodied pure function here; its result is a local.
    private func callBlock(_ id: PureID, _ arguments: [Formula], _ formula: Formula) -> Formula {
        let pure = model.pures[id]
        let result = newLocal("%result of \(pure.name)", pure.result)
        let caller = (frame, loops)
        var callee = Frame(function: frame.function, source: pure.body.locals, activation: frame.activation)
        for (parameter, argument) in arguments.enumerated() {
            guard !Self.isSimple(argument) else {
                callee.substitutes[parameter] = .formula(argument)
                continue
            }
            let local = newLocal(pure.body.locals[parameter].name, argument.type)
            set(local, argument)
            callee.substitutes[parameter] = .local(local)
        }
        callee.returnLabel = newLabel()
        callee.result = result
        callee.scopeBase = scopes.count
        let end = callee.returnLabel
        frame = callee
        loops = []
        withScope { lower(pure.body.statements) }
        if let end { place(end) }
        (frame, loops) = caller
        return Formula(.local(result), formula.type, formula.range)
    }
}
