// The steps of single states as the symbolic encoding has them: what tests compare with the reference semantics.

package import Model
import Solver

/// Asks the encoding of a system for the successors of given states.
package struct SymbolicSuccessors {
    private let encoder: SystemEncoder
    private let pool: TermPool
    private let base: (state: SymbolicState, isValid: Term, leaves: [SymbolicValues.Leaf])
    private let start: SymbolicStart
    private let steps: [SymbolicStep]
    private let solver: Solver

    /// States that follow, and what may go wrong instead.
    package struct Outcomes: Equatable {
        /// States that are reached.
        package var states: Set<SystemState> = []
        /// Kinds of violations.
        package var violations: Set<ViolationKind> = []

        /// Nothing yet.
        package init() {}
    }

    /// The encoding of a system; nil for a system that has none.
    package init?(_ system: TransitionSystem) {
        let pool = TermPool()
        let limits = SolverLimits(seconds: 60)
        do throws(EncodingFailure) {
            encoder = SystemEncoder(system, pool)
            base = try encoder.shape.unknown("")
            let probe = Solver(pool, limits: limits)
            probe.assert(base.isValid)
            encoder.isPossible = { condition in
                if case .unsatisfiable = probe.check(assuming: [condition]) { false } else { true }
            }
            start = try encoder.start()
            steps = try encoder.steps(from: base.state)
        } catch {
            return nil
        }
        self.pool = pool
        solver = Solver(pool, limits: limits)
        solver.assert(base.isValid)
        // A loop that was not unrolled to its end has successors that are not there.
        guard pool.truth(start.incomplete) == false else { return nil }
        for step in steps where pool.truth(step.incomplete) != false {
            guard case .unsatisfiable = solver.check(assuming: [step.incomplete]) else { return nil }
        }
    }

    /// The initial states, and what may go wrong on the way to them; nil when the solver gives no answer.
    package func initial() -> Outcomes? {
        outcomes(Solver(pool, limits: SolverLimits(seconds: 60)), [start.inputs], start.ends, start.violations)
    }

    /// The successors of a state; nil when the solver gives no answer.
    package func successors(of state: SystemState) -> Outcomes? {
        let isThis = encoder.shape.equal(base.state, state)
        var result = Outcomes()
        for step in steps where isEnabled(step, state) {
            let premises = [isThis, step.isEnabled, step.inputs]
            guard let found = outcomes(solver, premises, step.ends, step.violations) else { return nil }
            result.states.formUnion(found.states)
            result.violations.formUnion(found.violations)
        }
        return result
    }

    /// Steps of other points than the one where the process stands need not be asked for.
    private func isEnabled(_ step: SymbolicStep, _ state: SystemState) -> Bool {
        switch step.origin {
        case .point(let pid, let point), .kill(let pid, let point, _):
            state.processes[pid].position == .point(point)
        case .action: true
        }
    }

    private func outcomes(
        _ solver: Solver, _ premises: [Term], _ ends: [StepEnd], _ violations: [ViolationKind: Term]
    ) -> Outcomes? {
        var result = Outcomes()
        for end in ends {
            var isNew = pool.bool(true)
            search: while true {
                let assumptions = (premises + [end.live, isNew]).filter { pool.truth($0) != true }
                if assumptions.contains(where: { pool.truth($0) == false }) { break }
                switch solver.check(assuming: assumptions) {
                case .unsatisfiable: break search
                case .unknown: return nil
                case .satisfiable(let assignment):
                    let state = encoder.shape.state(end.state, under: assignment)
                    result.states.insert(state)
                    isNew = pool.and(isNew, pool.not(encoder.shape.equal(end.state, state)))
                }
            }
        }
        for (kind, condition) in violations {
            let assumptions = (premises + [condition]).filter { pool.truth($0) != true }
            if assumptions.contains(where: { pool.truth($0) == false }) { continue }
            switch solver.check(assuming: assumptions) {
            case .unsatisfiable: continue
            case .unknown: return nil
            case .satisfiable: result.violations.insert(kind)
            }
        }
        return result
    }
}
