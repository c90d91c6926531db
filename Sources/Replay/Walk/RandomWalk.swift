// Random runs of a model: what a kernel is walked along.

package import Checker
package import Model

/// Runs a model at random, the same way for the same seed.
package struct RandomWalk {
    private let system: TransitionSystem
    private let stepper: ReferenceStepper
    private let initial: [SystemState]
    private var seed: UInt64

    /// A walker.
    ///
    /// - Parameters:
    ///   - system: what is run.
    ///   - seed: of the choices.
    package init(_ system: TransitionSystem, seed: UInt64) {
        self.system = system
        self.seed = seed
        stepper = ReferenceStepper(system, recordsMicroSteps: true)
        initial = (stepper.initialOutcomes(limit: 1 << 16) ?? []).compactMap { outcome in
            if case .state(let state) = outcome { state } else { nil }
        }
    }

    /// A run of at most so many steps; shorter where nobody can go on. Nil when the model has no initial state.
    ///
    /// First it is chosen who acts, then which of that one's steps: a process with many choices is not favoured.
    package mutating func next(steps limit: Int) -> TracedRun? {
        guard let start = pick(initial) else { return nil }
        var run = TracedRun(system: system, initial: start)
        while run.steps.count < limit {
            var byActor: [[TracedStep]] = []
            var actors: [Actor] = []
            for transition in stepper.transitions(from: run.last) {
                guard case .state = transition.outcome, let step = TracedStep(transition, system) else { continue }
                if let index = actors.firstIndex(of: transition.actor) {
                    byActor[index].append(step)
                } else {
                    actors.append(transition.actor)
                    byActor.append([step])
                }
            }
            guard let steps = pick(byActor), let step = pick(steps) else { break }
            run = run.followed(by: step)
        }
        return run
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[Int(random() % UInt64(elements.count))]
    }

    /// Sebastiano Vigna, "splitmix64.c" (2015).
    private mutating func random() -> UInt64 {
        seed &+= 0x9e37_79b9_7f4a_7c15
        var value = seed
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

extension TracedRun {
    /// The same run without the steps of a process, where the model can still go that way.
    package func without(_ actor: Actor) -> TracedRun? {
        var run = TracedRun(system: system, initial: initial)
        let stepper = ReferenceStepper(system, recordsMicroSteps: true)
        for step in steps where step.actor != actor {
            let next = stepper.transitions(from: run.last).first { transition in
                guard case .state = transition.outcome else { return false }
                return transition.actor == step.actor && transition.name == step.name
            }
            guard let next, let same = TracedStep(next, system) else { return nil }
            run = run.followed(by: same)
        }
        return run.steps.count < steps.count ? run : nil
    }

    /// The first steps of a run.
    package func prefix(_ count: Int) -> TracedRun {
        steps.prefix(count).reduce(TracedRun(system: system, initial: initial)) { $0.followed(by: $1) }
    }
}
