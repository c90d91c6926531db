// Properties in states and steps with unknown values: for which of them it is evaluated, and for which it is false.

import Model
import Solver

/// What a property says of a state, for which values.
struct ForkedJudgement {
    /// Where it is evaluated at all: no guard of what it reads is held.
    let isEvaluated: Term
    /// Where it is true; the witnesses of a `reachable`.
    let isTrue: Term
    let isFalse: Term
    /// Where its evaluation traps.
    let traps: Term
}

extension ForkingStepper {
    /// Judges a property, part by part, for each value of the binders that were split off.
    ///
    /// - Parameters:
    ///   - index: the property.
    ///   - fork: the state.
    ///   - before: for a property of steps, the state before.
    /// - Throws: where it has no terms.
    func judgements(_ index: Int, in fork: StepFork, before: SymbolicState? = nil) throws(EncodingFailure)
        -> [ForkedJudgement]
    {
        let property = system.properties[index]
        var result: [ForkedJudgement] = []
        for part in property.parts {
            for row in rows(of: part.binders) {
                coder.reset(fork.state, rule: property.respectsGuards ? .invariant : .property, pid: nil)
                encoder.reading?.before = before
                encoder.settle = nil
                encoder.operationCount = 0
                encoder.isPossible = { [unowned self] condition in
                    if case .impossible = feasibility.ask(condition, on: fork.condition, fork.witness) {
                        false
                    } else {
                        true
                    }
                }
                for (binder, value) in zip(part.binders, row) {
                    encoder.path.locals[binder.local] = shape.values.constant(value, binder.type)
                }
                try coder.compute(part.code)
                // Where no value is judged, what the formula rests on was not computed.
                let isDead = pool.truth(encoder.path.live) == false
                let claim = isDead ? pool.bool(true) : try encoder.bool(part.formula)
                if pool.truth(encoder.incomplete) != false,
                    going(fork, when: encoder.incomplete, property.range) != nil
                {
                    throw encoder.fail(
                        "a loop has no bound", at: encoder.incompleteRange ?? property.range, "bound it by a constant")
                }
                let (live, traps) = (encoder.path.live, pool.any(encoder.violations.values.sorted()))
                result.append(
                    ForkedJudgement(
                        isEvaluated: pool.or(live, traps), isTrue: pool.and(live, claim),
                        isFalse: pool.and(live, pool.not(claim)), traps: traps))
            }
        }
        return result
    }
}
