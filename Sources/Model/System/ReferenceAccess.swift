// Loads, stores and the protections they are under, in the reference semantics.

extension ReferenceRun {
    // MARK: Evaluation

    private func evaluator() -> Evaluator {
        var known: [LocalID: Value] = [:]
        for (id, value) in locals.enumerated() { if let value { known[id] = value } }
        let context = StateContext(system: system, state: state, reader: reader)
        return Evaluator(types: system.types, context: context, locals: known, selfPid: pid)
    }

    private func stop(_ failure: EvaluationFailure) -> Stop {
        switch failure {
        case .trap(let message, let range): violation(.trap, message, range)
        case .lockDiscipline(let id, let message, let range): violation(.lockDiscipline(id), message, range)
        case .ownership(let id, let message, let range): violation(.ownership(id), message, range)
        case .notChecked: preconditionFailure("code is always evaluated")
        }
    }

    mutating func evaluate(_ formula: Formula) throws(Stop) -> Value {
        var evaluator = evaluator()
        do { return try evaluator.evaluate(formula) } catch { throw stop(error) }
    }

    mutating func ordinal(_ formula: Formula) throws(Stop) -> Int {
        var evaluator = evaluator()
        do { return try evaluator.ordinal(formula) } catch { throw stop(error) }
    }

    mutating func values(of domain: Domain) throws(Stop) -> [Value] {
        var evaluator = evaluator()
        do { return try evaluator.values(of: domain) } catch { throw stop(error) }
    }

    mutating func first(of domain: Domain) throws(Stop) -> Value? {
        var evaluator = evaluator()
        do { return try evaluator.first(of: domain) } catch { throw stop(error) }
    }

    mutating func value(after current: Value?, in domain: Domain) throws(Stop) -> Value? {
        var evaluator = evaluator()
        do { return try evaluator.value(after: current, in: domain) } catch { throw stop(error) }
    }

    mutating func load(_ place: Place, _ range: SourceRange) throws(Stop) -> Value {
        var evaluator = evaluator()
        do { return try evaluator.load(place, at: range) } catch { throw stop(error) }
    }

    // MARK: Stores

    mutating func store(_ value: Value, to place: Place, _ range: SourceRange) throws(Stop) {
        switch place.root {
        case .local(let id):
            locals[id] = try replacing(place.path[...], in: locals[id], with: value, range)
        case .variable(let id):
            note(store: id)
            let instance = try instance(of: id, place.indices, range)
            state.data[id][instance] = try replacing(place.path[...], in: state.data[id][instance], with: value, range)
        case .object: preconditionFailure("a group is not stored to")
        }
    }

    private mutating func instance(of id: VariableID, _ indices: [Formula], _ range: SourceRange) throws(Stop) -> Int {
        var number = 0
        for (formula, dimension) in zip(indices, system.variables[id].dimensions) {
            let count = Int(system.types.count(of: dimension) ?? 1)
            let index = try ordinal(formula)
            guard index >= 0, index < count else {
                throw violation(.trap, "index \(index) is outside 0..<\(count)", range)
            }
            number = number * count + index
        }
        return number
    }

    private mutating func replacing(
        _ path: ArraySlice<Place.Component>, in old: Value?, with value: Value, _ range: SourceRange
    ) throws(Stop) -> Value {
        var evaluator = evaluator()
        do { return try evaluator.replacing(path, in: old, with: value, range) } catch { throw stop(error) }
    }

    // MARK: Protections

    /// Checks a store against the protection of its datum.
    mutating func checkStore(to place: Place, _ range: SourceRange) throws(Stop) {
        guard case .variable(let id) = place.root, system.variables[id].type != .lock else { return }
        _ = try instance(of: id, place.indices, range)
        var indices: [Int] = []
        for index in place.indices { indices.append(try ordinal(index)) }
        let context = StateContext(system: system, state: state, reader: reader)
        do { try context.checkProtection(of: id, indices, isStore: true, range) } catch { throw stop(error) }
    }

    var reader: StateContext.Reader { .code(pid: pid, isHardware: isHardware || isExempt) }
}

/// Data and answers of a state, for formulas of code and properties.
struct StateContext: EvaluationContext {
    /// Who reads, which decides the rules.
    enum Reader {
        /// A step: protections are enforced, except on the hardware.
        case code(pid: Int?, isHardware: Bool)
        /// An invariant: data under held locks are not judged.
        case invariant
        /// Any other property.
        case property
    }

    let system: TransitionSystem
    let state: SystemState
    let reader: Reader
    var previous: SystemState?

    var before: (any EvaluationContext)? {
        previous.map { StateContext(system: system, state: $0, reader: reader) }
    }

    func value(of variable: VariableID, indices: [Int], at range: SourceRange) throws(EvaluationFailure) -> Value {
        let declaration = system.variables[variable]
        let instance = try instance(declaration.dimensions, indices, range)
        switch reader {
        case .code: try checkProtection(of: variable, indices, isStore: false, range)
        case .invariant: try checkGuard(declaration, indices)
        case .property: break
        }
        return state.data[variable][instance]
    }

    private func instance(_ dimensions: [Type], _ indices: [Int], _ range: SourceRange) throws(EvaluationFailure) -> Int
    {
        var number = 0
        for (index, dimension) in zip(indices, dimensions) {
            let count = Int(system.types.count(of: dimension) ?? 1)
            guard index >= 0, index < count else { throw .trap("index \(index) is outside 0..<\(count)", range) }
            number = number * count + index
        }
        return number
    }

    // MARK: Code

    /// Throws when the running process may not touch the datum.
    func checkProtection(of id: VariableID, _ indices: [Int], isStore: Bool, _ range: SourceRange)
        throws(EvaluationFailure)
    {
        guard case .code(let pid, isHardware: false) = reader else { return }
        let variable = system.variables[id]
        switch variable.protection {
        case .none: return
        case .guarded(let path, let forWritingOnly):
            guard isStore || !forWritingOnly else { return }
            guard let pid, holder(of: path, indices) == pid else {
                let word = isStore ? "stored to" : "read"
                throw .lockDiscipline(
                    id, "\(variable.name) is \(word) without \(system.variables[path.lock].name) held", range)
            }
        case .isPrivate: try checkOwner(id, variable, indices, pid, range)
        }
    }

    private func holder(of path: GuardPath, _ indices: [Int]) -> Int? {
        let dimensions = system.variables[path.lock].dimensions
        let own = path.indices.map { index in
            switch index {
            case .constant(let value): value
            case .own(let position): indices[position]
            }
        }
        let number = zip(own, dimensions).reduce(0) { $0 * Int(system.types.count(of: $1.1) ?? 1) + $1.0 }
        guard case .lock(let holder) = state.data[path.lock][number] else { return nil }
        return holder
    }

    /// The pid that owns an element of private data.
    private func owner(_ variable: SystemVariable, _ indices: [Int]) -> Int {
        guard let index = indices.first, case .sort(let id) = variable.dimensions.first else {
            return indices.first ?? 0
        }
        return (system.types.sorts[id].firstPid ?? 0) + index
    }

    private func claimer(_ variable: SystemVariable, _ indices: [Int]) -> Int? {
        guard let claims = variable.claims, let index = indices.first,
            case .some(.member(let pid)) = state.data[claims][index]
        else { return nil }
        return pid
    }

    private func checkOwner(
        _ id: VariableID, _ variable: SystemVariable, _ indices: [Int], _ pid: Int?, _ range: SourceRange
    ) throws(EvaluationFailure) {
        let owner = owner(variable, indices)
        guard let pid, (claimer(variable, indices) ?? owner) == pid else {
            let who = pid.map { system.types.pidNames[$0] } ?? "an action"
            throw .ownership(id, "\(variable.name) of \(system.types.pidNames[owner]) is touched by \(who)", range)
        }
    }

    // MARK: Invariants

    private func checkGuard(_ variable: SystemVariable, _ indices: [Int]) throws(EvaluationFailure) {
        if case .guarded(let path, _) = variable.protection, holder(of: path, indices) != nil { throw .notChecked }
        if let pid = variable.soleProcess, !standsAtStep(pid) { throw .notChecked }
        if case .isPrivate = variable.protection {
            if !standsAtStep(owner(variable, indices)) { throw .notChecked }
            if let claimer = claimer(variable, indices), !standsAtStep(claimer) { throw .notChecked }
        }
    }

    /// Whether a process stands where steps begin, not between two micro-steps of one.
    private func standsAtStep(_ pid: Int) -> Bool {
        guard case .point(let index) = state.processes[pid].position else { return true }
        return system.kind(of: pid).process.points[index].isStepPoint
    }

    func answer(_ predicate: EvaluatedPredicate) throws(EvaluationFailure) -> Value {
        switch predicate {
        case .finished(let pid): return .bool(state.processes[pid].position == .finished)
        case .asleep(let pid): return .bool(state.processes[pid].channel != 0)
        case .at(let pid, let label):
            if case .invariant = reader, !standsAtStep(pid) { throw .notChecked }
            guard case .point(let index) = state.processes[pid].position else { return .bool(false) }
            let point = system.kind(of: pid).process.points[index]
            return .bool(point.label == label || point.name == label)
        case .holds(let pid, let lock): return .bool(lock == .lock(holder: pid))
        case .generation: return .integer(0)
        }
    }
}
