// Smaller values that still satisfy a claim, found by trying: thousands of tries cost what one question to Z3 does.

import Solver

/// Makes the values of an assignment simpler, one or two at a time, as long as the claim stays true.
///
/// A value is simple when it has few bits, or differs from all ones in few. The search ends where no such change makes
/// the values simpler together, which need not be the simplest.
struct ValueShrinking {
    let pool: TermPool
    let leaves: [SymbolicValues.Leaf]
    private var evaluator: TermEvaluator
    /// Numbers that the claim itself names, with their neighbours.
    private let landmarks: [UInt64]
    private var triesLeft: Int

    /// Evaluations of single terms in all, so that a large claim is tried less often.
    private static let effort = 30_000_000

    /// - Parameters:
    ///   - pool: of the claim.
    ///   - claim: what must stay true, with what makes the values valid.
    ///   - leaves: the values that count.
    init(pool: TermPool, claim: Term, leaves: [SymbolicValues.Leaf]) {
        self.pool = pool
        self.leaves = leaves
        evaluator = TermEvaluator(pool, claim)
        let named = Set(evaluator.constants.flatMap { [$0, $0 &- 1, $0 &+ 1] } + [0, 1, .max])
        landmarks = Array(named.sorted().prefix(32)) + [.max]
        triesLeft = Self.effort / max(1, evaluator.partCount)
    }

    /// The simpler assignment. O(tries × terms of the claim).
    mutating func shrunk(_ first: Assignment) -> Assignment {
        var (best, isChanged) = (first, true)
        while isChanged {
            isChanged = false
            for index in leaves.indices { while step(index, &best) { isChanged = true } }
            guard !isChanged else { continue }
            for index in leaves.indices where !isChanged {
                for other in leaves.indices where other != index && !isChanged {
                    isChanged = step(index, with: other, &best)
                }
            }
        }
        return best
    }

    /// Bits that the values have together, counted from 0 or from all ones, whichever is nearer.
    func complexity(_ assignment: Assignment) -> Int {
        zip(leaves, values(assignment)).reduce(0) { $0 + complexity($1.1, $1.0) }
    }

    private func values(_ assignment: Assignment) -> [UInt64] {
        pool.values(of: leaves.map(\.variable), under: assignment)
    }

    private func mask(_ leaf: SymbolicValues.Leaf) -> UInt64 {
        leaf.width >= 64 ? .max : (1 << UInt64(max(1, leaf.width))) - 1
    }

    private func complexity(_ value: UInt64, _ leaf: SymbolicValues.Leaf) -> Int {
        // All ones is -1, or the last address: simpler than a number of middling size, not than a small one.
        min(64 - value.leadingZeroBitCount, 84 - (~value & mask(leaf)).leadingZeroBitCount)
    }

    /// Takes over values for some leaves when the claim is true with them.
    private mutating func take(_ changes: [(index: Int, value: UInt64)], _ best: inout Assignment) -> Bool {
        guard triesLeft > 0 else { return false }
        triesLeft -= 1
        var changed = best
        for (index, value) in changes { changed.set(leaves[index].variable, to: value, in: pool) }
        guard evaluator.isTrue(under: changed) else { return false }
        best = changed
        return true
    }

    // MARK: One value

    private mutating func step(_ index: Int, _ best: inout Assignment) -> Bool {
        let value = values(best)[index]
        for candidate in candidates(value, leaves[index]) where take([(index, candidate)], &best) { return true }
        return false
    }

    /// Values nearer to 0, the nearest first: a negative number gets bits set instead of cleared.
    private func candidates(_ value: UInt64, _ leaf: SymbolicValues.Leaf) -> [UInt64] {
        guard value != 0 else { return [] }
        if leaf.width == 0 { return [0] }
        let isNegative = leaf.isSigned && value >> UInt64(leaf.width - 1) == 1
        let distance = isNegative ? ~value & mask(leaf) : value
        var candidates: [UInt64] = isNegative ? [0, 1] : [0]
        func add(_ smaller: UInt64) { candidates.append(isNegative ? ~smaller & mask(leaf) : smaller) }
        if isNegative { add(0) }
        for shift in [UInt64(32), 16, 8, 4, 2, 1] where distance >> shift > 0 { add(distance >> shift) }
        for bit in (0..<UInt64(leaf.width)).reversed() where distance >> bit & 1 == 1 {
            add(distance & ~(1 << bit))
            // The same with the bits below set: what must be large stays just below the next power of two.
            let below = distance & ~(1 << bit) | ((1 << bit) - 1)
            if below < distance { add(below) }
        }
        return candidates.filter { $0 != value }
    }

    // MARK: Two values

    /// Changes two values so that their sum or difference stays, or one to a number that the claim names.
    private mutating func step(_ index: Int, with other: Int, _ best: inout Assignment) -> Bool {
        let (leaf, partner) = (leaves[index], leaves[other])
        guard leaf.width > 0, partner.width > 0 else { return false }
        let now = values(best)
        let cost = complexity(now[index], leaf) + complexity(now[other], partner)
        func isSimpler(_ a: UInt64, _ b: UInt64) -> Bool { complexity(a, leaf) + complexity(b, partner) < cost }
        for value in candidates(now[index], leaf) {
            let change = now[index] &- value
            for companion in [now[other] &- change, now[other] &+ change].map({ $0 & mask(partner) })
            where isSimpler(value, companion) {
                if take([(index, value), (other, companion)], &best) { return true }
            }
        }
        for value in [UInt64(0), 1] {
            for landmark in landmarks where landmark <= mask(partner) && isSimpler(value, landmark) {
                if take([(index, value), (other, landmark)], &best) { return true }
            }
        }
        return false
    }
}
