// The least values that satisfy a claim: a counterexample that people can read.

import Solver

/// Searches for readable values, bit by bit from the top, over all variables at once.
///
/// Of the bits of one weight those of the first variable count most. A negative number counts as small when it is near
/// 0, so its bits are wanted set. The effort is bounded; what is found so far is then the answer.
struct LeastValues {
    let pool: TermPool
    let solver: Solver
    /// What must stay true.
    let claim: Term
    let leaves: [SymbolicValues.Leaf]

    private static let queryLimit = 200
    /// Of each query, in steps of libz3: a limit in time would give other values on another machine.
    private static let effort: UInt32 = 200_000

    init(pool: TermPool, solver: Solver, claim: Term, leaves: [SymbolicValues.Leaf]) {
        self.pool = pool
        self.solver = solver
        self.claim = claim
        self.leaves = leaves
    }

    /// The least values, beginning with some that satisfy the claim.
    mutating func search(from first: Assignment) -> (assignment: Assignment, isLeast: Bool) {
        var best = first
        solver.assert(claim)
        solver.effort = Self.effort
        defer { solver.effort = nil }
        var queries = 0
        var isLeast = true
        for weight in (0..<64).reversed() {
            for leaf in leaves {
                guard let wanted = wish(leaf, weight, best) else { continue }
                if !pool.isTrue(wanted, under: best) {
                    guard queries < Self.queryLimit else { return (best, false) }
                    queries += 1
                    switch solver.check(assuming: [wanted]) {
                    case .satisfiable(let better): best = better
                    case .unsatisfiable:
                        solver.assert(pool.not(wanted))
                        continue
                    case .unknown:
                        isLeast = false
                        continue
                    }
                }
                solver.assert(wanted)
            }
        }
        return (best, isLeast)
    }

    /// What is wanted of a leaf's bit of a weight; nil when it has none.
    private func wish(_ leaf: SymbolicValues.Leaf, _ weight: Int, _ best: Assignment) -> Term? {
        // Truth values and signs come first of all.
        if leaf.width == 0 { return weight == 63 ? pool.not(leaf.variable) : nil }
        let position = leaf.isSigned ? (weight == 63 ? leaf.width - 1 : weight) : weight
        guard position < leaf.width, !leaf.isSigned || weight == 63 || weight < leaf.width - 1 else { return nil }
        let bit = pool.equal(pool.extract(leaf.variable, from: position, width: 1), pool.word(1, width: 1))
        guard leaf.isSigned, weight < 63 else { return pool.not(bit) }
        let sign = pool.extract(leaf.variable, from: leaf.width - 1, width: 1)
        return pool.values(of: [sign], under: best) == [1] ? bit : pool.not(bit)
    }
}
