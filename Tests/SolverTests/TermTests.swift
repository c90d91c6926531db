// Terms: what Swift computes of them, what constructors fold, and what Z3 says are the same.

import Foundation
import Solver
import Testing

/// Grows random terms over a few variables.
struct RandomTerms {
    let pool = TermPool()
    var random: SeededRandom
    let width: Int
    let variables: [Term]
    let flags: [Term]

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        width = [1, 2, 3, 5, 8, 16, 31, 64][Int(seed % 8)]
        variables = (0..<3).map { [pool, width] in pool.variable("w\($0)", .bits(width)) }
        flags = (0..<2).map { [pool] in pool.variable("b\($0)", .bool) }
    }

    private mutating func constant() -> Term {
        let value = random.below(3) == 0 ? random.next() : UInt64(random.below(4)) &- UInt64(random.below(2))
        return pool.word(value, width: width)
    }

    mutating func word(_ depth: Int) -> Term {
        if depth == 0 { return random.below(4) == 0 ? constant() : random.pick(variables) }
        let a = word(depth - 1)
        let b = random.below(5) == 0 ? constant() : word(depth - 1)
        switch random.below(18) {
        case 0: return pool.add(a, b)
        case 1: return pool.subtract(a, b)
        case 2: return pool.multiply(a, b)
        case 3: return pool.unsignedDivide(a, b)
        case 4: return pool.unsignedRemainder(a, b)
        case 5: return pool.signedDivide(a, b)
        case 6: return pool.signedRemainder(a, b)
        case 7: return pool.bitAnd(a, b)
        case 8: return pool.bitOr(a, b)
        case 9: return pool.bitXor(a, b)
        case 10: return pool.shiftLeft(a, b)
        case 11: return pool.logicalShiftRight(a, b)
        case 12: return pool.arithmeticShiftRight(a, b)
        case 13: return pool.complement(a)
        case 14: return pool.negate(a)
        case 15: return pool.choice(truth(depth - 1), a, b)
        default:
            let part = 1 + random.below(width)
            let low = random.below(width - part + 1)
            let inner = pool.extract(a, from: low, width: part)
            return random.below(2) == 0 ? pool.zeroExtend(inner, to: width) : pool.signExtend(inner, to: width)
        }
    }

    mutating func truth(_ depth: Int) -> Term {
        if depth == 0 { return random.below(6) == 0 ? pool.bool(random.below(2) == 0) : random.pick(flags) }
        switch random.below(10) {
        case 0: return pool.not(truth(depth - 1))
        case 1: return pool.and(truth(depth - 1), truth(depth - 1))
        case 2: return pool.or(truth(depth - 1), truth(depth - 1))
        case 3: return pool.equal(word(depth - 1), word(depth - 1))
        case 4: return pool.equal(truth(depth - 1), truth(depth - 1))
        case 5: return pool.unsignedLess(word(depth - 1), word(depth - 1))
        case 6: return pool.signedLess(word(depth - 1), word(depth - 1))
        case 7: return pool.unsignedProductOverflows(word(depth - 1), word(depth - 1))
        case 8: return pool.signedProductOverflows(word(depth - 1), word(depth - 1))
        default: return pool.choice(truth(depth - 1), truth(depth - 1), truth(depth - 1))
        }
    }
}

@Suite struct TermTests {
    static let seeds = 0..<(ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] != nil ? 60 : 300)

    /// With the variables fixed, Z3 finds no value of the term but the one that Swift computes.
    @Test func swiftAndZ3GiveTermsTheSameValues() {
        for seed in Self.seeds {
            var terms = RandomTerms(seed: UInt64(seed))
            let root = terms.word(3)
            let condition = terms.truth(3)
            let pool = terms.pool
            var assignment = Assignment()
            let solver = Solver(pool, limits: SolverLimits(seconds: 60))
            for variable in terms.variables {
                let value = terms.random.below(2) == 0 ? terms.random.next() : UInt64(terms.random.below(3)) &- 1
                assignment.set(variable, to: value, in: pool)
                solver.assert(pool.equal(variable, pool.word(value, width: terms.width)))
            }
            for flag in terms.flags {
                let value = UInt64(terms.random.below(2))
                assignment.set(flag, to: value, in: pool)
                solver.assert(value == 1 ? flag : pool.not(flag))
            }
            let values = pool.values(of: [root, condition], under: assignment)
            let agrees = pool.and(
                pool.equal(root, pool.word(values[0], width: terms.width)),
                pool.equal(condition, pool.bool(values[1] == 1)))
            let others = solver.check(assuming: [pool.not(agrees)])
            guard case .unsatisfiable = others else {
                Issue.record("seed \(seed): besides \(values) \(others)")
                continue
            }
            let same = solver.check(assuming: [agrees])
            guard case .satisfiable = same else {
                Issue.record("seed \(seed): for \(values) \(same)")
                continue
            }
        }
    }

    @Test(arguments: 0..<40)
    func modelsSatisfyWhatWasAsked(seed: Int) {
        var terms = RandomTerms(seed: UInt64(seed) + 7000)
        let condition = terms.truth(4)
        let solver = Solver(terms.pool, limits: SolverLimits(seconds: 60))
        solver.assert(condition)
        if case .satisfiable(let assignment) = solver.check() {
            #expect(terms.pool.isTrue(condition, under: assignment))
        }
    }

    @Test func operandsOfDifferentSortsGiveNoTerm() {
        let pool = TermPool()
        let (word, other, flag) = (
            pool.variable("w", .bits(8)), pool.variable("v", .bits(9)), pool.variable("f", .bool)
        )
        let bad = [
            pool.add(word, other), pool.and(word, flag), pool.equal(word, flag), pool.choice(word, word, word),
            pool.choice(flag, word, other), pool.not(word), pool.unsignedLess(flag, flag), pool.zeroExtend(word, to: 7),
            pool.zeroExtend(word, to: 65), pool.extract(word, from: 4, width: 5), pool.extract(flag, from: 0, width: 1),
            pool.word(1, width: 0), pool.word(1, width: 65), pool.variable("x", .bits(0)), pool.multiply(word, flag),
            pool.bitAnd(flag, flag), pool.negate(flag), pool.complement(flag), pool.shiftLeft(word, other),
            pool.signedProductOverflows(word, other), pool.all([flag, word]), pool.not(.illSorted),
        ]
        for (index, term) in bad.enumerated() { #expect(term == .illSorted, "number \(index)") }
    }
}
