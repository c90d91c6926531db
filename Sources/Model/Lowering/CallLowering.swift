// Func calls put in place, returns, and the operations on locks, channels and words.

extension Emitter {
    func call(_ id: FunctionID, _ arguments: [CallArgument], result: LocalID?) {
        let function = model.functions[id]
        var callee = Frame(function: function.name, source: function.body.locals)
        for (parameter, argument) in arguments.enumerated() {
            switch argument {
            case .value(let formula):
                callee.substitutes[parameter] = .formula(passed(lower(formula), function, parameter))
            case .place(let place): callee.substitutes[parameter] = .place(stable(lower(place)))
            }
        }
        callee.result = result.map { target(of: $0) }
        callee.activation = activations.count
        activations.append(activation(of: function, callee))
        let end = newLabel()
        callee.returnLabel = end
        callee.scopeBase = scopes.count
        let caller = (frame, loops)
        let savedRange = range
        frame = callee
        loops = []
        frame.returnsHolding = function.returnsHolding.map { rename($0) }
        withScope { lower(function.body.statements) }
        checkReleased()
        let acquired = frame.returnsHolding
        place(end)
        (frame, loops) = caller
        frame.acquired += acquired.filter { isNameable($0) }
        range = savedRange
    }

    private func activation(of function: FunctionDeclaration, _ callee: Frame) -> Activation {
        let parameters = callee.substitutes.keys.sorted()
        let arguments = parameters.compactMap { parameter -> (name: String, value: Formula)? in
            let name = function.body.locals[parameter].name
            return switch callee.substitutes[parameter] {
            case .formula(let formula): (name, formula)
            case .place(let place): (name, Formula(.load(place), place.type, range))
            case .local, nil: nil
            }
        }
        return Activation(
            function: function.name, caller: frame.activation, arguments: arguments, result: callee.result)
    }

    /// An argument as the callee may name it: constants, `self` and `let`s as they are, others in a local.
    private func passed(_ value: Formula, _ function: FunctionDeclaration, _ parameter: Int) -> Formula {
        if case .local(let id) = value.kind, locals[id].isMutable { return copied(value, function, parameter) }
        return Self.isSimple(value) ? value : copied(value, function, parameter)
    }

    private func copied(_ value: Formula, _ function: FunctionDeclaration, _ parameter: Int) -> Formula {
        locals.append(function.body.locals[parameter])
        let local = locals.count - 1
        set(local, value)
        return Formula(.local(local), value.type, value.range)
    }

    /// A place whose indices do not change while it is used.
    private func stable(_ place: Place) -> Place {
        place.mapFormulas { index in
            if Self.isSimple(index), !isMutableLocal(index) { return index }
            let local = newLocal("%index", index.type)
            locals[local] = Local(name: "%index", type: index.type, isMutable: false, isInout: false)
            set(local, index)
            return Formula(.local(local), index.type, index.range)
        }
    }

    private func isMutableLocal(_ formula: Formula) -> Bool {
        if case .local(let id) = formula.kind { locals[id].isMutable } else { false }
    }

    func returned(_ value: Formula?) {
        if let value {
            let lowered = lower(value)
            if let result = frame.result { set(result, lowered) }
        }
        guard let label = frame.returnLabel else {
            unwind(to: 0)
            emit(.finish)
            return
        }
        unwind(to: frame.scopeBase)
        checkReleased()
        jump(to: label)
    }

    // MARK: Locks left held at a return

    private func checkReleased() {
        let declared = Set(frame.returnsHolding.compactMap { lockVariable($0) })
        let suspects = frame.acquired.filter { place in lockVariable(place).map { !declared.contains($0) } ?? false }
        if !suspects.isEmpty { emit(.checkReleased(suspects, function: frame.function)) }
    }

    private func lockVariable(_ place: Place) -> VariableID? {
        if case .variable(let id) = place.root { id } else { nil }
    }

    /// Whether the place still means the same lock at the end of the func.
    private func isNameable(_ place: Place) -> Bool {
        place.formulas.allSatisfy { Self.isSimple($0) && !isMutableLocal($0) }
    }

    private func noteAcquired(_ place: Place) {
        guard isNameable(place), !frame.acquired.contains(where: { describe($0) == describe(place) }) else { return }
        frame.acquired.append(place)
    }

    private func describe(_ place: Place) -> String { "\(place.root) \(place.formulas.map { "\($0.kind)" })" }

    // MARK: Locks, channels, words

    func synchronize(_ operation: Synchronization, result: LocalID?) {
        switch operation {
        case .acquire(let place):
            let lock = lower(place)
            emit(.acquire(lock))
            noteAcquired(lock)
        case .release(let place): emit(.release(lower(place)))
        case .tryAcquire(let place):
            let lock = lower(place)
            emit(.tryAcquire(lock, result: result ?? newLocal("%taken", .bool)))
        case .acquireOrdered(let first, let second): acquireOrdered(lower(first), lower(second))
        case .releaseOrdered(let first, let second): releaseOrdered(lower(first), lower(second))
        case .sleep(let channel, let lock):
            let queue = self.channel(channel)
            let held = lock.map { stable(lower($0)) }
            emit(.sleep(queue, lock: held))
            emit(.resumed(lock: held))
        case .wakeup(let channel): emit(.wakeup(self.channel(channel)))
        case .wakeupOne(let channel): emit(.wakeupOne(self.channel(channel)))
        case .resume(let process): emit(.resume(lower(process)))
        case .atomicUpdate(let kind, let place, let operand):
            let value = lower(operand)
            let target = lower(place)
            emit(.atomicUpdate(kind, target, value, result: result ?? newLocal("%old", place.type)))
        case .compareAndSwap(let place, let expected, let new):
            let (old, value) = (lower(expected), lower(new))
            emit(
                .compareAndSwap(lower(place), expected: old, new: value, result: result ?? newLocal("%swapped", .bool)))
        case .orderedLoad(let place), .loadReserved(let place):
            let value = lower(Formula(.load(place), place.type, range))
            if let result { set(result, value) }
        case .orderedStore(let place, let value):
            let lowered = lower(value)
            emit(.assign(lower(place), lowered))
        case .storeConditional(let place, let value):
            // Under `sc` only another store to the word breaks a reservation; that it may always fail covers this.
            conditionalStore(place, value, result)
        case .fence: break
        }
    }

    private func conditionalStore(_ place: Place, _ value: Formula, _ result: LocalID?) {
        let lowered = lower(value)
        let target = lower(place)
        let flag = result ?? newLocal("%stored", .bool)
        let (fails, end) = (newLabel(), newLabel())
        emit(.either([fails]))
        emit(.assign(target, lowered))
        set(flag, Formula(.constant(.bool(true)), .bool, range))
        jump(to: end)
        self.place(fails)
        set(flag, Formula(.constant(.bool(false)), .bool, range))
        self.place(end)
    }

    private func comparison(_ operation: BinaryOperatorSyntax, _ left: Formula, _ right: Formula) -> Formula {
        Formula(.binary(operation, left, right), .bool, range)
    }

    private func acquireOrdered(_ first: Place, _ second: Place) {
        let (one, two) = (stable(first), stable(second))
        guard !one.formulas.isEmpty else {
            emit(.acquire(one))
            noteAcquired(one)
            return
        }
        let (differ, swapped, end) = (newLabel(), newLabel(), newLabel())
        let pairs = Array(zip(one.formulas, two.formulas))
        let equal = pairs.map { comparison(.equal, $0, $1) }.reduce(Formula(.constant(.bool(true)), .bool, range)) {
            comparison(.and, $0, $1)
        }
        emit(.branch(equal, otherwise: differ))
        emit(.acquire(one))
        jump(to: end)
        place(differ)
        emit(.branch(isBefore(pairs[...]), otherwise: swapped))
        emit(.acquire(one))
        emit(.acquire(two))
        jump(to: end)
        place(swapped)
        emit(.acquire(two))
        emit(.acquire(one))
        place(end)
        emit(.assumeHeld([one, two]))
        noteAcquired(one)
        noteAcquired(two)
    }

    /// Lexicographic order of index tuples.
    private func isBefore(_ pairs: ArraySlice<(Formula, Formula)>) -> Formula {
        guard let (left, right) = pairs.first else { return Formula(.constant(.bool(false)), .bool, range) }
        let less = comparison(.less, left, right)
        guard pairs.count > 1 else { return less }
        return comparison(.or, less, comparison(.and, comparison(.equal, left, right), isBefore(pairs.dropFirst())))
    }

    private func releaseOrdered(_ first: Place, _ second: Place) {
        let (one, two) = (stable(first), stable(second))
        emit(.release(one))
        guard !one.formulas.isEmpty else { return }
        let equal = zip(one.formulas, two.formulas).map { comparison(.equal, $0, $1) }
            .reduce(Formula(.constant(.bool(true)), .bool, range)) { comparison(.and, $0, $1) }
        let (differ, end) = (newLabel(), newLabel())
        emit(.branch(equal, otherwise: differ))
        jump(to: end)
        place(differ)
        emit(.release(two))
        place(end)
    }

    /// The channel that a place names, with its indices.
    private func channel(_ place: Place) -> ChannelPlace {
        let lowered = lower(place)
        var name: String
        var dimensions: [Type]
        switch lowered.root {
        case .object(let id): (name, dimensions) = (model.objects[id].name, model.objects[id].dimensions)
        case .variable(let id): (name, dimensions) = (model.variables[id].name, model.variables[id].dimensions)
        case .local: preconditionFailure("a channel is shared")
        }
        var type = place.type
        if case .variable(let id) = lowered.root { type = model.variables[id].type }
        for component in lowered.path {
            switch (component, type) {
            case (.field(let index), .structure(let id)):
                name += ".\(model.types.structures[id].fields[index].name)"
                type = model.types.structures[id].fields[index].type
            case (.index, .array(let element, let index)):
                dimensions.append(index)
                name += "[]"
                type = element
            case (.payload, .optional(let wrapped)): type = wrapped
            default: break
            }
        }
        return ChannelPlace(channel: context.channel(named: name, dimensions: dimensions), indices: lowered.formulas)
    }

    /// The instance of the claim variable that a private datum or group belongs to.
    func claimPlace(_ place: Place) -> Place {
        let lowered = lower(place)
        var name = ""
        var dimensions: [Type] = []
        switch lowered.root {
        case .object(let id): (name, dimensions) = (model.objects[id].name, model.objects[id].dimensions)
        case .variable(let id):
            let variable = model.variables[id]
            name = SystemContext.group(of: variable)
            dimensions = variable.dimensions
            if dimensions.isEmpty, case .array(_, let index) = variable.type { dimensions = [index] }
        case .local: break
        }
        let indices = Array(lowered.formulas.prefix(dimensions.count))
        guard indices.count == dimensions.count, !dimensions.isEmpty else {
            diagnostics.report(.notAPlace, "claim and publish name one element: `claim(proc[c])`", at: range)
            return Place(root: .variable(0), indices: [], path: [], type: .invalid)
        }
        let variable = context.claim(ofGroup: name, dimensions: dimensions)
        return Place(root: .variable(variable), indices: indices, path: [], type: .optional(.pid))
    }
}
