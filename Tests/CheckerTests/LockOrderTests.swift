// Cycles in the order of locks: found, shown with a run for each edge, and counted only where they are expected.

import Checker
import Model
import Testing

@Suite struct LockOrderTests {
    private func check(_ text: String, _ expectation: Checker.Expectation? = nil) throws -> CheckResult {
        var options = CheckOptions()
        options.keepsGoing = true
        options.expectation = expectation
        let result = Checker.check(
            SourceFile(path: "order.spec", text: text), read: { _ in nil }, options: options)
        return try #require(result.checks.first)
    }

    private func edges(_ result: CheckResult) -> [[String]] {
        result.lockCycles.map { $0.edges.map { "\($0.held) \($0.taken) \($0.steps)" } }
    }

    /// An outer lock keeps the two orders apart: no deadlock, and still a cycle.
    static let gated = """
        spec Gated
        shared var gate: spinlock
        shared var a: spinlock
        shared var b: spinlock
        process p {
            acquire(gate)
            acquire(a)
            acquire(b)
            release(b)
            release(a)
            release(gate)
        }
        process q {
            acquire(gate)
            acquire(b)
            acquire(a)
            release(a)
            release(b)
            release(gate)
        }

        """

    @Test func aCycleBehindAGateIsToldAndDoesNotCount() throws {
        let result = try check(Self.gated, .holds)
        #expect(result.isMet == true)
        #expect(!result.properties.contains { $0.name == "lock_order" })
        #expect(edges(result) == [["a b 3", "b a 3"]])
        for edge in result.lockCycles.flatMap(\.edges) {
            let names = try #require(edge.trace).steps.suffix(3).map(\.name)
            #expect(names.allSatisfy { $0.contains("acquire") })
        }
    }

    @Test func aCycleCountsWhereItIsExpected() throws {
        let result = try check(Self.gated, .violated("lock_order", only: true))
        #expect(result.isMet == true)
        let order = try #require(result.properties.first { $0.name == "lock_order" })
        #expect(order.verdict == .violated)
        #expect(order.message == "a -> b -> a")
        #expect(order.steps == 3)
    }

    @Test func withoutACycleTheExpectationFails() throws {
        let result = try check(
            """
            spec Straight
            shared var a: spinlock
            shared var b: spinlock
            process p[2] {
                acquire(a)
                acquire(b)
                release(a)
                release(b)
            }
            """, .violated("lock_order", only: false))
        #expect(result.isMet == false)
        #expect(result.lockCycles.isEmpty)
        #expect(result.properties.first { $0.name == "lock_order" }?.verdict == .holds)
    }

    @Test func threeLocksInARing() throws {
        let result = try check(
            """
            spec Three
            shared var a: spinlock
            shared var b: spinlock
            shared var c: spinlock
            func take(first: inout spinlock, second: inout spinlock) {
                acquire(first)
                acquire(second)
                release(second)
                release(first)
            }
            process p { take(a, b) }
            process q { take(b, c) }
            process r { take(c, a) }
            """)
        #expect(edges(result) == [["a b 2", "b c 2", "c a 2"]])
    }

    @Test func twoLocksOfOneDeclarationNeedAnOrderOfTheirElements() throws {
        let text = """
            spec Pair
            struct account {
                lock: spinlock
                v: int in 0..<4 guarded by lock
            }
            shared var bank: account[2]
            process p {
                BODY
                bank[0].v = 1
                release(bank[0].lock)
                release(bank[1].lock)
            }
            process q {
                acquire_ordered(bank[1].lock, bank[0].lock)
                release(bank[0].lock)
                release(bank[1].lock)
            }
            """
        let ordered = try check(text.replacing("BODY", with: "acquire_ordered(bank[0].lock, bank[1].lock)"))
        #expect(ordered.lockCycles.isEmpty)
        let wrong = try check(
            text.replacing("BODY", with: "acquire(bank[1].lock)\n    acquire(bank[0].lock)"))
        #expect(wrong.lockCycles.count == 1)
        #expect(wrong.lockCycles.first?.text(arrow: "->") == "bank[0].lock -> bank[1].lock -> bank[0].lock")
        #expect(wrong.properties.first { $0.name == "deadlock" }?.verdict == .violated)
    }
}
