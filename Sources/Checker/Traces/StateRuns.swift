// A run as a solver tells it, state by state: each step is found again by the reference semantics, or it is no run.

import Model

/// Turns states that follow each other into validated traces.
struct StateRuns {
    let system: TransitionSystem
    private let stepper: ReferenceStepper

    init(_ system: TransitionSystem) {
        self.system = system
        stepper = ReferenceStepper(system)
    }

    /// What the end of a run must show.
    enum End {
        /// The property is false in the last state.
        case property(Int)
        /// A step from the last state is a violation that the test accepts.
        case step((ViolationKind) -> Bool)
        /// The property is false of the last step.
        case transition(Int)
        /// The last state is a deadlock by itself.
        case deadlock(String)
        /// The process is blocked from the last state on.
        case blocked(Int)
        /// The property is true in the last state, and nothing is wrong.
        case witness(Int)
    }

    /// The trace through some states.
    ///
    /// - Parameters:
    ///   - states: none for what goes wrong on the way to the first state.
    ///   - end: what is wrong at the end.
    ///   - isFromStart: whether the first state must be initial.
    /// - Returns: the trace; a violating step is its last.
    /// - Throws: where the reference semantics says otherwise.
    func trace(_ states: [SystemState], _ end: End, isFromStart: Bool) throws(TraceMismatch) -> Trace {
        guard let first = states.first, let last = states.last else { return try beginning(end) }
        if isFromStart { try requireInitial(first) }
        var steps: [Trace.Step] = []
        for (state, next) in zip(states, states.dropFirst()) { steps.append(try step(from: state, to: next)) }
        let violation: Violation
        switch end {
        case .property(let index): violation = try judged(index, last)
        case .transition(let index): violation = try judged(index, last, before: states.dropLast().last)
        case .deadlock(let message): violation = try deadlocked(last, message)
        case .blocked(let pid): violation = try blocked(pid, last)
        case .witness(let index):
            guard case .holds = ReferenceProperties(system).judge(index, in: last) else {
                throw TraceMismatch(message: "\(system.properties[index].name) is not true at its witness")
            }
            return Trace(system: system, initial: first, steps: steps, violation: nil, explanation: nil)
        case .step(let isWanted):
            let (step, found) = try violatingStep(from: last, isWanted)
            steps.append(step)
            violation = found
        }
        let before = steps.count > 1 ? steps[steps.count - 2].state : first
        return Trace(
            system: system, initial: first, steps: steps, violation: violation,
            explanation: system.explain(violation, steps.last?.state ?? first, before: steps.isEmpty ? nil : before))
    }

    private func beginning(_ end: End) throws(TraceMismatch) -> Trace {
        for case .violation(let violation, let state) in stepper.initialOutcomes(limit: 1 << 16) ?? [] {
            guard case .step(let isWanted) = end, isWanted(violation.kind) else { continue }
            return Trace(system: system, initial: state, steps: [], violation: violation, explanation: nil)
        }
        throw TraceMismatch(message: "the reference semantics finds nothing wrong on the way to the first state")
    }

    private func requireInitial(_ state: SystemState) throws(TraceMismatch) {
        guard let outcomes = stepper.initialOutcomes(limit: 1 << 16) else {
            throw TraceMismatch(message: "there are too many initial states to find the run's among them")
        }
        for case .state(let candidate) in outcomes where candidate == state { return }
        throw TraceMismatch(message: "the first state is not initial")
    }

    private func step(from state: SystemState, to next: SystemState) throws(TraceMismatch) -> Trace.Step {
        for transition in stepper.transitions(from: state) {
            if case .state(let reached) = transition.outcome, reached == next {
                return Trace.Step(transition, to: next, in: system)
            }
        }
        throw TraceMismatch(message: "no step of the reference semantics leads from one state to the next")
    }

    private func violatingStep(from state: SystemState, _ isWanted: (ViolationKind) -> Bool) throws(TraceMismatch) -> (
        Trace.Step, Violation
    ) {
        for transition in stepper.transitions(from: state) {
            if case .violation(let violation, let reached) = transition.outcome, isWanted(violation.kind) {
                return (Trace.Step(transition, to: reached, in: system), violation)
            }
        }
        throw TraceMismatch(message: "the reference semantics does not find the violation of the last step")
    }

    /// A state without steps, or without one that changes anything, or with a cycle of processes that wait for locks.
    private func deadlocked(_ state: SystemState, _ message: String) throws(TraceMismatch) -> Violation {
        let violation = Violation(kind: .deadlock, message: message, range: system.deadlockRange)
        let isStuck = stepper.transitions(from: state).allSatisfy { transition in
            if case .state(state) = transition.outcome, system.processes.isEmpty { true } else { false }
        }
        if isStuck { return violation }
        for pid in state.processes.indices {
            var next = stepper.awaitedHolder(of: pid, in: state)
            for _ in state.processes {
                if next == pid { return violation }
                next = next.flatMap { stepper.awaitedHolder(of: $0, in: state) }
            }
        }
        throw TraceMismatch(message: "the reference semantics finds a step where the engine says that there is none")
    }

    private func blocked(_ pid: Int, _ state: SystemState) throws(TraceMismatch) -> Violation {
        guard case .isBlocked = BlockedProcess(pid: pid, system: system).answer(from: state) else {
            throw TraceMismatch(
                message: "the reference semantics does not find that \(system.types.pidNames[pid]) is blocked")
        }
        return Violation(kind: .deadlock, message: system.stuckMessage(pid), range: system.deadlockRange)
    }

    private func judged(_ index: Int, _ state: SystemState, before: SystemState? = nil) throws(TraceMismatch)
        -> Violation
    {
        let property = system.properties[index]
        let kind = ViolationKind.property(index)
        switch ReferenceProperties(system).judge(index, in: state, before: before) {
        case .isFalse: return Violation(kind: kind, message: property.message ?? property.name, range: property.range)
        case .traps(let message, let range): return Violation(kind: kind, message: message, range: range)
        case .holds, .notChecked:
            throw TraceMismatch(message: "\(property.name) is not false where the solver says so")
        }
    }
}

extension TransitionSystem {
    /// Why the property of a violation is false in a state; nil when it is no property's.
    func explain(_ violation: Violation, _ state: SystemState, before: SystemState?) -> Trace.Explanation? {
        guard case .property(let index) = violation.kind else { return nil }
        let judge = ReferenceProperties(self)
        let property = properties[index]
        guard case .isFalse(let number, let values) = judge.judge(index, in: state, before: before) else { return nil }
        let part = property.parts[number]
        var evaluator = judge.evaluator(for: part, of: property, values, state, before)
        let explainer = FormulaExplainer(types: types)
        let binders = zip(part.binders, values).map { ($0.name, types.describe($1, as: $0.type)) }
        return Trace.Explanation(
            text: part.formula.range.file.text(of: part.formula.range),
            values: explainer.explain(part.formula, &evaluator), binders: binders)
    }
}
