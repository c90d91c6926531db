// The same bytes for any number of threads: verdicts, counts, traces, and what a limit leaves.

import Checker
import Foundation
import Model
import Testing

@Suite struct ParallelTests {
    /// What is run by several numbers of threads, with depths that are large enough to be shared.
    struct Run: Sendable, CustomTestStringConvertible {
        let path: String
        var constants: [String: UInt64] = [:]
        var fault: String?
        var states: Int?
        var testDescription: String { "\(path) \(constants) \(fault ?? "") \(states ?? 0)" }
    }

    static let runs = [
        Run(path: "Benchmarks/peers/peterson.spec", constants: ["N": 5]),
        Run(path: "Benchmarks/peers/peterson.spec", constants: ["N": 5], states: 50_000),
        Run(path: "Benchmarks/peers/peterson_symmetric.spec", constants: ["N": 6]),
        Run(path: "Benchmarks/peers/ring.spec", constants: ["N": 4, "K": 2]),
        Run(path: "Benchmarks/peers/phil.spec", constants: ["N": 10]),
        Run(path: "Benchmarks/peers/pages.spec", constants: ["V": 2]),
        Run(path: "Specs/prime.spec"), Run(path: "Specs/tlb.spec"),
        Run(path: "Specs/library/sleeplock.spec"),
        Run(path: "Specs/live/lock_live.spec"), Run(path: "Specs/crypto.spec", fault: "S3"),
        Run(path: "Specs/tlb.spec", fault: "R5"),
    ]

    @Test(arguments: runs)
    func anyNumberOfThreadsGivesTheSameBytes(run: Run) throws {
        var documents: [String] = []
        for threads in [1, 2, 5] {
            var options = CheckOptions()
            options.threads = threads
            options.fault = run.fault
            options.limits.states = run.states
            options.keepsGoing = run.fault != nil
            options.definitions = run.constants.sorted { $0.key < $1.key }.map { name, value in
                let range = SourceRange(
                    file: SourceFile(path: "-D", text: name), start: 0, end: name.utf8.count)
                return SettingSyntax(
                    name: Identifier(text: name, range: range),
                    value: ExpressionSyntax(.integer(value), range))
            }
            let result = try ShippedSpecTests.run(run.path, options)
            var text = JSONReport.document([result], exitCode: 0, version: "")
            text = text.components(separatedBy: "\"timing\"").first ?? ""
            for property in result.checks.flatMap(\.properties) {
                guard let trace = property.trace else { continue }
                text += ITFReport.document(trace, source: "", property: property.name, verdict: "violated")
            }
            documents.append(text)
        }
        #expect(documents[0] == documents[1])
        #expect(documents[0] == documents[2])
    }
}
