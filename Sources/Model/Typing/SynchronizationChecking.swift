// Typing of calls that take steps: funcs, locks, channels, atomic words, changes of sequences and sets.

/// Statements of a call, and the formula of its result where one was asked for.
struct CheckedCall {
    var statements: [Statement.Kind]
    var value: Formula?
}

extension TypeChecker {
    static let synchronizationNames: Set<String> = [
        "acquire", "release", "try_acquire", "acquire_ordered", "release_ordered", "sleep", "wakeup", "wakeup_one",
        "resume", "amo_swap", "amo_add", "amo_and", "amo_or", "amo_xor", "amo_min", "amo_max", "swap", "cas", "load",
        "store", "load_reserved", "store_conditional", "fence", "fence_tso",
    ]

    /// A call as a statement; `result` is the hint for its value, or nil when the value is dropped.
    func statementCall(_ syntax: ExpressionSyntax, result: Type??) -> CheckedCall {
        guard case .call(let callee, let arguments) = syntax.kind else {
            let formula = check(syntax, expected: nil)
            if formula.type != .invalid {
                reportUseless("expression", syntax)
            }
            return CheckedCall(statements: [])
        }
        switch callee.kind {
        case .name(let name):
            if case .function(let id) = symbols[name] { return functionCall(id, arguments, syntax.range) }
            if Self.synchronizationNames.contains(name), symbols[name] == nil {
                return synchronization(name, callee.range, arguments, syntax.range)
            }
        case .member(let base, let method) where Self.mutatingMethods.contains(method.text):
            return mutation(base, method, arguments, syntax.range)
        default: break
        }
        let formula = check(syntax, expected: nil)
        if result == nil, formula.type != .invalid {
            reportUseless("call", syntax)
        }
        return CheckedCall(statements: [], value: formula)
    }

    /// A value that nothing takes; `a == b` in the place of `a = b` is the usual reason.
    func reportUseless(_ what: String, _ syntax: ExpressionSyntax) {
        let isComparison = if case .binary(.equal, _, _) = syntax.kind { true } else { false }
        report(
            .uselessExpression, "the value of this \(what) is not used", at: syntax.range,
            notes: isComparison ? ["`==` compares; `=` stores"] : [])
    }

    private func functionCall(_ id: FunctionID, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> CheckedCall {
        let function = model.functions[id]
        if !body.isCode {
            report(
                .notInCode, "the func \(function.name) takes steps: it is called in processes and funcs only", at: range
            )
        }
        let parameters = Array(function.body.locals.prefix(function.parameterCount))
        guard let values = match(arguments, parameters, callee: function.name, range) else {
            return CheckedCall(statements: [])
        }
        guard function.result != .void else {
            return CheckedCall(
                statements: [.call(id, values, result: nil)], value: Formula(.constant(.null), .void, range))
        }
        let local = body.hidden("result of \(function.name)", function.result)
        return CheckedCall(
            statements: [.call(id, values, result: local)], value: Formula(.local(local), function.result, range))
    }

    // MARK: Locks and channels

    private func synchronization(
        _ name: String, _ nameRange: SourceRange, _ arguments: [ArgumentSyntax], _ range: SourceRange
    ) -> CheckedCall {
        requireCode(name, range)
        let counts: [String: ClosedRange<Int>] = [
            "sleep": 1...2, "acquire_ordered": 2...2, "release_ordered": 2...2, "cas": 3...4, "amo_swap": 2...3,
            "amo_add": 2...3, "amo_and": 2...3, "amo_or": 2...3, "amo_xor": 2...3, "amo_min": 2...3, "amo_max": 2...3,
            "swap": 2...3, "load": 1...2, "store": 2...3, "load_reserved": 1...2, "store_conditional": 2...3,
            "fence": 0...2, "fence_tso": 0...0,
        ]
        let allowed = counts[name] ?? 1...1
        guard allowed.contains(arguments.count) else {
            report(.argumentMismatch, "\(name) does not take \(arguments.count) arguments", at: range)
            return CheckedCall(statements: [])
        }
        let first = arguments.first?.value
        switch name {
        case "fence", "fence_tso":
            for argument in arguments { checkOrdering(argument.value, ["r", "w", "rw"]) }
            return operation(.fence)
        case "acquire":
            return first.flatMap { lockPlace($0) }.map { operation(.acquire($0)) } ?? CheckedCall(statements: [])
        case "release":
            return first.flatMap { lockPlace($0) }.map { operation(.release($0)) } ?? CheckedCall(statements: [])
        case "try_acquire":
            guard let lock = first.flatMap({ lockPlace($0) }) else { return CheckedCall(statements: []) }
            return operation(.tryAcquire(lock), result: .bool, range)
        case "acquire_ordered", "release_ordered":
            guard let one = lockPlace(arguments[0].value), let two = lockPlace(arguments[1].value) else {
                return CheckedCall(statements: [])
            }
            guard one.root == two.root else {
                report(
                    .typeMismatch, "\(name) orders locks of one declaration by their index", at: range,
                    notes: ["locks of two declarations are always taken in the same order: write two `acquire`s"])
                return CheckedCall(statements: [])
            }
            return operation(name == "acquire_ordered" ? .acquireOrdered(one, two) : .releaseOrdered(one, two))
        case "sleep", "wakeup", "wakeup_one": return channelOperation(name, arguments, range)
        case "resume":
            guard let first else { return CheckedCall(statements: []) }
            return operation(.resume(coerce(check(first, expected: .pid), to: .pid)))
        default: return wordOperation(name, arguments, range)
        }
    }

    private func operation(_ synchronization: Synchronization) -> CheckedCall {
        CheckedCall(statements: [.synchronize(synchronization, result: nil)])
    }

    private func operation(_ synchronization: Synchronization, result: Type, _ range: SourceRange) -> CheckedCall {
        let local = body.hidden("result", result)
        return CheckedCall(
            statements: [.synchronize(synchronization, result: local)], value: Formula(.local(local), result, range))
    }

    private func channelOperation(_ name: String, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> CheckedCall {
        guard case .place(let channel) = resolve(arguments[0].value, expected: nil) else {
            report(
                .notAPlace, "a channel is the name of a datum or of a group", at: arguments[0].value.range,
                notes: ["as in C, where it is an address: `sleep(queue, queue.lock)`"])
            return CheckedCall(statements: [])
        }
        guard hasAllIndices(channel) else {
            report(.notAPlace, "an index of the channel is missing", at: arguments[0].value.range)
            return CheckedCall(statements: [])
        }
        if name != "sleep" { return operation(name == "wakeup" ? .wakeup(channel) : .wakeupOne(channel)) }
        guard arguments.count == 2 else {
            report(
                .sleepWithoutLock, "a sleep without a lock: a wakeup before it is lost", at: range,
                notes: ["pass the lock under which the condition was tested: `sleep(channel, lock)`"])
            return operation(.sleep(channel, lock: nil))
        }
        guard let lock = lockPlace(arguments[1].value) else { return CheckedCall(statements: []) }
        return operation(.sleep(channel, lock: lock))
    }

    private func hasAllIndices(_ place: Place) -> Bool {
        switch place.root {
        case .local(let id): body.locals[id].isInout
        case .object(let id): place.indices.count == model.objects[id].dimensions.count
        case .variable(let id): place.indices.count == model.variables[id].dimensions.count
        }
    }

    // MARK: Words

    private func checkOrdering(_ syntax: ExpressionSyntax, _ allowed: Set<String>) {
        if case .implicitCase(let name) = syntax.kind, allowed.contains(name.text) { return }
        report(
            .argumentMismatch, "an ordering is one of \(allowed.sorted().map { "." + $0 }.joined(separator: ", "))",
            at: syntax.range)
    }

    /// What is added to a word, or combined with it, need not be in the range of the word: the result must be.
    private func type(ofOperand name: String, of place: Place) -> Type {
        guard name.hasPrefix("amo_"), name != "amo_swap", let word = place.type.integer else { return place.type }
        return .integer(IntegerType(kind: word.kind))
    }

    private func wordOperation(_ name: String, _ arguments: [ArgumentSyntax], _ range: SourceRange) -> CheckedCall {
        guard let place = storePlace(arguments[0].value) else { return CheckedCall(statements: []) }
        let operandCount = ["load": 0, "load_reserved": 0, "cas": 2][name] ?? 1
        for argument in arguments.dropFirst(1 + operandCount) {
            checkOrdering(argument.value, ["relaxed", "acquire", "release", "aq", "rl", "aqrl"])
        }
        let operandType = type(ofOperand: name, of: place)
        let operands = arguments.dropFirst().prefix(operandCount).map {
            coerce(check($0.value, expected: operandType), to: operandType)
        }
        guard operands.count == operandCount, !operands.contains(where: { $0.type == .invalid }) else {
            return CheckedCall(statements: [])
        }
        func stored(_ index: Int) -> Formula { aligned(operands[index], for: place) }
        switch name {
        case "load": return operation(.orderedLoad(place), result: place.type, range)
        case "load_reserved": return operation(.loadReserved(place), result: place.type, range)
        case "store": return operation(.orderedStore(place, stored(0)))
        case "store_conditional": return operation(.storeConditional(place, stored(0)), result: .bool, range)
        case "cas":
            return operation(.compareAndSwap(place, expected: operands[0], new: stored(1)), result: .bool, range)
        default:
            let word = name == "swap" ? "swap" : String(name.dropFirst("amo_".count))
            guard let kind = AtomicOperation(rawValue: word) else { return CheckedCall(statements: []) }
            if kind != .swap, place.type.integer == nil {
                report(.typeMismatch, "\(name) takes a number", at: arguments[0].value.range)
                return CheckedCall(statements: [])
            }
            if kind != .swap, place.type.integer?.kind == .int {
                return numberUpdate(kind, place, operands[0], range)
            }
            if kind != .swap { rejectAligned(place, name, at: range) }
            let operand = kind == .swap ? stored(0) : operands[0]
            return operation(.atomicUpdate(kind, place, operand), result: place.type, range)
        }
    }

    /// An atomic update of an `int`, which no machine word wraps: one step that traps outside of the range.
    private func numberUpdate(_ kind: AtomicOperation, _ place: Place, _ operand: Formula, _ range: SourceRange)
        -> CheckedCall
    {
        let (setup, stable) = stabilized(place)
        let (amount, old) = (body.hidden("operand", operand.type), body.hidden("result", place.type))
        let left = Formula(.local(old), place.type, range)
        let right = Formula(.local(amount), operand.type, range)
        let updated: Formula
        switch kind {
        case .swap: updated = right
        case .add: updated = arithmetic(.add, left, right, range)
        case .and: updated = arithmetic(.bitAnd, left, right, range)
        case .or: updated = arithmetic(.bitOr, left, right, range)
        case .xor: updated = arithmetic(.bitXor, left, right, range)
        case .min, .max:
            let test = Formula(.binary(kind == .min ? .lessOrEqual : .greaterOrEqual, left, right), .bool, range)
            updated = Formula(.conditional(test, left, right), hull(left.type, right.type), range)
        }
        let step: [Statement.Kind] = [
            .declare(old, load(stable, range)), .assign(stable, coerce(updated, to: place.type)),
        ]
        return CheckedCall(
            statements: setup + [.declare(amount, operand), .atomic(step.map { Statement($0, range: range) })],
            value: left)
    }

    // MARK: Sequences and sets

    private func mutation(
        _ base: ExpressionSyntax, _ method: Identifier, _ arguments: [ArgumentSyntax], _ range: SourceRange
    ) -> CheckedCall {
        guard let place = storePlace(base) else { return CheckedCall(statements: []) }
        let current = load(place, base.range)
        switch (place.type, method.text, arguments.count) {
        case (.sequence(let element, _), "append", 1):
            return change(place, .appending, [current, value(arguments[0], element)], range)
        case (.sequence(let element, _), "insert", 2):
            let index = number(check(arguments[1].value, expected: .int))
            return change(place, .inserting, [current, value(arguments[0], element), index], range)
        case (.sequence(let element, _), "removeFirst", 0):
            let first = Formula(.collection(.first, [current]), element, range)
            return remove(first, element, then: change(place, .removingFirst, [current], range), range)
        case (.sequence(let element, let max), "remove", 1):
            let index = indexFormula(arguments[0].value, .index(below: max))
            let removed = Formula(.element(current, index), element, range)
            return remove(removed, element, then: change(place, .removingAt, [current, index], range), range)
        case (.set(let element), "insert", 1):
            return change(place, .setInserting, [current, value(arguments[0], element)], range)
        case (.set(let element), "remove", 1):
            return change(place, .setRemoving, [current, value(arguments[0], element)], range)
        default:
            report(
                .unknownName, "\(name(of: place.type)) has no \(method.text) with \(arguments.count) arguments",
                at: method.range)
            return CheckedCall(statements: [])
        }
    }

    private func value(_ argument: ArgumentSyntax, _ type: Type) -> Formula {
        coerce(check(argument.value, expected: type), to: type)
    }

    private func change(_ place: Place, _ operation: CollectionOperation, _ operands: [Formula], _ range: SourceRange)
        -> CheckedCall
    {
        if operands.contains(where: { $0.type == .invalid }) { return CheckedCall(statements: []) }
        return CheckedCall(statements: [.assign(place, Formula(.collection(operation, operands), place.type, range))])
    }

    private func remove(_ removed: Formula, _ element: Type, then change: CheckedCall, _ range: SourceRange)
        -> CheckedCall
    {
        let local = body.hidden("removed", element)
        return CheckedCall(
            statements: [.declare(local, removed)] + change.statements, value: Formula(.local(local), element, range))
    }
}
