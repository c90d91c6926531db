// The shipped specs: each check holds with its exact number of states, each known fault is found by its property.

import Checker
import Foundation
import Model
import Testing

/// The specs of the repository, run as the command line runs them.
@Suite struct ShippedSpecTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] != nil

    /// The large ones are left out of a quick run.
    static let paths =
        ["Specs/addresses.spec", "Specs/crypto.spec", "Specs/prime.spec", "Specs/tlb.spec"]
        + ["condition", "ring", "sleeplock", "spinlock"].map { "Specs/library/\($0).spec" }
        + ["queue_live", "lock_live", "spin_live", "prime_live"].map { "Specs/live/\($0).spec" }
        + (isQuick ? [] : ["queue", "map", "map_words", "forkexec"].map { "Specs/\($0).spec" })

    static func run(_ path: String, _ options: CheckOptions = CheckOptions()) throws -> SpecResult {
        let source = SourceFile(path: path, bytes: [UInt8](try Data(contentsOf: root.appending(path: path))))
        let read: SpecLoader.Reader = { file in
            (try? Data(contentsOf: root.appending(path: file))).map { [UInt8]($0) }
        }
        return check(source, read: read, options: options)
    }

    @Test(arguments: paths)
    func everyExpectationIsMet(path: String) throws {
        let result = try Self.run(path)
        #expect(result.diagnostics.filter { $0.severity == .error }.isEmpty)
        #expect(!result.checks.isEmpty)
        for check in result.checks {
            let name = check.name ?? "default"
            #expect(check.isMet == true, "\(path) \(name): \(check.unmetReason ?? "")")
            #expect(check.internalErrors.isEmpty, "\(path) \(name)")
        }
        #expect(ExitStatus.of([result]) == .success)
        let counts = result.checks.map {
            "\($0.name ?? "default"): \($0.states) states, \($0.transitions) steps, depth \($0.depth), \($0.scope)\n"
        }
        let name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
        try Golden.expect(counts.joined(), at: "\(name)/counts.txt")
    }

    @Test func theQueueHasExactlyItsStates() throws {
        var options = CheckOptions()
        options.only = ["default"]
        let check = try #require(Self.run("Specs/queue.spec", options).checks.first)
        #expect(check.states == 166)
        #expect(check.symmetry?.represented == 330)
        #expect(check.scope == .exhaustive)
        options.usesSymmetry = false
        let full = try #require(Self.run("Specs/queue.spec", options).checks.first)
        #expect(full.states == 330)
        #expect(full.symmetry == nil)
    }

    @Test func theQueuesFaultHasTheShortestTrace() throws {
        var options = CheckOptions()
        options.fault = "Q1"
        let result = try Self.run("Specs/queue.spec", options)
        let property = try #require(result.checks.first?.violated.first)
        #expect(property.name == "no_lost_request")
        #expect(property.steps == 8)
        #expect(
            property.trace?.steps.map(\.name) == [
                "insert.acquire", "insert.put", "insert.acquire", "insert.put", "insert.acquire", "insert.put",
                "insert.acquire", "insert.put",
            ])
        #expect(ExitStatus.of([result]) == .property)
    }

    /// The base meaning, in which every micro-step is a step, gives the same verdicts.
    @Test(
        arguments: ["Specs/tlb.spec", "Specs/library/sleeplock.spec", "Specs/library/condition.spec"]
            + (isQuick ? [] : ["Specs/prime.spec", "Specs/crypto.spec"]))
    func theBaseMeaningAgrees(path: String) throws {
        var options = CheckOptions()
        options.isUnreduced = true
        for check in try Self.run(path, options).checks {
            #expect(check.isMet == true, "\(path) \(check.name ?? "default"): \(check.unmetReason ?? "")")
        }
    }

    @Test func theSameRunGivesTheSameBytes() throws {
        let first = JSONReport.document([try Self.run("Specs/tlb.spec")], exitCode: 0, version: "")
        let second = JSONReport.document([try Self.run("Specs/tlb.spec")], exitCode: 0, version: "")
        func untimed(_ text: String) -> String { text.components(separatedBy: "\"timing\"").first ?? "" }
        #expect(untimed(first) == untimed(second))
    }
}
