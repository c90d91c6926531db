// The same bytes from native code and from bytecode: verdicts, counts and traces of every shipped spec.

import Checker
import Foundation
import Model
import Testing

@Suite struct EngineTests {
    @Test(arguments: ShippedSpecTests.paths)
    func nativeCodeGivesTheBytesOfBytecode(path: String) throws {
        let documents = try Engine.allCases.filter(\.isAvailable).map { engine in
            var options = CheckOptions()
            options.engine = engine
            return Self.text(of: try ShippedSpecTests.run(path, options))
        }
        for document in documents { #expect(document == documents[0]) }
    }

    @Test func nativeCodeFindsTheSameOrbits() throws {
        let documents = try Engine.allCases.filter(\.isAvailable).map { engine in
            var options = CheckOptions()
            options.engine = engine
            return Self.text(of: try ShippedSpecTests.run("Benchmarks/peers/peterson_symmetric.spec", options))
        }
        for document in documents { #expect(document == documents[0]) }
    }

    /// Everything that is violated, and not only the first of it.
    @Test(arguments: [
        "Specs/crypto.spec", "Specs/tlb.spec", "Specs/prime.spec", "Specs/library/sleeplock.spec",
        "Specs/live/lock_live.spec",
    ])
    func allFaultsAreTheSame(path: String) throws {
        let documents = try Engine.allCases.filter(\.isAvailable).map { engine in
            var options = CheckOptions()
            options.engine = engine
            options.keepsGoing = true
            options.isUnreduced = true
            options.limits.states = 200_000
            return Self.text(of: try ShippedSpecTests.run(path, options))
        }
        for document in documents { #expect(document == documents[0]) }
    }

    /// The report without times, and all traces.
    private static func text(of result: SpecResult) -> String {
        var text = JSONReport.document([result], exitCode: 0, version: "")
        text = text.components(separatedBy: "\"timing\"").first ?? ""
        for property in result.checks.flatMap(\.properties) {
            guard let trace = property.trace else { continue }
            text += ITFReport.document(trace, source: "", property: property.name, verdict: "violated")
        }
        return text
    }
}
