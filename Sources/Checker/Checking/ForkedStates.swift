// Every concrete state that stands behind the stored ones: what tests of states with unknown values compare.

package import Model
import Solver

/// The reachable states of a system as the engine for symbolic words finds them.
package struct ForkedStates {
    /// All values of all stored states.
    package let states: Set<SystemState>
    /// Stored states: each may stand for many.
    package let storedCount: Int
    /// Steps between stored states.
    package let transitions: Int
    /// Steps to the farthest state.
    package let depth: Int
    /// Of steps and properties, what goes wrong before the first state included.
    package let violations: Set<ViolationKind>
    /// Where nobody knows how a run goes on.
    package let open: [OpenPlace]
    /// Questions that the solver was asked.
    package let questions: Int
    /// Questions that were asked before.
    package let hits: Int
}

/// Explores a system completely for all values of its words, and lists the values of each state.
///
/// - Parameters:
///   - system: what is explored.
///   - limit: the most stored states, and the most states behind them.
/// - Returns: nil when there are more, or when the solver gives no answer.
package func exploreForked(_ system: TransitionSystem, limit: Int) -> ForkedStates? {
    var limits = ExplorationLimits()
    limits.states = limit
    let explorer = ForkingExplorer(
        system, limits: limits, solver: SolverLimits(seconds: 60), stopsAtFirstViolation: false, checksDeadlock: true,
        endsAt: { _ in false })
    guard explorer.run(), explorer.limit == nil else { return nil }
    var states: Set<SystemState> = []
    for index in explorer.states.indices {
        guard let own = values(of: explorer.fork(index), explorer, limit: limit) else { return nil }
        states.formUnion(own)
        if states.count > limit { return nil }
    }
    var violations = Set(explorer.violations.keys)
    for end in explorer.initialEnds { if case .violation(let kind) = end.kind { violations.insert(kind) } }
    return ForkedStates(
        states: states, storedCount: explorer.states.count, transitions: explorer.transitionCount,
        depth: explorer.depth, violations: violations, open: explorer.stepper.open,
        questions: explorer.feasibility.questionCount, hits: explorer.feasibility.hitCount)
}

/// The states that a stored one stands for.
private func values(of fork: StepFork, _ explorer: ForkingExplorer, limit: Int) -> Set<SystemState>? {
    var (result, rest) = (Set<SystemState>(), fork)
    while true {
        let state = explorer.stepper.shape.state(rest.state, under: rest.witness)
        result.insert(state)
        if result.count > limit { return nil }
        let isOther = explorer.pool.not(explorer.stepper.shape.equal(rest.state, state))
        switch explorer.feasibility.ask(isOther, on: rest.condition, rest.witness) {
        case .impossible: return result
        case .unknown: return nil
        case .possible(let witness):
            rest.witness = witness
            guard rest.condition.add(isOther, explorer.pool) else { return result }
        }
    }
}
