// The reference semantics: all successors of a state, computed on value trees. Slow, plain, and the oracle.

/// Computes steps by walking the code with the formula evaluator.
public struct ReferenceStepper {
    /// The system whose steps are taken.
    public let system: TransitionSystem
    /// Operations after which a step is said to diverge.
    public static let operationLimit = 1_000_000

    /// Whether transitions tell their micro-steps.
    private let recordsMicroSteps: Bool

    /// A stepper for a system.
    public init(_ system: TransitionSystem, recordsMicroSteps: Bool = false) {
        self.system = system
        self.recordsMicroSteps = recordsMicroSteps
    }

    // MARK: Initial states

    /// All initial states with what went wrong on the way to them.
    ///
    /// - Parameter limit: the most combinations of `= any` values that are tried.
    /// - Returns: outcomes in a fixed order; nil when there are more than `limit`.
    public func initialOutcomes(limit: Int) -> [Outcome]? {
        var datas: [[[Value]]] = [[]]
        for variable in system.variables {
            let count = variable.instanceCount(system.types)
            switch variable.initial {
            case .value(let value):
                for index in datas.indices { datas[index].append(Array(repeating: value, count: count)) }
            case .any:
                guard let values = system.types.allValues(of: variable.type, limit: limit) else { return nil }
                var rows: [[Value]] = [[]]
                for _ in 0..<count {
                    guard rows.count * values.count * datas.count <= limit else { return nil }
                    rows = rows.flatMap { row in values.map { row + [$0] } }
                }
                datas = datas.flatMap { data in rows.map { data + [$0] } }
            }
        }
        var outcomes: [Outcome] = datas.map { data in
            let processes = system.processes.flatMap { process in
                Array(
                    repeating: ProcessState(
                        position: .idle, locals: Array(repeating: nil, count: process.code.locals.count), channel: 0),
                    count: process.count)
            }
            return .state(SystemState(data: data, processes: processes))
        }
        for code in system.initializers { outcomes = outcomes.flatMap { advance($0) { runBlock(code, from: $0) } } }
        for process in system.processes where process.startParameterCount == nil {
            for instance in 0..<process.count {
                outcomes = outcomes.flatMap { advance($0) { start(process, instance, from: $0) } }
            }
        }
        return outcomes
    }

    private func advance(_ outcome: Outcome, _ step: (SystemState) -> [Outcome]) -> [Outcome] {
        if case .state(let state) = outcome { step(state) } else { [outcome] }
    }

    private func runBlock(_ code: Code, from state: SystemState) -> [Outcome] {
        var run = ReferenceRun(
            system: system, code: code, pid: nil, state: state,
            locals: Array(repeating: nil, count: code.locals.count))
        // Nobody runs yet: an init block may store to everything.
        run.isExempt = true
        return run.finished(from: code.entry).map(\.outcome)
    }

    private func start(_ process: ProcessCode, _ instance: Int, from state: SystemState) -> [Outcome] {
        let run = ReferenceRun(
            system: system, code: process.code, pid: process.firstPid + instance, state: state,
            locals: Array(repeating: nil, count: process.code.locals.count))
        return run.started().map(\.outcome)
    }

    // MARK: Successors

    /// All steps out of a state: processes by pid, then actions in file order with their parameters in order.
    public func transitions(from state: SystemState) -> [Transition] {
        var result: [Transition] = []
        for pid in state.processes.indices { result += transitions(ofProcess: pid, from: state) }
        for index in system.actions.indices { result += transitions(ofAction: index, from: state) }
        return result
    }

    private func transitions(ofProcess pid: Int, from state: SystemState) -> [Transition] {
        guard case .point(let index) = state.processes[pid].position else { return [] }
        let (process, _) = system.kind(of: pid)
        let point = process.points[index]
        let node = process.code.nodes[point.node]
        var run = ReferenceRun(
            system: system, code: process.code, pid: pid, state: state, locals: state.processes[pid].locals)
        if recordsMicroSteps { run.microSteps = [] }
        var ends: [(name: String, end: ReferenceRun.End)] = run.finished(from: point.node).map { (point.name, $0) }
        if node.isStepPoint, !node.kills.isEmpty, state.processes[pid].channel == 0, run.heldLocks().isEmpty {
            for kill in node.kills {
                ends += run.killed(by: kill).map { ("\(node.function).killed", $0) }
            }
        }
        return ends.map { name, end in
            Transition(
                actor: .process(pid: pid), name: name, node: point.node, outcome: end.outcome,
                assertions: end.assertions, stores: end.stores, nestings: end.nestings, microSteps: end.microSteps)
        }
    }

    private func transitions(ofAction index: Int, from state: SystemState) -> [Transition] {
        let action = system.actions[index]
        var result: [Transition] = []
        forEachBinding(action.parameters) { values in
            var locals: [Value?] = Array(repeating: nil, count: action.code.locals.count)
            for (binder, value) in zip(action.parameters, values) { locals[binder.local] = value }
            var run = ReferenceRun(system: system, code: action.code, pid: nil, state: state, locals: locals)
            if recordsMicroSteps { run.microSteps = [] }
            for end in run.actionEnds(action) {
                result.append(
                    Transition(
                        actor: .action(index, values), name: action.name, node: nil, outcome: end.outcome,
                        assertions: end.assertions, stores: end.stores, nestings: end.nestings,
                        microSteps: end.microSteps))
            }
        }
        return result
    }

    /// Calls the body with each combination of values of binders over fixed domains, the last varying fastest.
    func forEachBinding(_ binders: [Binder], _ body: ([Value]) -> Void) {
        var rows: [[Value]] = [[]]
        for binder in binders {
            let values = fixedValues(of: binder.domain)
            rows = rows.flatMap { row in values.map { row + [$0] } }
        }
        for row in rows { body(row) }
    }

    private func fixedValues(of domain: Domain) -> [Value] {
        var evaluator = Evaluator(types: system.types, context: ConstantContext())
        do { return try evaluator.values(of: domain) } catch { preconditionFailure("a fixed domain traps") }
    }
}
