// Runs of a system that holds: so that a passing report shows what the spec does, and not only that nothing is wrong.

import Model

/// Takes random walks by the reference semantics. The same system and seed give the same walk.
struct SampleTraces {
    private static let firstSeed: UInt64 = 0x2a
    let system: TransitionSystem

    /// Numbers by SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }

    /// A walk of at most so many steps; it stops where nothing can happen, and before a violation.
    ///
    /// - Parameters:
    ///   - number: which walk, from 0.
    ///   - length: the most steps.
    /// - Returns: nil when there is no first state.
    func walk(_ number: Int, length: Int) -> Trace? {
        var generator = Generator(state: Self.firstSeed &+ UInt64(number))
        let stepper = ReferenceStepper(system)
        let starts = (stepper.initialOutcomes(limit: 4096) ?? []).compactMap { outcome -> SystemState? in
            if case .state(let state) = outcome { state } else { nil }
        }
        guard let initial = starts.randomElement(using: &generator) else { return nil }
        var state = initial
        var steps: [Trace.Step] = []
        while steps.count < length {
            let next = stepper.transitions(from: state).compactMap { transition -> (Transition, SystemState)? in
                if case .state(let reached) = transition.outcome, reached != state {
                    (transition, reached)
                } else {
                    nil
                }
            }
            guard let (transition, reached) = next.randomElement(using: &generator) else { break }
            steps.append(Trace.Step(transition, to: reached, in: system))
            state = reached
        }
        return Trace(system: system, initial: initial, steps: steps, violation: nil, explanation: nil)
    }
}
