// Builds a trace from the numbers of stored states: every step is taken again by the reference semantics.

import Model

/// Turns what an explorer found into validated traces.
struct TraceBuilder {
    let explorer: Explorer
    private let system: TransitionSystem
    private let stepper: ReferenceStepper
    private let names: StateNames

    init(_ explorer: Explorer) {
        self.explorer = explorer
        system = explorer.program.layout.system
        stepper = ReferenceStepper(system)
        names = StateNames(explorer)
    }

    /// The shortest run to a state, as a witness.
    func witness(to state: Int, property: Int) throws(TraceMismatch) -> Trace {
        let (initial, steps) = try path(to: state)
        let last = steps.last?.state ?? initial
        guard case .holds = ReferenceProperties(system).judge(property, in: last) else {
            throw TraceMismatch(message: "\(system.properties[property].name) is not true at its witness")
        }
        return Trace(system: system, initial: initial, steps: steps, violation: nil, explanation: nil)
    }

    /// The shortest run to a violation, the violating step included.
    func trace(of found: FoundViolation) throws(TraceMismatch) -> Trace {
        let (initial, path) = try path(to: found.state)
        var steps = path
        let last = steps.last?.state ?? initial
        var violation = found.site
        switch found.step {
        case nil:
            if case .property(let index) = found.site.kind { violation = try judged(index, found, last, nil) }
            if let stuck = found.stuck {
                let pid = names.pid(of: stuck, in: last)
                if case .goesOn = BlockedProcess(pid: pid, system: system).answer(from: last) {
                    throw TraceMismatch(message: "for the reference semantics \(system.types.pidNames[pid]) goes on")
                }
                let message = system.stuckMessage(pid)
                violation = Violation(kind: .deadlock, message: message, range: found.site.range)
            }
        case .transition(let target):
            let (step, reason) = try brokenTransition(from: last, to: target, found)
            steps.append(step)
            violation = reason
        case .process, .action:
            let (step, reason) = try violatingStep(from: last, found)
            steps.append(step)
            violation = reason
        }
        let end = steps.last?.state ?? initial
        let before = steps.count > 1 ? steps[steps.count - 2].state : initial
        return Trace(
            system: system, initial: initial, steps: steps, violation: violation,
            explanation: system.explain(violation, end, before: steps.isEmpty ? nil : before))
    }

    /// The shortest run to a step that takes a lock while another is held.
    func nesting(_ nesting: LockNesting, from state: Int, pid: Int) throws(TraceMismatch) -> Trace {
        let (initial, path) = try path(to: state)
        let last = path.last?.state ?? initial
        for transition in stepper.transitions(from: last) {
            guard case .process(let actor) = transition.actor, names.mayBe(actor, pid),
                transition.nestings.contains(where: { names.mayBe($0, nesting) })
            else { continue }
            let (end, violation): (SystemState, Violation?) =
                switch transition.outcome {
                case .state(let state): (state, nil)
                case .violation(let violation, let state): (state, violation)
                case .cut: (last, nil)
                }
            let steps = path + [Trace.Step(transition, to: end, in: system)]
            return Trace(system: system, initial: initial, steps: steps, violation: violation, explanation: nil)
        }
        throw TraceMismatch(message: "the reference semantics does not take these two locks in this order")
    }

    // MARK: Steps

    private func path(to state: Int) throws(TraceMismatch) -> (SystemState, [Trace.Step]) {
        var numbers = [state]
        while let first = numbers.last, explorer.store.parent(of: first) != first {
            numbers.append(explorer.store.parent(of: first))
        }
        numbers.reverse()
        let initial = try initial(numbers[0])
        var current = initial
        var steps: [Trace.Step] = []
        for number in numbers.dropFirst() {
            guard let step = candidates(from: current, to: number).first else {
                throw TraceMismatch(message: "no step of the reference semantics leads from a stored state to the next")
            }
            steps.append(step)
            current = step.state
        }
        return (initial, steps)
    }

    private func initial(_ number: Int) throws(TraceMismatch) -> SystemState {
        for case .state(let candidate) in stepper.initialOutcomes(limit: 1 << 20) ?? []
        where names.isStored(candidate, as: number) {
            return candidate
        }
        throw TraceMismatch(message: "the first state is not initial")
    }

    /// The steps that lead from a state to a stored one, or to one that it stands for.
    private func candidates(from state: SystemState, to number: Int) -> [Trace.Step] {
        stepper.transitions(from: state).compactMap { transition in
            guard case .state(let reached) = transition.outcome, names.isStored(reached, as: number) else { return nil }
            return Trace.Step(transition, to: reached, in: system)
        }
    }

    /// A step to a stored state that breaks a `transition`.
    private func brokenTransition(from state: SystemState, to target: Int, _ found: FoundViolation)
        throws(TraceMismatch) -> (Trace.Step, Violation)
    {
        guard case .property(let index) = found.site.kind else {
            throw TraceMismatch(message: "a step that breaks no property")
        }
        var reason = TraceMismatch(
            message: "no step of the reference semantics leads from a stored state to the next")
        for step in candidates(from: state, to: target) {
            do throws(TraceMismatch) {
                return (step, try judged(index, found, step.state, state))
            } catch {
                reason = error
            }
        }
        throw reason
    }

    private func violatingStep(from state: SystemState, _ found: FoundViolation) throws(TraceMismatch) -> (
        Trace.Step, Violation
    ) {
        for transition in stepper.transitions(from: state) where isTaken(transition.actor, found) {
            if case .violation(let violation, let reached) = transition.outcome, violation.kind == found.site.kind {
                return (Trace.Step(transition, to: reached, in: system), violation)
            }
        }
        throw TraceMismatch(message: "the reference semantics does not find: \(found.site.message)")
    }

    private func isTaken(_ actor: Actor, _ found: FoundViolation) -> Bool {
        switch (actor, found.step) {
        case (.process(let pid), .process(let other)): return names.mayBe(pid, other)
        case (.action(let index, let values), .action(let instance)):
            let wanted = explorer.program.actionInstances[instance]
            return wanted.action == index && (names.areOther || wanted.values == values)
        default: return false
        }
    }

    // MARK: Properties

    private func judged(_ index: Int, _ found: FoundViolation, _ state: SystemState, _ before: SystemState?)
        throws(TraceMismatch) -> Violation
    {
        let property = system.properties[index]
        switch ReferenceProperties(system).judge(index, in: state, before: before) {
        case .isFalse:
            return Violation(kind: found.site.kind, message: property.message ?? property.name, range: property.range)
        case .traps(let message, let range): return Violation(kind: found.site.kind, message: message, range: range)
        case .holds, .notChecked:
            throw TraceMismatch(message: "\(property.name) is not false where the engine says so")
        }
    }
}
