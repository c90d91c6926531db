// A path that ends in a trap or an assertion: the assertion is evaluated over what the kernel has.

import Checker
import Model

extension ReplaySession {
    /// The kernel has gone past the step at which the model's path ends.
    func broken(_ violation: Violation, _ index: Int, _ row: inout ReplayedStep) -> ReplayResult {
        let step = run.steps[index]
        guard case .assertion = violation.kind, case .process(let pid) = step.actor, let last = step.microSteps.last,
            case .assert(let condition, _) = checked.system.kind(of: pid).process.code.nodes[last.node].operation
        else {
            return result(
                .diverged(step: numbers[index]),
                ReplayFinding("the model ends here: \(violation.message); the kernel goes on", place: row.place),
                adding: row)
        }
        let isOfProgram = driver.driven[pid].map { isInProgram($0) } ?? false
        let first = beginning(of: last.node, pid, index, isOfProgram)
        let read = Set(run.steps[first...index].flatMap(\.microSteps).flatMap(\.accesses).compactMap(\.variable))
        let missing = read.filter { !checked.system.variables[$0].isGhost && !kernel.isBound($0) }
        if !missing.isEmpty { return result(.notCompared, unboundFinding(missing.sorted()), adding: row) }
        var known = driver.driven[pid]?.comparedLocals ?? []
        if let finding = differentParameter(at: last.node, pid, step.state, &known) {
            return result(.diverged(step: numbers[index]), finding, adding: row)
        }
        let locals = condition.freeLocals
        let isOfIdentities =
            locals.allSatisfy { isIdentity($0, pid) } || inputs(of: last.node, pid).allSatisfy { isIdentity($0, pid) }
        let isInKernel = calls.innermost(at: last.node, of: pid) != nil
        let isLoaded = isOfProgram && !read.isEmpty && locals.isSubset(of: loaded(first...index, pid))
        guard
            isLoaded || !locals.isDisjoint(with: known)
                || isInKernel && (!known.isEmpty || !read.isEmpty && isOfIdentities)
        else {
            let finding = ReplayFinding(
                "the kernel went the trace's way; \(propertyName) is about values of the model's code, "
                    + "which no `value` line binds")
            return result(.notCompared, finding, adding: row)
        }
        return asserted(from: first, violation, index, pid, row)
    }

    /// Whether a process stands in its own program, where it came by the program's own instructions.
    private func isInProgram(_ driven: Driven) -> Bool {
        guard driven.isNative, case .stopped(let stop) = driven.position else { return false }
        return stop.isOfProgram
    }

    /// Locals that have in these steps what was loaded in them, or what is the same on both sides.
    private func loaded(_ steps: ClosedRange<Int>, _ pid: Int) -> Set<LocalID> {
        let code = checked.system.kind(of: pid).process.code
        var result = Set(code.locals.indices.filter { isIdentity($0, pid) })
        for microStep in run.steps[steps].flatMap(\.microSteps) {
            guard case .assign(let place, let value) = code.nodes[microStep.node].operation,
                case .local(let local) = place.root
            else { continue }
            // Where something is loaded from was compared: the program was stopped at that address.
            if ownLocals(value).isSubset(of: result) { result.insert(local) } else { result.remove(local) }
        }
        return result
    }

    private func ownLocals(_ formula: Formula) -> Set<LocalID> {
        switch formula.kind {
        case .local(let local): [local]
        case .load: []
        default: formula.children.reduce(into: []) { $0.formUnion(ownLocals($1)) }
        }
    }

    /// What a step makes, outside of the kernel's functions, of what was compared, is as known as that; of other things it is not.
    func noteDerived(_ step: TracedStep, of pid: Int) {
        guard let driven = driver.driven[pid] else { return }
        let code = checked.system.kind(of: pid).process.code
        for microStep in step.microSteps where calls.innermost(at: microStep.node, of: pid) == nil {
            guard case .assign(let place, let value) = code.nodes[microStep.node].operation,
                case .local(let local) = place.root
            else { continue }
            let own = value.freeLocals
            if microStep.accesses.isEmpty, !own.isEmpty, own.isSubset(of: driven.comparedLocals) {
                driven.comparedLocals.insert(local)
            } else {
                driven.comparedLocals.remove(local)
            }
        }
    }

    /// The first of the steps up to an assertion that only load, in the same call: they are the assertion's own. In a program it may
    /// be in calls that are made from there.
    private func beginning(of node: NodeID, _ pid: Int, _ index: Int, _ isOfProgram: Bool) -> Int {
        let call = calls.chain(node, of: pid).first
        var first = index
        while first > bootCount, let step = run.steps[..<first].last, step.actor == .process(pid: pid),
            step.microSteps.allSatisfy({ microStep in
                isIn(call, calls.chain(microStep.node, of: pid), isOfProgram)
                    && microStep.accesses.allSatisfy { $0.kind == .load }
            })
        {
            first -= 1
        }
        return first
    }

    private func isIn(_ call: Int?, _ chain: [Int], _ isOfProgram: Bool) -> Bool {
        isOfProgram && (call.map(chain.contains) ?? true) || chain.first == call
    }

    /// The asserting code of the model is run over the machine's values.
    private func asserted(
        from first: Int, _ violation: Violation, _ index: Int, _ pid: Int, _ row: ReplayedStep
    ) -> ReplayResult {
        guard var state = observed(run.state(before: first), withLocks: false) else {
            return result(.notCompared, unboundFinding([]), adding: row)
        }
        let stepper = ReferenceStepper(checked.system)
        for step in run.steps[first...index] {
            let next = stepper.transitions(from: state).first { $0.actor == step.actor }
            switch next?.outcome {
            case .state(let after): state = after
            case .violation(let found, _):
                guard case .assertion = found.kind, found.message == violation.message else { break }
                let finding = ReplayFinding(
                    "what the model breaks on is so on the machine: \(violation.message)",
                    place: driver.stores.last ?? row.place)
                return result(.reproduced, finding, adding: row)
            case .cut, nil: break
            }
        }
        let finding = ReplayFinding(
            "what the model breaks on holds on the machine: \(violation.message)", place: row.place)
        return result(.diverged(step: numbers[index]), finding, adding: row)
    }

    /// What the call around a node was given.
    private func inputs(of node: NodeID, _ pid: Int) -> Set<LocalID> {
        let code = checked.system.kind(of: pid).process.code
        guard let call = calls.chain(node, of: pid).first else { return [] }
        return code.activations[call].arguments.reduce(into: []) { $0.formUnion($1.value.freeLocals) }
    }

    /// Compares the parameters of the calls around an assertion that `value` lines bind, and notes their locals.
    private func differentParameter(
        at node: NodeID, _ pid: Int, _ state: SystemState, _ known: inout Set<LocalID>
    ) -> ReplayFinding? {
        guard let returned = driver.driven[pid]?.returned else { return nil }
        let activations = checked.system.kind(of: pid).process.code.activations
        for activation in calls.chain(node, of: pid) {
            let function = calls.function(of: activation, pid: pid)
            let parameters = calls.parameters(of: activation, pid: pid, in: state)
            for binding in kernel.bindings.values where binding.function == function {
                guard let index = parameters.firstIndex(where: { $0.name == binding.parameter }),
                    let model = parameters[index].value, let seen = try? value(binding, returned)
                else { continue }
                guard Self.isSame(model, parameters[index].type, seen) else {
                    let text = checked.system.types.describe(model, as: parameters[index].type)
                    let name = "\(function).\(parameters[index].name)"
                    return ReplayFinding(
                        "\(name) is \(text) in the model and \(seen) in the kernel", datum: name, model: text,
                        kernel: "\(seen)", expression: binding.expression.text)
                }
                known.formUnion(activations[activation].arguments[index].value.freeLocals)
            }
        }
        return nil
    }

    /// Whether a local names something that has a partner in the kernel: it is the same on both sides.
    private func isIdentity(_ local: LocalID, _ pid: Int) -> Bool {
        var type = checked.system.kind(of: pid).process.code.locals[local].type
        if case .optional(let wrapped) = type { type = wrapped }
        return switch type {
        case .sort, .pid: true
        default: false
        }
    }
}
