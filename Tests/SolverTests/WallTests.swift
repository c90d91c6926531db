// The wall around libz3: whatever is asked, the process lives and the answer is one of three.

import Foundation
import Solver
import Synchronization
import Testing

@Suite(.serialized) struct WallTests {
    /// Two 32-bit factors of a 64-bit prime: no solver finds that there are none in a moment.
    private func hardQuestion(_ limits: SolverLimits) -> Solver {
        let pool = TermPool()
        let solver = Solver(pool, limits: limits)
        let factors = (0..<2).map { pool.zeroExtend(pool.variable("f\($0)", .bits(32)), to: 64) }
        solver.assert(pool.equal(pool.multiply(factors[0], factors[1]), pool.word(0xffff_ffff_ffff_ffc5, width: 64)))
        for factor in factors { solver.assert(pool.unsignedLess(pool.word(1, width: 64), factor)) }
        return solver
    }

    private func reason(_ answer: Answer) -> String? {
        if case .unknown(let reason) = answer { reason } else { nil }
    }

    @Test func aMillisecondIsNotEnoughAndSaysSo() {
        let solver = hardQuestion(SolverLimits(seconds: 0.001))
        let start = ContinuousClock.now
        #expect(reason(solver.check()) == "timeout")
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test func aQuestionCanBeInterruptedAndTheSolverGoesOn() {
        let count = Atomic(0)
        let isCancelled: @Sendable () -> Bool = { count.add(1, ordering: .relaxed).newValue > 5 }
        let solver = hardQuestion(SolverLimits(seconds: 120, isCancelled: isCancelled))
        let start = ContinuousClock.now
        #expect(reason(solver.check()) == "interrupted")
        #expect(ContinuousClock.now - start < .seconds(10))
        solver.limits = SolverLimits(seconds: 0.05)
        #expect(reason(solver.check()) == "timeout")
    }

    @Test func anIllSortedTermIsRefusedBeforeZ3SeesIt() {
        let pool = TermPool()
        let word = pool.variable("w", .bits(8))
        for wrong in [Term.illSorted, word, pool.add(word, pool.variable("v", .bits(9)))] {
            let asserting = Solver(pool, limits: SolverLimits(seconds: 5))
            asserting.assert(wrong)
            #expect(reason(asserting.check()) == "a term is ill-sorted")
            let assuming = Solver(pool, limits: SolverLimits(seconds: 5))
            #expect(reason(assuming.check(assuming: [wrong])) == "a term is ill-sorted")
        }
    }

    @Test func assumptionsDoNotStay() {
        let pool = TermPool()
        let word = pool.variable("w", .bits(64))
        let isSmall = pool.unsignedLess(word, pool.word(5, width: 64))
        let solver = Solver(pool, limits: SolverLimits(seconds: 5))
        solver.assert(isSmall)
        guard case .unsatisfiable = solver.check(assuming: [pool.not(isSmall)]) else {
            Issue.record("a contradiction was satisfied")
            return
        }
        guard case .satisfiable(let assignment) = solver.check() else {
            Issue.record("what is possible was refused")
            return
        }
        #expect(pool.isTrue(isSmall, under: assignment))
    }

    /// A chain of terms as deep as a long loop makes it: nothing recurses over it.
    @Test func aDeepTermIsNoRecursion() {
        let pool = TermPool()
        var sum = pool.variable("w", .bits(64))
        let first = sum
        for _ in 0..<200_000 { sum = pool.bitXor(pool.add(sum, first), first) }
        #expect(pool.values(of: [sum], under: Assignment()) == [0])
    }

    @Test func eachThreadHasItsOwnContext() async {
        await withTaskGroup(of: Bool.self) { group in
            for seed in 0..<8 {
                group.addTask {
                    for round in 0..<20 {
                        var terms = RandomTerms(seed: UInt64(seed * 160 + round * 8 + round % 4))
                        let condition = terms.truth(3)
                        let solver = Solver(terms.pool, limits: SolverLimits(seconds: 30))
                        solver.assert(condition)
                        if case .unknown = solver.check() { return false }
                    }
                    return true
                }
            }
            for await isDecided in group { #expect(isDecided) }
        }
    }

    /// Contexts, solvers, models and every AST are given back: a context alone takes about a megabyte.
    @Test func manySolversLeaveNothingBehind() {
        func work(_ rounds: Int) {
            for round in 0..<rounds {
                var terms = RandomTerms(seed: UInt64(round % 4))
                let solver = Solver(terms.pool, limits: SolverLimits(seconds: 30))
                solver.assert(terms.truth(3))
                _ = solver.check()
            }
        }
        work(20)
        // Other tests ask Z3 at the same time, and its count is of all: what is left behind shows each time.
        var least = Int.max
        for _ in 0..<5 where least >= 100 << 20 {
            let before = Solver.allocatedBytes
            work(400)
            least = min(least, Int(Solver.allocatedBytes) - Int(before))
        }
        #expect(least < 100 << 20)
    }

    @Test func theLibraryTellsItsVersion() { #expect(Solver.version.split(separator: ".").count == 3) }
}
