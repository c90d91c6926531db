// Random small specs: bytecode against reference, steps against base meaning. A failing spec is printed, shrunk.

import Checker
import Foundation
import Model
import Testing

@Suite(.serialized) struct RandomSpecTests {
    /// Verdicts that still differ between steps and base meaning, each with an open issue.
    static let tolerated: Set<String> = []

    @Test func enginesAgreeOnRandomSpecs() {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["SHMCHECK_SEED"].flatMap { UInt64($0) }
        // Whether a change may land is no matter of luck; everywhere else the seeds are new each time.
        let first = given ?? (environment["CI"] == "true" ? 205_357_897_320 : UInt64.random(in: 0..<1 << 40))
        let asked = environment["SHMCHECK_SPECS"].flatMap { Int($0) }
        let count = asked ?? (given != nil ? 1 : isQuick ? 300 : 3000)
        print("random specs from seed \(first): SHMCHECK_SEED=N runs the spec of one seed")
        var tally = Tally()
        for number in 0..<count {
            let seed = first &+ UInt64(number)
            var writer = RandomWriter(seed: seed)
            let spec = writer.spec()
            tally.add(run(spec, seed), writer.kinds)
            if tally.failures > 8 { break }
        }
        tally.report(isFull: given == nil && asked == nil && !isQuick)
    }

    private var comparer: Comparer {
        var comparer = Comparer(limit: 1500)
        comparer.tolerated = Self.tolerated
        return comparer
    }

    private func run(_ spec: PieceSpec, _ seed: UInt64) -> Comparison {
        let result = comparer.compare(spec.text)
        // Now and then a quantifier repeats an unguarded read: such a spec is refused, rightly.
        let mistakes = result.mistakes.filter { !$0.hasPrefix("unguarded_loads") }
        if !mistakes.isEmpty {
            Issue.record("seed \(seed) is no spec: \(mistakes.joined(separator: "\n"))\n\(spec.text)")
        }
        guard let first = result.differences.first else { return result }
        let subject = Self.subject(first)
        let small = spec.shrunk { text in
            comparer.compare(text).differences.contains { Self.subject($0) == subject }
        }
        let differences = comparer.compare(small.text).differences.joined(separator: "\n")
        Issue.record(
            "seed \(seed):\n\(result.differences.joined(separator: "\n"))\nshrunk:\n\(small.text)\n\(differences)")
        return result
    }

    /// What a difference is about, without its numbers.
    private static func subject(_ difference: String) -> String {
        difference.split(separator: ":").prefix(2).joined(separator: ":")
    }

    /// What was run, and how often each kind of statement and expression occurred.
    private struct Tally {
        var kinds: [String: Int] = [:]
        var verdicts: [Verdict: Int] = [:]
        var compared = 0
        var tooLarge = 0
        var failures = 0
        var states = 0

        mutating func add(_ result: Comparison, _ written: [String: Int]) {
            if !result.differences.isEmpty { failures += 1 }
            guard result.refusal == nil else { return tooLarge += 1 }
            compared += 1
            states += result.states
            kinds.merge(written) { $0 + $1 }
            for verdict in result.verdicts.values { verdicts[verdict, default: 0] += 1 }
        }

        func report(isFull: Bool) {
            print("\(compared) specs compared, \(states) states, \(tooLarge) too large")
            print(verdicts.map { "\($0.key.word) \($0.value)" }.sorted().joined(separator: ", "))
            for (kind, count) in kinds.sorted(by: { $0.key < $1.key }) { print("\(kind): \(count)") }
            guard isFull else { return }
            for (kind, count) in kinds { #expect(count >= 100, "\(kind) occurs \(count) times only") }
        }
    }
}
