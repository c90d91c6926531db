// The verdict on a temporal property: its conditions in every state, then a lasso for each of its claims.

import Model

/// What is known of a temporal property after its search.
struct LivenessFinding {
    enum Outcome {
        /// No stored run breaks it.
        case unbroken
        case broken(FoundLasso, claim: [Value])
        /// A condition traps in a state.
        case trapped(FoundViolation)
        case ended(LimitReached)
        /// There is no run that goes on for ever, and so nothing to judge.
        case noRuns
        /// Its automaton is too large.
        case tooLarge
    }
    let outcome: Outcome
    /// For `leadsto`: states in which a premise was true. Otherwise states in which the conditions were evaluated.
    let evaluations: Int
}

/// Judges temporal properties on what an explorer has stored.
struct LivenessJudge {
    private let explorer: Explorer
    private let system: TransitionSystem
    private let constraints: [FairnessConstraint]
    private let isOver: () -> LimitReached?

    /// A judge.
    ///
    /// - Parameters:
    ///   - explorer: after its run.
    ///   - isOver: asked now and then; an answer ends the search.
    init(_ explorer: Explorer, isOver: @escaping () -> LimitReached?) {
        self.explorer = explorer
        self.isOver = isOver
        system = explorer.program.layout.system
        constraints = system.fairnessConstraints
    }

    /// Judges one property. O((states + steps) × states of the automaton × claims).
    func judge(_ property: Int) -> LivenessFinding {
        guard let formula = system.properties[property].temporal,
            let conditions = explorer.program.temporalConditions[property]
        else { preconditionFailure("not a temporal property") }
        guard let automaton = BuchiAutomaton(.not(formula)) else {
            return LivenessFinding(outcome: .tooLarge, evaluations: 0)
        }
        var evaluations = 0
        for (claim, values) in ReferenceProperties(system).claims(of: property).enumerated() {
            let letters: [UInt32]
            switch evaluate(conditions[claim], of: property) {
            case .letters(let all): letters = all
            case .trapped(let found):
                return LivenessFinding(outcome: .trapped(found), evaluations: evaluations)
            case .ended(let limit): return LivenessFinding(outcome: .ended(limit), evaluations: evaluations)
            }
            let isLeadsTo = system.properties[property].kind == .leadsto
            evaluations += isLeadsTo ? letters.count { $0 & 1 == 1 } : letters.count
            if let most = explorer.limits.bytes, bytes(automaton) > most {
                return LivenessFinding(outcome: .ended(.memory), evaluations: evaluations)
            }
            guard
                var search = LassoSearch(
                    explorer, automaton, letters: letters, constraints: constraints, isOver: isOver)
            else { return LivenessFinding(outcome: .ended(.memory), evaluations: evaluations) }
            switch search.run() {
            case .none: continue
            case .found(let lasso):
                return LivenessFinding(outcome: .broken(lasso, claim: values), evaluations: evaluations)
            case .ended(let limit): return LivenessFinding(outcome: .ended(limit), evaluations: evaluations)
            }
        }
        return LivenessFinding(outcome: hasRuns ? .unbroken : .noRuns, evaluations: evaluations)
    }

    /// Bytes of the store and of a search.
    private func bytes(_ automaton: BuchiAutomaton) -> Int {
        explorer.store.byteCount + explorer.store.count * (4 + 9 * automaton.states.count)
    }

    private enum Letters {
        case letters([UInt32])
        case trapped(FoundViolation)
        case ended(LimitReached)
    }

    /// The truth of the conditions in every stored state.
    private func evaluate(_ conditions: [Int32], of property: Int) -> Letters {
        var machine = Machine(explorer.program)
        defer { machine.deallocate() }
        var letters: [UInt32] = []
        letters.reserveCapacity(explorer.store.count)
        for state in 0..<explorer.store.count {
            if state & 0xFFFF == 0xFFFF, let limit = isOver() { return .ended(limit) }
            machine.begin(explorer.store.row(state))
            var letter: UInt32 = 0
            for (bit, start) in conditions.enumerated() {
                guard case .violated(let number) = machine.run(from: start) else { continue }
                let site = explorer.program.sites[number]
                guard site.kind == .property(property) else {
                    let violation = Violation(kind: .property(property), message: site.message, range: site.range)
                    return .trapped(FoundViolation(state: state, step: nil, site: violation, isTrap: true))
                }
                letter |= 1 << UInt32(bit)
            }
            letters.append(letter)
        }
        return .letters(letters)
    }

    /// Whether some run goes on for ever and keeps every promise. Only where paths are cut or break a rule can it be that
    /// none does.
    private var hasRuns: Bool {
        let isEnded = explorer.hasCuts || explorer.violations.values.contains { $0.step != nil }
        guard isEnded else { return explorer.store.count > 0 }
        guard let everything = BuchiAutomaton(.always(.or(.atom(0), .not(.atom(0))))),
            var search = LassoSearch(
                explorer, everything, letters: Array(repeating: 0, count: explorer.store.count),
                constraints: constraints, isOver: isOver)
        else { return true }
        if case .none = search.run() { return false }
        return true
    }
}
