// Reductions that would lie: in each of these specs a looser rule for steps says HOLDS where the base meaning says VIOLATED.

import Checker
import Model
import Testing

@Suite struct LiptonTests {
    /// A spec, the property that must be found with steps, and the looser rule that would miss it.
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        /// The rule that would say HOLDS.
        let looserRule: String
        let property: String
        var verdict = Verdict.violated
        let text: String
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "a ghost under two locks", looserRule: "a ghost that is always touched under some lock is B",
            property: "exclusive",
            text: """
                spec TwoLocks
                shared one guarded by lock {
                    lock: spinlock
                    x: int in 0..<4
                }
                shared two guarded by lock {
                    lock: spinlock
                    x: int in 0..<4
                }
                ghost var inside = 0
                process a {
                    acquire(one.lock)
                    inside = inside + 1
                    assert inside == 1, "alone"
                  exclusive:
                    assert inside == 1
                    inside = inside - 1
                    release(one.lock)
                }
                process b {
                    acquire(two.lock)
                    inside = inside + 1
                    two.x = 1
                    inside = inside - 1
                    release(two.lock)
                }
                """),
        Case(
            name: "a release, then a store that an always reads",
            looserRule: "a store under a lock is B although `invariant always` reads it", property: "in_order",
            text: """
                spec ReleaseThenStore
                shared a guarded by lock {
                    lock: spinlock
                    x: int in 0..<4
                }
                shared b guarded by lock {
                    lock: spinlock
                    x: int in 0..<4
                }
                process p {
                    acquire(b.lock)
                    acquire(a.lock)
                    a.x = 1
                    release(a.lock)
                    b.x = 1
                    release(b.lock)
                }
                invariant always in_order: a.x == b.x
                """),
        Case(
            name: "an always over two guards", looserRule: "`always` is looked at only where no guard is held",
            property: "together",
            text: """
                spec TwoGuards
                shared a guarded by lock {
                    lock: spinlock
                    x: bool
                }
                shared b guarded by lock {
                    lock: spinlock
                    x: bool
                }
                process p {
                    acquire(a.lock)
                    acquire(b.lock)
                    a.x = true
                    b.x = true
                    release(b.lock)
                    release(a.lock)
                }
                invariant always together: a.x == b.x
                """),
        Case(
            name: "a lock that is observed", looserRule: "release is L although try_acquire sees the lock held",
            property: "got",
            text: """
                spec Observed
                shared q guarded by lock {
                    lock: spinlock
                    x: bool
                }
                process holder {
                    acquire(q.lock)
                    q.x = true
                    release(q.lock)
                }
                process other {
                    let ok = try_acquire(q.lock)
                  got:
                    assert ok
                    if ok { release(q.lock) }
                }
                """),
        Case(
            name: "guarded data that the hardware reads",
            looserRule: "a store under its lock is B although a page walk reads the datum",
            property: "walk",
            text: """
                spec WalkReads
                shared mm guarded by lock {
                    lock: spinlock
                    pte: int in 0..<4
                }
                process mapper {
                    acquire(mm.lock)
                    mm.pte = 1
                    mm.pte = 2
                    release(mm.lock)
                }
                process walker {
                    var seen = 0
                    hardware { seen = mm.pte }
                  walk:
                    assert seen != 1
                }
                """),
        Case(
            name: "guarded data that the hardware stores to", looserRule: "only what the hardware reads is N",
            property: "kept",
            text: """
                spec WalkStores
                shared mm guarded by lock {
                    lock: spinlock
                    pte: int in 0..<4
                }
                process mapper {
                    acquire(mm.lock)
                    mm.pte = 1
                    let now = mm.pte
                  kept:
                    assert now == 1
                    release(mm.lock)
                }
                process walker {
                    hardware { mm.pte = 2 }
                }
                """),
        Case(
            name: "a lock that an action's body observes", looserRule: "only guards and properties observe locks",
            property: "sees", verdict: .holds,
            text: """
                spec ActionLooks
                shared q guarded by lock {
                    lock: spinlock
                    x: int in 0..<4
                }
                shared var seen: bool
                process p {
                    acquire(q.lock)
                    q.x = 1
                    release(q.lock)
                }
                action look { if !free(q.lock) { seen = true } }
                reachable sees: seen
                """),
        Case(
            name: "a process that is started again before its end", looserRule: "the end of a process is B",
            property: "lock_use",
            text: """
                spec StartedTwice
                shared var x: int in 0..<4
                shared mine[pid] { v: int in 0..<4 private }
                process child starts {
                    x = 1
                    mine[self].v = 1
                }
                process parent {
                    start child
                    await x == 1
                    start child
                }
                """),
        Case(
            name: "an assume where a started process begins", looserRule: "its first micro-steps belong to the start",
            property: "never_one",
            text: """
                spec StartHides
                shared var x: int in 0..<4
                process child starts {
                    assume false
                    x = 2
                }
                process parent {
                    start child
                    x = 1
                }
                process o { x = 2 }
                invariant never_one: x != 1
                """),
        Case(
            name: "an assume after a store", looserRule: "an assume is B: it may end its step",
            property: "never_one",
            text: """
                spec AssumeHides
                shared q guarded by lock {
                    lock: spinlock
                    n: int in 0..<4
                }
                shared var x: int in 0..<4
                process p {
                    acquire(q.lock)
                    x = 1
                    q.n = 1
                    assume q.n == 2
                    release(q.lock)
                }
                process o { x = 2 }
                invariant never_one: x != 1
                """),
        Case(
            name: "an assert after a store", looserRule: "an assert is B: it may end its step",
            property: "never_one",
            text: """
                spec AssertHides
                shared q guarded by lock {
                    lock: spinlock
                    n: int in 0..<4
                }
                shared var x: int in 0..<4
                process p {
                    acquire(q.lock)
                    x = 1
                    q.n = 1
                    assert q.n == 2
                    release(q.lock)
                }
                process o { x = 2 }
                invariant never_one: x != 1
                """),
        Case(
            name: "a claim while the owner runs",
            looserRule: "private data are B although another process may claim them",
            property: "ownership",
            text: """
                spec ClaimRace
                shared var x: int in 0..<4
                shared mine[pid] private { v: int in 0..<4 }
                process child {
                    x = 1
                    mine[self].v = 1
                }
                process parent {
                    await x == 1
                    claim(mine[child])
                    mine[child].v = 2
                    publish(mine[child])
                }
                """),
    ]

    @Test(arguments: cases) func stepsFindIt(_ example: Case) {
        var comparer = Comparer(limit: 5000)
        comparer.comparesBase = true
        let result = comparer.compare(example.text)
        #expect(
            // A claim that is broken ends the run: only its own verdict counts then.
            result.mistakes.isEmpty && (result.refusal == nil || example.property == "ownership"),
            "\(result.mistakes) \(result.refusal ?? "")")
        #expect(result.verdicts[example.property] == example.verdict, "looser rule: \(example.looserRule)")
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
    }
}
