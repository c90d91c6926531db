// One step of the reference semantics: runs nodes from a point to the next, forking at every choice.

/// A step under way. A value type: a choice copies it.
struct ReferenceRun {
    /// How a run ended.
    struct End {
        let outcome: Outcome
        let assertions: Set<AssertionID>
        let stores: Set<VariableID>
        let nestings: Set<LockNesting>
        let microSteps: [MicroStep]
    }

    let system: TransitionSystem
    let code: Code
    /// The running process; nil for actions and init blocks.
    let pid: Int?
    var state: SystemState
    var locals: [Value?]
    private var assertions: Set<AssertionID> = []
    private var stores: Set<VariableID> = []
    private var nestings: Set<LockNesting> = []
    private var operationCount = 0
    /// What was done so far, when that is asked for.
    var microSteps: [MicroStep]?
    /// Whether the current node is what the machine itself does.
    var isHardware = false
    /// Whether no protection applies: an init block.
    var isExempt = false
    /// Whether a choice of nothing disables the step instead of trapping.
    private var disablesOnEmptyChoice = false

    init(system: TransitionSystem, code: Code, pid: Int?, state: SystemState, locals: [Value?]) {
        self.system = system
        self.code = code
        self.pid = pid
        self.state = state
        self.locals = locals
    }

    /// What stops a run before its end.
    enum Stop: Error {
        case blocked
        case ended(Outcome)
    }

    // MARK: Whole steps

    /// All ends of a run from a node. A blocked run has none.
    func finished(from node: NodeID) -> [End] {
        var ends: [End] = []
        var pending = [(run: self, node: node, isFirst: true)]
        while let item = pending.popLast() {
            var run = item.run
            let forks = run.run(from: item.node, isFirst: item.isFirst, &ends)
            pending += forks.reversed().map { ($0.run, $0.node, false) }
        }
        return ends
    }

    /// All ends of a process's code up to its first point, which it does not pass.
    func started() -> [End] {
        guard code.nodes[code.entry].isPoint else { return finished(from: code.entry) }
        var run = self
        run.stand(at: code.entry)
        return [run.end(.state(run.state))]
    }

    func killed(by kill: Kill) -> [End] {
        var run = self
        do throws(Stop) {
            guard try run.evaluate(kill.condition).isTrue else { return [] }
        } catch {
            if case .ended(let outcome) = error { return [run.end(outcome)] }
            return []
        }
        var ends: [End] = []
        if run.code.nodes[kill.target].isPoint {
            run.stand(at: kill.target)
            return [run.end(.state(run.state))]
        }
        ends = run.finished(from: kill.target)
        return ends
    }

    func actionEnds(_ action: ActionCode) -> [End] {
        var run = self
        run.disablesOnEmptyChoice = true
        if let condition = action.guardFormula {
            do throws(Stop) {
                guard try run.evaluate(condition).isTrue else { return [] }
            } catch {
                if case .ended(let outcome) = error { return [run.end(outcome)] }
                return []
            }
        }
        return run.finished(from: code.entry)
    }

    private func end(_ outcome: Outcome) -> End {
        End(outcome: outcome, assertions: assertions, stores: stores, nestings: nestings, microSteps: microSteps ?? [])
    }

    /// Runs until the step ends or forks. Ends are collected, forks are returned in order.
    private mutating func run(from start: NodeID, isFirst: Bool, _ ends: inout [End]) -> [(
        run: ReferenceRun, node: NodeID
    )] {
        var index = start
        var isFirst = isFirst
        while true {
            let node = code.nodes[index]
            if node.isPoint, !isFirst {
                stand(at: index)
                ends.append(end(.state(state)))
                return []
            }
            operationCount += 1
            isHardware = node.isHardware
            do throws(Stop) {
                if operationCount > ReferenceStepper.operationLimit {
                    throw violation(.diverges, "a step of more than 10^6 operations", node.range)
                }
                record(node, index)
                if let forks = try forks(at: node, &ends) { return forks }
                index = try execute(node)
            } catch {
                if case .ended(let outcome) = error { ends.append(end(outcome)) }
                return []
            }
            isFirst = false
        }
    }

    /// Puts the process at a point: locals that no longer matter are dropped.
    private mutating func stand(at node: NodeID) {
        guard let pid else { preconditionFailure("only processes stand at points") }
        let (process, _) = system.kind(of: pid)
        guard let point = process.points.firstIndex(where: { $0.node == node }) else {
            preconditionFailure("a point is missing")
        }
        let live = process.points[point].liveLocals
        state.processes[pid].position = .point(point)
        state.processes[pid].locals = locals.indices.map { live.contains($0) ? locals[$0] : nil }
    }

    // MARK: Choices

    /// What a choice forks into; nil where the node is none. A child that breaks a rule before its first point ends
    /// that branch of a start, and only that.
    private func forks(at node: Node, _ ends: inout [End]) throws(Stop) -> [(run: ReferenceRun, node: NodeID)]? {
        switch node.operation {
        case .either(let targets):
            return ([node.next] + targets).map { (self, $0) }
        case .choose(let local, let domain, let condition, let otherwise):
            var run = self
            var forks: [(run: ReferenceRun, node: NodeID)] = []
            for value in try node.isSymbolic ? words(of: code.locals[local].type) : run.values(of: domain) {
                run.locals[local] = value
                if let condition, try !run.evaluate(condition).isTrue { continue }
                var fork = self
                fork.locals[local] = value
                forks.append((fork, node.next))
            }
            if !forks.isEmpty { return forks }
            if let otherwise { return [(self, otherwise)] }
            if disablesOnEmptyChoice { return [] }
            throw violation(.trap, "there is nothing to choose from", node.range)
        case .wakeupOne(let channel):
            var run = self
            let number = try run.channelNumber(channel)
            let sleepers = state.processes.indices.filter { state.processes[$0].channel == number }
            if sleepers.isEmpty { return [(self, node.next)] }
            return sleepers.map { sleeper in
                var fork = self
                fork.state.processes[sleeper].channel = 0
                return (fork, node.next)
            }
        case .start(let process, let index, let arguments):
            return try startForks(process, index, arguments, node, &ends)
        default: return nil
        }
    }

    /// The values that stand for all values of a type.
    private func words(of type: Type) -> [Value] {
        guard let integer = type.integer else { return [] }
        if let words = system.words { return words.filter { integer.contains($0) }.map { .integer($0) } }
        if let all = system.types.allValues(of: type, limit: 256) { return all }
        return Set([integer.lower, 0, 1, integer.upper]).sorted().map { .integer($0) }
    }

    private func startForks(
        _ id: ProcessID, _ index: Formula?, _ arguments: [Formula], _ node: Node, _ ends: inout [End]
    ) throws(Stop) -> [(run: ReferenceRun, node: NodeID)] {
        var run = self
        let process = system.processes[id]
        let instance = try index.map { formula throws(Stop) in try run.ordinal(formula) } ?? 0
        let target = process.firstPid + instance
        // As in C, the arguments are evaluated before anything is done.
        var locals: [Value?] = Array(repeating: nil, count: process.code.locals.count)
        for (parameter, formula) in arguments.enumerated() { locals[parameter] = try run.evaluate(formula) }
        if case .point = state.processes[target].position {
            throw violation(.lockUse, "\(system.types.pidNames[target]) is started while it runs", node.range)
        }
        if let claimed = claimedElement(of: target) {
            throw violation(
                .ownership(claimed), "\(system.types.pidNames[target]) is started while its data are claimed",
                node.range)
        }
        var child = ReferenceRun(system: system, code: process.code, pid: target, state: state, locals: locals)
        child.state.processes[target].channel = 0
        var forks: [(run: ReferenceRun, node: NodeID)] = []
        for end in child.started() {
            var fork = run
            fork.assertions.formUnion(end.assertions)
            fork.stores.formUnion(end.stores)
            fork.nestings.formUnion(end.nestings)
            guard case .state(let state) = end.outcome else {
                ends.append(fork.end(end.outcome))
                continue
            }
            fork.state = state
            forks.append((fork, node.next))
        }
        return forks
    }

    /// A claim variable in which somebody has borrowed the process's element.
    private func claimedElement(of pid: Int) -> VariableID? {
        for claims in Set(system.variables.compactMap(\.claims)).sorted() {
            var first = 0
            if case .sort(let id) = system.variables[claims].dimensions.first {
                first = system.types.sorts[id].firstPid ?? 0
            }
            let element = pid - first
            guard state.data[claims].indices.contains(element) else { continue }
            if state.data[claims][element] != .null { return claims }
        }
        return nil
    }

    // MARK: Helpers of execution

    func violation(_ kind: ViolationKind, _ message: String, _ range: SourceRange) -> Stop {
        .ended(.violation(Violation(kind: kind, message: message, range: range), state))
    }

    mutating func note(assertion: AssertionID) { assertions.insert(assertion) }

    mutating func note(store: VariableID) { stores.insert(store) }

    /// Notes the order in which locks nest: all that are held now and were before, and the one that is new.
    mutating func note(takenBeside before: [LockInstance]) {
        for taken in locksHeld() where !before.contains(taken) {
            for held in before { nestings.insert(LockNesting(held: held, taken: taken)) }
        }
    }

    /// Locks that the running process holds.
    func locksHeld() -> [LockInstance] {
        guard let pid else { return [] }
        var locks: [LockInstance] = []
        for (variable, instances) in state.data.enumerated() {
            for (element, value) in instances.enumerated() where value.holds(pid) {
                locks.append(LockInstance(variable: variable, element: element))
            }
        }
        return locks
    }

    /// The names of the data whose locks the running process holds.
    func heldLocks() -> [String] { locksHeld().map { system.variables[$0.variable].name } }
}

extension Value {
    /// Whether it is, or contains, a lock that the process holds.
    func holds(_ pid: Int) -> Bool {
        switch self {
        case .lock(let holder): holder == pid
        case .array(let elements): elements.contains { $0.holds(pid) }
        case .bool, .integer, .member, .null, .some, .structure, .sequence, .set: false
        }
    }
}
