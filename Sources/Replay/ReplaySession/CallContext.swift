// Which call of a bound func a process is in, by the model: what decides which system call it makes, and with what.

package import Checker
package import Model

/// The calls around the nodes of processes, and the `func` lines that bind them.
package struct CallContext {
    private let checked: SpecSystem
    private let functions: [String: FunctionBinding]
    private let stepper: ReferenceStepper

    /// The calls of a system.
    package init(_ checked: SpecSystem, _ bindings: KernelBindings) {
        self.checked = checked
        functions = Dictionary(bindings.functions.map { ($0.name, $0) }) { first, _ in first }
        stepper = ReferenceStepper(checked.system)
    }

    private func code(of pid: Int) -> Code { checked.system.kind(of: pid).process.code }

    /// The calls around a node, innermost first, in `Code.activations`.
    func chain(_ node: NodeID, of pid: Int) -> [Int] {
        let code = code(of: pid)
        var result: [Int] = []
        var next = code.nodes[node].activation
        while let activation = next {
            result.append(activation)
            next = code.activations[activation].caller
        }
        return result
    }

    /// A call of a func that is bound to a function of the kernel.
    package struct BoundCall {
        /// In `Code.activations` of the process.
        package let activation: Int
        /// The `func` line.
        package let binding: FunctionBinding
    }

    /// The call around a node that a process enters by a system call: the outermost bound with `via`.
    package func entered(at node: NodeID, of pid: Int) -> BoundCall? {
        bound(node, pid).last { $0.binding.systemCall != nil }
    }

    /// The load instruction that a node is of, when user code makes one there.
    func load(at node: NodeID, of pid: Int) -> (call: BoundCall, address: Formula)? {
        for call in bound(node, pid) {
            if case .load(let address)? = call.binding.way { return (call, address) }
        }
        return nil
    }

    /// How many steps at the beginning are over before a replay begins: those up to the last one of the boot.
    func bootCount(_ run: TracedRun) -> Int {
        let isBoot = { [self] (step: TracedStep) -> Bool in
            guard case .process(let pid) = step.actor else { return false }
            return step.microSteps.contains { bound($0.node, pid).contains { $0.binding.isBoot } }
        }
        return (run.steps.lastIndex(where: isBoot) ?? -1) + 1
    }

    /// The innermost bound call around a node.
    package func innermost(at node: NodeID, of pid: Int) -> BoundCall? { bound(node, pid).first }

    /// The model processes that are there when a run begins: those that run from the first state, and those that the model
    /// starts where the kernel makes none, outside of bound calls.
    package func presentPids(_ run: TracedRun) -> [Int] {
        var pids = Set(run.initial.processes.indices.filter { run.initial.processes[$0].position != .idle })
        var state = run.initial
        for step in run.steps {
            for pid in step.state.processes.indices
            where state.processes[pid].position == .idle && step.state.processes[pid].position != .idle {
                if !isMadeByKernel(step) { pids.insert(pid) }
            }
            state = step.state
        }
        return pids.sorted()
    }

    /// The model processes that start others where the kernel makes none: they are the parents of what is there when a run begins.
    package func starters(_ run: TracedRun) -> Set<Int> {
        var result: Set<Int> = []
        var before = run.initial
        for step in run.steps {
            let isStart = step.state.processes.indices.contains {
                before.processes[$0].position == .idle && step.state.processes[$0].position != .idle
            }
            if case .process(let pid) = step.actor, isStart, !isMadeByKernel(step) { result.insert(pid) }
            before = step.state
        }
        return result
    }

    /// Processes in their order, but who starts others in a run before those that it starts.
    func parentsFirst(_ pids: [Int], _ run: TracedRun) -> [Int] {
        var depth: [Int: Int] = [:]
        var before = run.initial
        for step in run.steps {
            if case .process(let parent) = step.actor {
                for pid in step.state.processes.indices
                where before.processes[pid].position == .idle && step.state.processes[pid].position != .idle {
                    depth[pid] = depth[pid] ?? (depth[parent] ?? 0) + 1
                }
            }
            before = step.state
        }
        return pids.enumerated().sorted { one, other in
            (depth[one.element] ?? 0, one.offset) < (depth[other.element] ?? 0, other.offset)
        }.map(\.element)
    }

    /// All model processes that run at some moment of a run.
    package func startedPids(_ run: TracedRun) -> Set<Int> {
        Set(
            ([run.initial] + run.steps.map(\.state)).flatMap { state in
                state.processes.indices.filter { state.processes[$0].position != .idle }
            })
    }

    /// Whether a step starts processes within a call of the kernel.
    package func isMadeByKernel(_ step: TracedStep) -> Bool {
        guard case .process(let pid) = step.actor else { return false }
        let code = code(of: pid)
        return step.microSteps.contains { microStep in
            guard case .start = code.nodes[microStep.node].operation else { return false }
            return innermost(at: microStep.node, of: pid).map { !$0.binding.isBoot } ?? false
        }
    }

    /// The `func` line whose system call has a name.
    package func binding(ofSystemCall name: String) -> FunctionBinding? {
        functions.values.first { $0.systemCall?.name == name }
    }

    /// The arguments of a call for a parameter that is given.
    package func arguments(of binding: FunctionBinding, parameter: Value, pid: Int, in state: SystemState)
        -> [ArgumentValue]?
    {
        var result: [ArgumentValue] = []
        for formula in binding.systemCall?.arguments ?? [] {
            guard let value = stepper.value(of: formula, locals: [0: parameter], ofProcess: pid, in: state) else {
                return nil
            }
            result.append(ArgumentValue(value: value, type: formula.type, isNumber: false))
        }
        return result
    }

    /// Whether a call is one that another was made within: its function has been entered then.
    package func isCaller(_ activation: Int, of other: Int?, pid: Int) -> Bool {
        let activations = code(of: pid).activations
        var next = other.flatMap { activations[$0].caller }
        while let caller = next {
            if caller == activation { return true }
            next = activations[caller].caller
        }
        return false
    }

    private func bound(_ node: NodeID, _ pid: Int) -> [BoundCall] {
        let code = code(of: pid)
        return chain(node, of: pid).compactMap { activation in
            functions[code.activations[activation].function].map { BoundCall(activation: activation, binding: $0) }
        }
    }

    /// The calls that a step makes as a whole, from entry to end, in order.
    func whole(in step: TracedStep, from before: SystemState, of pid: Int) -> [BoundCall] {
        func call(_ state: SystemState) -> Int? {
            guard case .point(let index) = state.processes[pid].position else { return nil }
            return entered(at: checked.system.kind(of: pid).process.points[index].node, of: pid)?.activation
        }
        let (first, last) = (call(before), step.violation == nil ? call(step.state) : nil)
        var result: [BoundCall] = []
        for microStep in step.microSteps {
            guard let next = entered(at: microStep.node, of: pid), next.activation != first, next.activation != last,
                !result.contains(where: { $0.activation == next.activation })
            else { continue }
            result.append(next)
        }
        return result
    }

    /// Whether a scheduling point is within a call.
    func isWithin(_ activation: Int, _ point: Int, of pid: Int) -> Bool {
        chain(checked.system.kind(of: pid).process.points[point].node, of: pid).contains(activation)
    }

    /// Whether a step did something outside of a call.
    package func leaves(_ activation: Int, _ microSteps: [MicroStep], of pid: Int) -> Bool {
        microSteps.contains { !chain($0.node, of: pid).contains(activation) }
    }

    /// The arguments that a `via` names, in a state in which the process is within the call.
    ///
    /// - Throws: `ReplayError` when one of them cannot be told.
    package func arguments(of call: BoundCall, pid: Int, in state: SystemState) throws(ReplayError) -> [ArgumentValue] {
        guard let systemCall = call.binding.systemCall else { return [] }
        var result: [ArgumentValue] = []
        for formula in systemCall.arguments {
            let value = try value(of: formula, call, pid: pid, in: state)
            result.append(ArgumentValue(value: value, type: formula.type, isNumber: isNumber(formula, call.binding)))
        }
        return result
    }

    /// The value of a formula over the parameters of a call.
    ///
    /// - Throws: `ReplayError` when it has none in that state.
    func value(of formula: Formula, _ call: BoundCall, pid: Int, in state: SystemState) throws(ReplayError) -> Value {
        let known = parameters(of: call.activation, pid: pid, in: state)
        var locals: [LocalID: Value] = [:]
        for (index, parameter) in known.enumerated() { locals[index] = parameter.value }
        guard let value = stepper.value(of: formula, locals: locals, ofProcess: pid, in: state) else {
            let text = formula.range.file.text(of: formula.range)
            throw ReplayError("\(text), an argument of \(call.binding.name), has no value here")
        }
        return value
    }

    /// What a call was given, in the order of its func's parameters; a value is nil where it has none in that state.
    func parameters(
        of activation: Int, pid: Int, in state: SystemState
    ) -> [(name: String, value: Value?, type: Type)] {
        code(of: pid).activations[activation].arguments.map { argument in
            (argument.name, stepper.value(of: argument.value, ofProcess: pid, in: state), argument.value.type)
        }
    }

    /// The func of a call.
    func function(of activation: Int, pid: Int) -> String { code(of: pid).activations[activation].function }

    /// The local into which a call puts what it returns.
    func result(of activation: Int, pid: Int) -> LocalID? { code(of: pid).activations[activation].result }

    /// Whether an argument is the number of a process: the kernel's function has a parameter for it whose name ends in
    /// `pid`.
    private func isNumber(_ formula: Formula, _ binding: FunctionBinding) -> Bool {
        guard case .local(let local) = formula.kind else { return false }
        return binding.arguments.contains { argument in
            guard case .local(local) = argument.value.kind else { return false }
            return argument.parameter.name.hasSuffix("pid")
        }
    }
}

/// An argument in the model's terms.
package struct ArgumentValue: Sendable {
    /// The value.
    package let value: Value
    /// Its type.
    package let type: Type
    /// Whether it is a process's number, which the kernel has other ones for.
    package let isNumber: Bool
}
