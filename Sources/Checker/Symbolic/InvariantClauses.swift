// A system and a claim as Horn clauses, for Spacer.

import Model
import Solver

extension InvariantProver {
    /// Whether Spacer shows that a claim is never broken.
    ///
    /// What is inductive already is supposed of every state, so that Spacer need not find it again.
    func clauses(_ claim: InvariantClaim) throws(EncodingFailure) -> HornAnswer {
        let known = pool.all(supposed + [base.isValid])
        var rules = start.ends.map { end in
            HornRule(
                isFromState: false, premise: pool.and(start.inputs, end.live),
                next: encoder.shape.leafTerms(of: end.state))
        }
        for step in steps {
            for end in step.ends {
                rules.append(
                    HornRule(
                        isFromState: true, premise: pool.all([known, step.isEnabled, step.inputs, end.live]),
                        next: encoder.shape.leafTerms(of: end.state)))
            }
        }
        let broken = try isBroken(claim.kind, in: base.state, steps)
        rules.append(HornRule(isFromState: true, premise: pool.and(known, broken), next: nil))
        return HornClauses(pool, variables: base.leaves.map(\.variable), rules: rules, limits: limits).answer()
    }
}
