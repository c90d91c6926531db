// The least values that satisfy a claim: a counterexample that people can read.

import Solver

/// Searches for readable values, bit by bit from the top, over all variables at once, and by trying.
///
/// Of the bits of one weight those of the first variable count most. A negative number counts as small when it is near
/// 0, so its bits are wanted set. Values that trying can make smaller are made so first: then most wishes are met, and
/// the questions are about few bits. The effort is bounded; what is found so far is then the answer.
struct LeastValues {
    let pool: TermPool
    let solver: Solver
    /// True where the leaves make values of their types; the solver knows it already.
    let isValid: Term
    /// What must stay true.
    let claim: Term
    let leaves: [SymbolicValues.Leaf]

    private static let queryLimit = 200
    /// Of each query, in steps of libz3: a limit in time would give other values on another machine.
    private static let effort: UInt32 = 50_000
    /// Questions without an answer after which no more are asked: those that follow are no easier.
    private static let failureLimit = 4

    init(pool: TermPool, solver: Solver, isValid: Term, claim: Term, leaves: [SymbolicValues.Leaf]) {
        self.pool = pool
        self.solver = solver
        self.isValid = isValid
        self.claim = claim
        self.leaves = leaves
    }

    /// The least values, beginning with some that satisfy the claim.
    ///
    /// - Returns: the values, and whether the search came to its end.
    mutating func search(from first: Assignment) -> (assignment: Assignment, isLeast: Bool) {
        var shrinking = ValueShrinking(pool: pool, claim: pool.and(isValid, claim), leaves: leaves)
        let simple = shrinking.shrunk(first)
        let (least, isLeast) = descend(from: simple, &shrinking)
        // A large address with small numbers beside it reads better than several numbers of middling size.
        let isSimpler = shrinking.complexity(simple) + Self.margin < shrinking.complexity(least)
        return isSimpler ? (simple, isLeast) : (least, isLeast)
    }

    /// Bits by which the values must be simpler than the least ones to be preferred.
    private static let margin = 8

    private func descend(from first: Assignment, _ shrinking: inout ValueShrinking) -> (Assignment, isLeast: Bool) {
        var best = first
        solver.assert(claim)
        solver.effort = Self.effort
        defer { solver.effort = nil }
        var (queries, failures) = (0, 0)
        for weight in (0..<64).reversed() {
            for leaf in leaves {
                guard let wanted = wish(leaf, weight, best) else { continue }
                if !pool.isTrue(wanted, under: best) {
                    guard queries < Self.queryLimit, failures < Self.failureLimit else { return (best, false) }
                    queries += 1
                    switch solver.check(assuming: [wanted]) {
                    case .satisfiable(let better): best = better
                    case .unsatisfiable:
                        solver.assert(pool.not(wanted))
                        continue
                    case .unknown:
                        failures += 1
                        continue
                    }
                }
                solver.assert(wanted)
            }
        }
        return (best, failures == 0)
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
