// A lasso as a trace: taken again by the reference semantics, judged anew by an evaluator of its own, and shortened.

import Model

/// Turns a lasso of stored states into a validated trace.
struct LassoBuilder {
    private let explorer: Explorer
    private let system: TransitionSystem
    private let property: Int
    private let claim: [Value]
    private let stepper: ReferenceStepper
    private let constraints: [FairnessConstraint]
    private let formula: TemporalFormula

    init(_ explorer: Explorer, property: Int, claim: [Value]) {
        self.explorer = explorer
        self.property = property
        self.claim = claim
        system = explorer.program.layout.system
        stepper = ReferenceStepper(system)
        constraints = system.fairnessConstraints
        guard let formula = system.properties[property].temporal else { preconditionFailure("not a temporal property") }
        self.formula = formula
    }

    /// The validated and shortened run.
    ///
    /// - Throws: when the reference does not take a step of it, when the formula holds on it, or when it breaks a promise
    ///   of fairness.
    func trace(of found: FoundLasso) throws(TraceMismatch) -> Trace {
        var run = try replay(found)
        if let reason = objection(to: run) { throw TraceMismatch(message: reason) }
        shorten(&run)
        var trace = Trace(
            system: system, initial: run.states[0].state, steps: run.steps.map(\.step), violation: violation(run),
            explanation: nil)
        trace.loopStart = run.loopStart
        return trace
    }

    // MARK: Replay

    /// A state of the run with what is asked of it.
    private struct Place {
        let state: SystemState
        /// Truth of the formula's conditions.
        let letter: [Bool]
        /// Promises of which some step could be taken.
        let enabled: Set<Int>
        let isStuck: Bool
    }

    private struct Run {
        /// One more than steps; the last is the one at `loopStart` again, unless there is no step behind that.
        var states: [Place]
        var steps: [(step: Trace.Step, kept: Set<Int>)]
        var loopStart: Int

        var isStill: Bool { loopStart == steps.count }
        /// States of the loop, each once.
        var loop: Range<Int> { isStill ? loopStart..<loopStart + 1 : loopStart..<steps.count }
    }

    private func replay(_ found: FoundLasso) throws(TraceMismatch) -> Run {
        // A state without steps is the end of a finite run, which stays there.
        let end = found.actors.firstIndex { if case .nobody = $0 { true } else { false } }
        let count = end ?? found.actors.count
        let states = found.states[...count].map { explorer.program.layout.decode(explorer.store.row($0)) }
        let isInitial = (stepper.initialOutcomes(limit: 1 << 20) ?? []).contains {
            if case .state(let state) = $0 { state == states[0] } else { false }
        }
        guard isInitial else { throw TraceMismatch(message: "the first state of a lasso is not initial") }
        var run = Run(states: [], steps: [], loopStart: end ?? found.loopStart)
        for number in states.indices {
            let transitions = stepper.transitions(from: states[number])
            run.states.append(try place(states[number], transitions))
            guard number < count else { continue }
            let actor = found.actors[number]
            let taken = transitions.first { isTaken($0, by: actor) && leads($0, to: states[number + 1]) }
            guard let taken else {
                throw TraceMismatch(message: "the reference semantics does not take a step of a lasso")
            }
            run.steps.append((Trace.Step(taken, to: states[number + 1], in: system), kept(by: taken)))
        }
        return run
    }

    private func place(_ state: SystemState, _ transitions: [Transition]) throws(TraceMismatch) -> Place {
        let judge = ReferenceProperties(system)
        var letter: [Bool] = []
        for condition in system.properties[property].parts.indices {
            switch judge.judge(condition: condition, of: property, for: claim, in: state) {
            case .holds: letter.append(true)
            case .isFalse: letter.append(false)
            case .notChecked, .traps:
                let name = system.properties[property].name
                throw TraceMismatch(message: "a condition of \(name) traps only in the reference")
            }
        }
        let enabled = transitions.reduce(into: Set<Int>()) { $0.formUnion(kept(by: $1)) }
        return Place(state: state, letter: letter, enabled: enabled, isStuck: transitions.isEmpty)
    }

    private func kept(by transition: Transition) -> Set<Int> {
        Set(constraints.indices.filter { system.isStep(transition, of: constraints[$0].subject) })
    }

    private func isTaken(_ transition: Transition, by actor: StepActor) -> Bool {
        switch (actor, transition.actor) {
        case (.process(let pid, let isKill), .process(let other)):
            guard pid == other, let node = transition.node else { return false }
            let point = system.kind(of: pid).process.points.first { $0.node == node }
            return isKill == (point?.name != transition.name)
        case (.action(let instance), .action(let index, let values)):
            let wanted = explorer.program.actionInstances[instance]
            return wanted.action == index && wanted.values == values
        case (.someAction, .action(let index, _)): return system.actions[index].fairness == nil
        default: return false
        }
    }

    private func leads(_ transition: Transition, to state: SystemState) -> Bool {
        if case .state(let reached) = transition.outcome { reached == state } else { false }
    }

    // MARK: Judgement

    /// What speaks against a run as a counterexample; nil when it is one.
    private func objection(to run: Run) -> String? {
        let name = system.properties[property].name
        let (first, last) = (run.states[run.loopStart], run.states[run.states.count - 1])
        if first.state != last.state { return "the loop of a lasso does not close" }
        if run.isStill, !last.isStuck { return "a run stands still where a step is possible" }
        let loop = run.loop
        for (number, constraint) in constraints.enumerated() {
            let isKept = !run.isStill && loop.contains { run.steps[$0].kept.contains(number) }
            let able = loop.filter { run.states[$0].enabled.contains(number) }.count
            let isDue = constraint.kind == .weak ? able == loop.count : able > 0
            if isDue, !isKept { return "\(name): a lasso in which \(system.describe(constraint)) is not so" }
        }
        let word = LassoWord(
            letters: run.states[..<loop.upperBound].map(\.letter), loopStart: loop.lowerBound)
        return formula.holds(on: word) ? "\(name) holds on the lasso that should break it" : nil
    }

    // MARK: Shortening

    /// Runs longer than this are shown as they are found.
    private static let shortenedLength = 400

    /// Leaves out detours between equal states, and makes the loop as small as it can be, as long as the run stays a
    /// counterexample.
    private func shorten(_ run: inout Run) {
        guard run.steps.count <= Self.shortenedLength else { return }
        while let shorter = shorter(run) { run = shorter }
    }

    private func shorter(_ run: Run) -> Run? {
        let rolled = rolled(run)
        if let rolled, objection(to: rolled) == nil { return rolled }
        for first in run.states.indices {
            for second in run.states.indices.reversed() where second > first {
                guard run.states[first].state == run.states[second].state else { continue }
                for candidate in [looping(run, first, second), cut(run, first, second)].compactMap(\.self)
                where candidate.steps.count < run.steps.count && objection(to: candidate) == nil { return candidate }
            }
        }
        return nil
    }

    /// The same run with its loop begun a step earlier, where the step into the loop is the last step of the loop.
    private func rolled(_ run: Run) -> Run? {
        guard run.loopStart > 0, !run.isStill else { return nil }
        let (before, last) = (run.loopStart - 1, run.steps.count - 1)
        guard run.states[before].state == run.states[last].state,
            run.steps[before].step.actor == run.steps[last].step.actor,
            run.steps[before].step.name == run.steps[last].step.name
        else { return nil }
        var rolled = run
        rolled.steps.removeLast()
        rolled.states.removeLast()
        rolled.loopStart -= 1
        return rolled
    }

    /// The run that loops between two equal states.
    private func looping(_ run: Run, _ first: Int, _ second: Int) -> Run {
        Run(states: Array(run.states[...second]), steps: Array(run.steps[..<second]), loopStart: first)
    }

    /// The run without what lies between two equal states, both before the loop or both in it.
    private func cut(_ run: Run, _ first: Int, _ second: Int) -> Run? {
        let isInLoop = first >= run.loopStart && second - first < run.steps.count - run.loopStart
        guard second <= run.loopStart || isInLoop else { return nil }
        var shorter = run
        shorter.states.removeSubrange(first + 1...second)
        shorter.steps.removeSubrange(first..<second)
        if second <= run.loopStart { shorter.loopStart -= second - first }
        return shorter
    }

    // MARK: Words

    private func violation(_ run: Run) -> Violation {
        let property = system.properties[property]
        let binders = zip(property.parts.first?.binders ?? [], claim).map {
            "\($0.name) = \(system.types.describe($1, as: $0.type))"
        }
        let front = binders.isEmpty ? "" : "for \(binders.joined(separator: ", ")): "
        return Violation(kind: .property(self.property), message: front + sentence(run), range: property.range)
    }

    private func sentence(_ run: Run) -> String {
        let texts = system.properties[property].parts.map { $0.formula.range.file.text(of: $0.formula.range) }
        switch system.properties[property].kind {
        case .eventually: return "\(texts[0]) never becomes true"
        case .leadsto:
            // From the first state on from which the conclusion stays away.
            let end = run.loop.upperBound
            let start = (0..<end).first { place in
                run.states[place].letter[0] && !run.states[min(place, run.loopStart)..<end].contains { $0.letter[1] }
            }
            guard let start else { return "\(texts[1]) never follows" }
            let when = start == 0 ? "in the first state" : "after step \(start)"
            return "\(texts[0]) \(when), and from then on never \(texts[1])"
        default: return "this run, which goes on for ever, breaks it"
        }
    }
}
