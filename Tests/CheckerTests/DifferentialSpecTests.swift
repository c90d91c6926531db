// The bytecode engine against the reference semantics, and steps against the base meaning, on the shipped specs.

import Checker
import Model
import Testing

@Suite struct DifferentialSpecTests {
    /// A spec with constants that make it small enough for the reference.
    struct Shipped: CustomTestStringConvertible, Sendable {
        let path: String
        var constants = ""
        var fault: String?
        var testDescription: String { [path, constants, fault ?? ""].filter { !$0.isEmpty }.joined(separator: " ") }
    }

    static let shipped = [
        Shipped(path: "Specs/queue.spec", constants: "ROUNDS: 1"),
        Shipped(path: "Specs/queue.spec", constants: "SLOTS: 2, ROUNDS: 1"),
        Shipped(path: "Specs/queue.spec", fault: "Q1"),
        Shipped(path: "Specs/library/condition.spec", constants: "WAITERS: 2"),
        Shipped(path: "Specs/library/ring.spec", constants: "SIZE: 1, ROUNDS: 1"),
        Shipped(path: "Specs/library/sleeplock.spec", constants: "USERS: 2, ROUNDS: 1"),
        Shipped(path: "Specs/library/spinlock.spec", constants: "USERS: 2"),
        Shipped(path: "Specs/prime.spec"),
    ]

    @Test(arguments: shipped) func enginesAgree(_ spec: Shipped) throws {
        let path = "\(packageFolder)/\(spec.path)"
        let bytes = try #require(specBytes(path))
        var comparer = Comparer(limit: isQuick ? 2000 : 8000)
        comparer.comparesBase = false
        comparer.settings = settings(spec.constants)
        comparer.fault = spec.fault
        let text = String(decoding: bytes, as: UTF8.self)
        let result = comparer.compare(text, path: path, read: specBytes)
        #expect(result.differences.isEmpty, "\(result.differences.joined(separator: "\n"))")
        #expect(result.mistakes.isEmpty, "\(result.mistakes.joined(separator: "\n"))")
    }
}
