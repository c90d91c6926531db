// What a step does, micro-step by micro-step, with the instances of data that it touches: what a replay looks for.

/// One node that a step executed.
public struct MicroStep: Sendable {
    /// The node, in the code of the process or action.
    public let node: NodeID
    /// What it touches, in the order of evaluation; nothing for local computation.
    public let accesses: [Access]

    /// One touch of something shared.
    public struct Access: Sendable {
        /// What is done.
        public enum Kind: Sendable, Hashable {
            case load, store
            case acquire, release, tryAcquire
            /// Enqueues on the channel of that number, and releases.
            case sleep(channel: Int)
            /// Takes the lock again after a sleep.
            case resumed
            /// Wakes the sleepers of the channel of that number.
            case wakeup(channel: Int)
        }
        /// What is done.
        public let kind: Kind
        /// The datum or the lock; nil where there is none.
        public let variable: VariableID?
        /// Which of the datum's instances.
        public let instance: Int
        /// The part of the instance's value.
        public let path: [Part]

        /// One step into a value.
        public enum Part: Sendable, Hashable {
            case field(Int)
            case index(Int)
            case payload
        }
    }
}

extension ReferenceRun {
    /// Notes what a node is about to do.
    mutating func record(_ node: Node, _ index: NodeID) {
        guard let known = microSteps else { return }
        microSteps = known + [MicroStep(node: index, accesses: accesses(of: node))]
    }

    private func accesses(of node: Node) -> [MicroStep.Access] {
        var run = self
        // Nothing is judged here: that is done when the node is executed.
        run.isExempt = true
        var result: [MicroStep.Access] = []
        for formula in node.operation.formulas { run.note(loadsOf: formula, &result) }
        switch node.operation {
        case .assign(let place, _): run.note(.store, place, &result)
        case .atomicUpdate(_, let place, _, _), .compareAndSwap(let place, _, _, _): run.note(.store, place, &result)
        case .acquire(let place): run.note(.acquire, place, &result)
        case .release(let place): run.note(.release, place, &result)
        case .tryAcquire(let place, _): run.note(.tryAcquire, place, &result)
        case .sleep(let channel, let lock):
            guard let number = try? run.channelNumber(channel) else { break }
            run.note(.sleep(channel: number), lock, &result)
        case .resumed(let lock): run.note(.resumed, lock, &result)
        case .wakeup(let channel), .wakeupProcess(let channel, _), .wakeupOne(let channel):
            guard let number = try? run.channelNumber(channel) else { break }
            run.note(.wakeup(channel: number), nil, &result)
        case .jump, .branch, .choose, .either, .first, .advance, .resume, .await, .join, .assert, .assume, .panic,
            .claim, .publish, .start, .checkReleased, .assumeHeld, .finish, .end:
            break
        }
        return result
    }

    /// Loads in the order of evaluation. Under a quantifier the indices have no values: the datum alone is noted.
    private mutating func note(loadsOf formula: Formula, _ result: inout [MicroStep.Access]) {
        if case .quantifier = formula.kind {
            formula.visit { part in
                guard case .load(let place) = part.kind, case .variable(let id) = place.root else { return }
                result.append(MicroStep.Access(kind: .load, variable: id, instance: 0, path: []))
            }
            return
        }
        switch formula.kind {
        case .bind(let local, let value, let body), .optionalMap(let value, let local, let body):
            note(loadsOf: value, &result)
            if hasValues(value), var bound = try? evaluate(value) {
                if case .optionalMap = formula.kind {
                    guard case .some(let payload) = bound else { return }
                    bound = payload
                }
                bind(local, bound)
            }
            note(loadsOf: body, &result)
        default: for child in formula.children { note(loadsOf: child, &result) }
        }
        if case .load(let place) = formula.kind { note(.load, place, &result) }
    }

    private mutating func note(_ kind: MicroStep.Access.Kind, _ place: Place?, _ result: inout [MicroStep.Access]) {
        guard let place else {
            result.append(MicroStep.Access(kind: kind, variable: nil, instance: 0, path: []))
            return
        }
        guard case .variable(let id) = place.root, place.formulas.allSatisfy({ hasValues($0) }),
            let (instance, path) = try? resolved(place, id)
        else { return }
        result.append(MicroStep.Access(kind: kind, variable: id, instance: instance, path: path))
    }

    /// Whether every local that a formula reads has a value.
    private func hasValues(_ formula: Formula) -> Bool {
        formula.freeLocals.allSatisfy { locals.indices.contains($0) && locals[$0] != nil }
    }

    private mutating func bind(_ local: LocalID, _ value: Value) {
        while locals.count <= local { locals.append(nil) }
        locals[local] = value
    }

    private mutating func resolved(_ place: Place, _ id: VariableID) throws(Stop) -> (Int, [MicroStep.Access.Part]) {
        var instance = 0
        for (formula, dimension) in zip(place.indices, system.variables[id].dimensions) {
            let count = Int(system.types.count(of: dimension) ?? 1)
            instance = instance * count + (try ordinal(formula))
        }
        guard (0..<system.variables[id].instanceCount(system.types)).contains(instance) else { throw .blocked }
        var path: [MicroStep.Access.Part] = []
        for component in place.path {
            switch component {
            case .field(let field): path.append(.field(field))
            case .index(let formula): path.append(.index(try ordinal(formula)))
            case .payload: path.append(.payload)
            }
        }
        return (instance, path)
    }
}

extension ReferenceRun {
    /// The first node from one on that touches anything but ghosts, as far as no choice decides which that is.
    mutating func nextTouch(from start: NodeID) -> MicroStep? {
        var index = start
        for _ in 0..<1000 {
            let node = code.nodes[index]
            if index != start, node.isPoint { return nil }
            let touched = accesses(of: node).filter { access in
                access.variable.map { !system.variables[$0].isGhost } ?? true
            }
            if !touched.isEmpty { return MicroStep(node: index, accesses: touched) }
            switch node.operation {
            case .either, .choose, .wakeupOne, .start, .finish, .end, .panic: return nil
            default: break
            }
            guard let next = try? execute(node) else { return nil }
            index = next
        }
        return nil
    }
}

extension ReferenceStepper {
    /// What a process will touch first when it goes on: the first micro-step of its next step that concerns no ghost.
    ///
    /// - Returns: nil when it stands at no point, or when its next step touches nothing, or a choice decides what.
    package func nextTouch(ofProcess pid: Int, in state: SystemState) -> MicroStep? {
        guard case .point(let index) = state.processes[pid].position else { return nil }
        let (process, _) = system.kind(of: pid)
        var run = ReferenceRun(
            system: system, code: process.code, pid: pid, state: state, locals: state.processes[pid].locals)
        run.isExempt = true
        return run.nextTouch(from: process.points[index].node)
    }

    /// The value of a formula over locals of its own, read in a state as a process would read it.
    ///
    /// - Returns: nil when it traps, or reads a local that has no value.
    package func value(of formula: Formula, locals: [LocalID: Value], ofProcess pid: Int, in state: SystemState)
        -> Value?
    {
        guard formula.freeLocals.allSatisfy({ locals[$0] != nil }) else { return nil }
        let context = StateContext(system: system, state: state, reader: .property)
        var evaluator = Evaluator(types: system.types, context: context, locals: locals, selfPid: pid)
        return try? evaluator.evaluate(formula)
    }

    /// The value of a formula over the locals of a process, as they are in a state.
    ///
    /// - Returns: nil when it traps, or reads a local that has no value.
    package func value(of formula: Formula, ofProcess pid: Int, in state: SystemState) -> Value? {
        let (process, _) = system.kind(of: pid)
        let locals = state.processes[pid].locals
        guard formula.freeLocals.allSatisfy({ locals.indices.contains($0) && locals[$0] != nil }) else { return nil }
        var run = ReferenceRun(system: system, code: process.code, pid: pid, state: state, locals: locals)
        run.isExempt = true
        return try? run.evaluate(formula)
    }
}
