// What formulas of a system read: data under their protections, processes, locks, each as the reference reads them.

import Model
import Solver

/// Who reads, which decides the rules.
struct SystemReading {
    enum Rule {
        /// A step: protections are enforced, except where it is exempt.
        case code(isExempt: Bool)
        /// An invariant: where the guard of what it reads is held, it is not judged.
        case invariant
        /// Any other property.
        case property
    }

    let shape: StateShape
    var rule: Rule
    /// The running process; nil for actions, init blocks and properties.
    var pid: Int?
    /// For a property of steps: the state before.
    var before: SymbolicState?

    var system: TransitionSystem { shape.system }
}

extension FormulaEncoder {
    private func known(_ range: SourceRange) throws(EncodingFailure) -> (SystemReading, SymbolicState) {
        guard let reading, let state = path.state else { throw notOfProofs("the state of processes", range) }
        return (reading, state)
    }

    func selfProcess(_ formula: Formula) throws(EncodingFailure) -> SymbolicValue {
        guard let pid = reading?.pid else { throw notOfProofs("the state of processes", formula.range) }
        if case .sort(let id) = formula.type, let first = types.sorts[id].firstPid {
            return .member(values.ordinal(pid - first))
        }
        return .member(values.ordinal(pid))
    }

    // MARK: Data

    /// The numbers of an instance's indices; one outside traps.
    func instance(_ id: VariableID, _ indices: [Formula], _ range: SourceRange) throws(EncodingFailure) -> [Term] {
        let (reading, _) = try known(range)
        var numbers: [Term] = []
        for index in indices { numbers.append(try ordinal(index)) }
        for (number, dimension) in zip(numbers, reading.system.variables[id].dimensions) {
            checkIndex(number, below: Int(types.count(of: dimension) ?? 1))
        }
        return numbers
    }

    /// Whether indices name an instance, by its number.
    private func names(_ numbers: [Term], _ instance: Int, of id: VariableID, _ system: TransitionSystem) -> Term {
        var (rest, result) = (instance, pool.bool(true))
        for (number, dimension) in zip(numbers, system.variables[id].dimensions).reversed() {
            let count = Int(types.count(of: dimension) ?? 1)
            let width = pool.sort(of: number)?.width ?? 64
            result = pool.and(result, pool.equal(number, pool.word(UInt64(rest % count), width: width)))
            rest /= count
        }
        return result
    }

    /// The instance that constant indices name, the last one when they name none; nil when one is no constant.
    private func place(_ numbers: [Term], of id: VariableID, _ system: TransitionSystem) -> Int? {
        let dimensions = system.variables[id].dimensions
        guard numbers.count == dimensions.count else { return nil }
        var result = 0
        var isThere = true
        for (number, dimension) in zip(numbers, dimensions) {
            guard let value = pool.constant(number) else { return nil }
            let count = Int(types.count(of: dimension) ?? 1)
            isThere = isThere && value < count
            result = result * count + Int(min(value, UInt64(count)))
        }
        return isThere ? result : system.variables[id].instanceCount(types) - 1
    }

    /// The value of the instance that indices name; the last one when they name none.
    ///
    /// - Parameter question: what of it is asked for.
    func datum(
        _ id: VariableID, _ numbers: [Term], _ state: SymbolicState,
        _ question: (VariableID, Int) -> Observation = Observation.datum
    ) -> SymbolicValue {
        let instances = state.data[id]
        guard let reading, var result = instances.last else { preconditionFailure("a datum without instances") }
        if let place = place(numbers, of: id, reading.system) {
            observe?(question(id, place))
            return instances[place]
        }
        if let observe { for index in instances.indices { observe(question(id, index)) } }
        for (index, value) in instances.enumerated().dropLast().reversed() {
            result = values.choice(names(numbers, index, of: id, reading.system), value, result)
        }
        return result
    }

    func loadDatum(_ id: VariableID, _ indices: [Formula], _ range: SourceRange) throws(EncodingFailure)
        -> SymbolicValue
    {
        let (reading, state) = try known(range)
        let numbers = try instance(id, indices, range)
        switch reading.rule {
        case .code: checkProtection(id, numbers, isStore: false)
        case .invariant: cutUnderGuard(id, numbers, state)
        case .property: break
        }
        return datum(id, numbers, state)
    }

    /// Checks a store against the protection of its datum.
    func checkStore(_ place: Place, _ range: SourceRange) throws(EncodingFailure) {
        guard case .variable(let id) = place.root, let reading, reading.system.variables[id].type != .lock else {
            return
        }
        checkProtection(id, try instance(id, place.indices, range), isStore: true)
    }

    func store(_ value: SymbolicValue, _ place: Place, _ range: SourceRange) throws(EncodingFailure) {
        switch place.root {
        case .local(let id):
            path.locals[id] = try replacing(place.path[...], in: path.locals[id], with: value, range)
        case .variable(let id):
            let (reading, state) = try known(range)
            let numbers = try instance(id, place.indices, range)
            let new = try replacing(place.path[...], in: datum(id, numbers, state), with: value, range)
            for (index, old) in state.data[id].enumerated() {
                let isHere = names(numbers, index, of: id, reading.system)
                path.state?.data[id][index] = values.choice(isHere, new, old)
            }
        case .object: throw fail("a group of data is not stored to", at: range)
        }
    }

    // MARK: Protections

    private func checkProtection(_ id: VariableID, _ numbers: [Term], isStore: Bool) {
        guard let reading, let state = path.state, case .code(isExempt: false) = reading.rule else { return }
        let variable = reading.system.variables[id]
        switch variable.protection {
        case .none: return
        case .guarded(let lock, let forWritingOnly):
            guard isStore || !forWritingOnly else { return }
            let isMine = reading.pid.map { pid in holder(lock, numbers, state).map { isHeld($0, by: pid) } }
            violate(.lockDiscipline(id), when: pool.not((isMine ?? nil) ?? pool.bool(false)))
        case .isPrivate:
            guard let pid = reading.pid else { return violate(.ownership(id), when: pool.bool(true)) }
            let owner = owner(variable, numbers)
            var isMine = pool.equal(owner, values.ordinal(pid))
            if let (isClaimed, claimer) = claim(variable, numbers, state) {
                isMine = pool.choice(isClaimed, pool.equal(claimer, values.ordinal(pid)), isMine)
            }
            violate(.ownership(id), when: pool.not(isMine))
        }
    }

    func isHeld(_ lock: Term, by pid: Int) -> Term { pool.equal(lock, values.ordinal(pid + 1)) }

    /// The lock that guards an instance; nil where the guard is no lock.
    private func holder(
        _ lock: GuardPath, _ numbers: [Term], _ state: SymbolicState,
        _ question: (VariableID, Int) -> Observation = Observation.datum
    ) -> Term? {
        let own = lock.indices.map { index in
            switch index {
            case .constant(let value): values.int(Int128(value))
            case .own(let position): numbers[position]
            }
        }
        guard case .lock(let term) = datum(lock.lock, own, state, question) else { return nil }
        return term
    }

    private func narrow(_ number: Term) -> Term {
        pool.sort(of: number)?.width == SymbolicValue.memberWidth
            ? number : pool.extract(number, from: 0, width: SymbolicValue.memberWidth)
    }

    private func owner(_ variable: SystemVariable, _ numbers: [Term]) -> Term {
        guard let index = numbers.first else { return values.ordinal(0) }
        guard case .sort(let id) = variable.dimensions.first else { return narrow(index) }
        return pool.add(narrow(index), values.ordinal(types.sorts[id].firstPid ?? 0))
    }

    private func claim(_ variable: SystemVariable, _ numbers: [Term], _ state: SymbolicState) -> (Term, Term)? {
        guard let claims = variable.claims, let index = numbers.first,
            case .optional(let isSome, .member(let pid)) = datum(claims, [index], state)
        else { return nil }
        return (isSome, pid)
    }

    /// Where a guard is held, or an owner is within a step, an invariant is not judged.
    private func cutUnderGuard(_ id: VariableID, _ numbers: [Term], _ state: SymbolicState) {
        guard let reading else { return }
        let variable = reading.system.variables[id]
        if case .guarded(let lock, _) = variable.protection,
            let holder = holder(lock, numbers, state, Observation.isHeld)
        {
            cut(unless: pool.equal(holder, values.ordinal(0)))
        }
        if let pid = variable.soleProcess { cut(unless: standsAtStep(values.ordinal(pid), state)) }
        guard case .isPrivate = variable.protection else { return }
        cut(unless: standsAtStep(owner(variable, numbers), state))
        if let (isClaimed, claimer) = claim(variable, numbers, state) {
            cut(unless: pool.implies(isClaimed, standsAtStep(claimer, state)))
        }
    }

    /// Whether a process stands where steps begin, not between two micro-steps of one.
    private func standsAtStep(_ pid: Term, _ state: SymbolicState) -> Term {
        guard let reading else { return pool.bool(true) }
        var result = pool.bool(true)
        for (candidate, process) in state.processes.enumerated() {
            let isIt = pool.equal(pid, values.ordinal(candidate))
            if pool.truth(isIt) == false { continue }
            observe?(.isWithinStep(pid: candidate))
            let points = reading.system.kind(of: candidate).process.points
            for (number, point) in points.enumerated() where !point.isStepPoint {
                let isWithin = pool.equal(process.position, values.ordinal(number))
                result = pool.and(result, pool.not(pool.and(isIt, isWithin)))
            }
        }
        return result
    }

    // MARK: Predicates

    func ask(_ predicate: Predicate, _ range: SourceRange) throws(EncodingFailure) -> SymbolicValue {
        let (reading, state) = try known(range)
        switch predicate {
        case .generation: return .integer(values.int(0))
        case .finished(let process):
            return try anyProcess(process, state, Observation.isFinished) { pid, own in
                pool.equal(own.position, reading.shape.finished(pid))
            }
        case .asleep(let process):
            return try anyProcess(process, state, Observation.isAsleep) { _, own in
                pool.not(pool.equal(own.channel, values.ordinal(0)))
            }
        case .at(let process, let label):
            let pid = try narrow(ordinal(process))
            if case .invariant = reading.rule { cut(unless: standsAtStep(pid, state)) }
            return try anyProcess(process, state, { .isAt(pid: $0, label: label) }) { pid, own in
                let points = reading.system.kind(of: pid).process.points
                return pool.any(
                    points.indices.filter { points[$0].label == label || points[$0].name == label }.map {
                        pool.equal(own.position, values.ordinal($0))
                    })
            }
        case .holds(let process, let place):
            let pid = try narrow(ordinal(process))
            let lock = try lock(place, range)
            return .bool(pool.equal(lock, pool.add(pid, values.ordinal(1))))
        case .held(let place):
            let lock = try lock(place, range)
            return .bool(reading.pid.map { isHeld(lock, by: $0) } ?? pool.bool(false))
        case .free(let place): return .bool(pool.equal(try lock(place, range), values.ordinal(0)))
        }
    }

    func lock(_ place: Place, _ range: SourceRange) throws(EncodingFailure) -> Term {
        guard case .lock(let term) = try load(place, range) else { throw fail("no lock", at: range) }
        return term
    }

    private func anyProcess(
        _ process: Formula, _ state: SymbolicState, _ question: (Int) -> Observation,
        _ answer: (Int, SymbolicProcess) -> Term
    ) throws(EncodingFailure) -> SymbolicValue {
        let pid = try narrow(ordinal(process))
        var result = pool.bool(false)
        for (candidate, own) in state.processes.enumerated() {
            let isIt = pool.equal(pid, values.ordinal(candidate))
            if pool.truth(isIt) == false { continue }
            observe?(question(candidate))
            result = pool.or(result, pool.and(isIt, answer(candidate, own)))
        }
        return .bool(result)
    }
}
