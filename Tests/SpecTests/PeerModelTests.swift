// The peers' models written as rules: exactly the states and steps that SPIN, Rumur and TLC count.

import Checker
import Model
import Testing

/// The models of `Benchmarks/peers`, whose counts all tools agree on.
///
/// SPIN's `pages` has one step more before it begins, and so one more in depth.
@Suite struct PeerModelTests {
    struct Model: Sendable, CustomTestStringConvertible {
        let name: String
        let constants: [String: UInt64]
        let states: Int
        let transitions: Int
        let depth: Int?
        var testDescription: String { "\(name) \(constants)" }
    }

    static let small = [
        Model(name: "peterson", constants: ["N": 4], states: 9_272, transitions: 25_792, depth: nil),
        Model(name: "peterson", constants: ["N": 5], states: 223_105, transitions: 741_065, depth: 48),
        Model(name: "ring", constants: ["N": 3, "K": 2], states: 6_670, transitions: 13_954, depth: nil),
        Model(name: "ring", constants: ["N": 4, "K": 2], states: 60_010, transitions: 147_380, depth: nil),
        Model(name: "phil", constants: ["N": 10], states: 59_048, transitions: 393_650, depth: nil),
        Model(name: "pages", constants: ["V": 2], states: 16_876, transitions: 193_098, depth: 13),
    ]
    static let large = [
        Model(name: "peterson", constants: ["N": 6], states: 5_779_920, transitions: 22_245_396, depth: 68),
        Model(name: "ring", constants: ["N": 5, "K": 3], states: 1_087_923, transitions: 2_853_159, depth: 81),
        Model(name: "phil", constants: ["N": 13], states: 1_594_322, transitions: 13_817_453, depth: nil),
        Model(name: "pages", constants: ["V": 3], states: 1_984_476, transitions: 37_225_250, depth: 17),
        Model(name: "grid", constants: ["M": 8], states: 2_097_152, transitions: 14_680_064, depth: 49),
    ]

    @Test(arguments: small + (ShippedSpecTests.isQuick ? [] : large))
    func countsAreThoseOfThePeers(model: Model) throws {
        var options = CheckOptions()
        options.checksDeadlock = false
        options.definitions = model.constants.map { name, value in
            let source = SourceFile(path: "-D", text: name)
            let range = SourceRange(file: source, start: 0, end: name.utf8.count)
            return SettingSyntax(
                name: Identifier(text: name, range: range), value: ExpressionSyntax(.integer(value), range))
        }
        let result = try ShippedSpecTests.run("Benchmarks/peers/\(model.name).spec", options)
        let check = try #require(result.checks.first)
        #expect(check.scope == .exhaustive)
        #expect(check.states == model.states)
        #expect(check.transitions == model.transitions)
        if let depth = model.depth { #expect(check.depth == depth) }
        #expect(check.violated.isEmpty)
    }
}
