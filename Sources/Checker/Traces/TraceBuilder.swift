// Builds a trace from the numbers of stored states: every step is taken again by the reference semantics.

import Model

/// Turns what an explorer found into validated traces.
struct TraceBuilder {
    let explorer: Explorer
    private let system: TransitionSystem
    private let stepper: ReferenceStepper

    init(_ explorer: Explorer) {
        self.explorer = explorer
        system = explorer.program.layout.system
        stepper = ReferenceStepper(system)
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
        case .transition(let target):
            let state = decode(target)
            steps.append(try step(from: last, to: state))
            if case .property(let index) = found.site.kind { violation = try judged(index, found, state, last) }
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
            guard case .process(pid) = transition.actor, transition.nestings.contains(nesting) else { continue }
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

    private func decode(_ state: Int) -> SystemState { explorer.program.layout.decode(explorer.store.row(state)) }

    // MARK: Steps

    private func path(to state: Int) throws(TraceMismatch) -> (SystemState, [Trace.Step]) {
        var numbers = [state]
        while let first = numbers.last, explorer.store.parent(of: first) != first {
            numbers.append(explorer.store.parent(of: first))
        }
        numbers.reverse()
        let initial = decode(numbers[0])
        guard isInitial(initial) else { throw TraceMismatch(message: "the first state is not initial") }
        var current = initial
        var steps: [Trace.Step] = []
        for number in numbers.dropFirst() {
            let next = decode(number)
            steps.append(try step(from: current, to: next))
            current = next
        }
        return (initial, steps)
    }

    private func isInitial(_ state: SystemState) -> Bool {
        for outcome in stepper.initialOutcomes(limit: 1 << 20) ?? [] {
            if case .state(let candidate) = outcome, candidate == state { return true }
        }
        return false
    }

    private func step(from state: SystemState, to next: SystemState) throws(TraceMismatch) -> Trace.Step {
        for transition in stepper.transitions(from: state) {
            if case .state(let reached) = transition.outcome, reached == next {
                return Trace.Step(transition, to: next, in: system)
            }
        }
        throw TraceMismatch(message: "no step of the reference semantics leads from a stored state to the next")
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
        case (.process(let pid), .process(let other)): return pid == other
        case (.action(let index, let values), .action(let instance)):
            let wanted = explorer.program.actionInstances[instance]
            return wanted.action == index && wanted.values == values
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
