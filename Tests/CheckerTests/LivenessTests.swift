// Temporal properties: each verdict against a second implementation, steps against the base meaning.

import Checker
import Foundation
import Model
import Testing

@Suite("Liveness") struct LivenessTests {
    // MARK: Random specs

    @Test("Every verdict is that of a nested depth-first search, and the same without reduction")
    func agreesWithTheOracle() {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["SHMCHECK_SEED"].flatMap { UInt64($0) }
        let first = given ?? (environment["CI"] == "true" ? 77_000 : UInt64.random(in: 0..<1 << 40))
        let asked = environment["SHMCHECK_SPECS"].flatMap { Int($0) }
        let count = asked ?? (given != nil ? 1 : isQuick ? 60 : 400)
        print("random temporal specs from seed \(first): SHMCHECK_SEED=N runs the spec of one seed")
        var tally: [String: Int] = [:]
        var failures = 0
        for number in 0..<count where failures < 6 {
            let seed = first &+ UInt64(number)
            var writer = LivenessWriter(seed: seed)
            let spec = writer.spec()
            guard let difference = Self.differences(spec.text, &tally).first else { continue }
            failures += 1
            let subject = difference.prefix { $0 != ":" }
            let small = spec.shrunk(budget: 200) { text in
                var ignored: [String: Int] = [:]
                return Self.differences(text, &ignored).contains { $0.hasPrefix(subject) }
            }
            Issue.record("seed \(seed): \(difference)\n\(small.text)")
        }
        print(tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        guard given == nil, asked == nil else { return }
        for verdict in [Verdict.holds, .violated] { #expect(tally["steps \(verdict.word)", default: 0] > count / 4) }
    }

    /// What two ways to judge a text differ in.
    private static func differences(_ text: String, _ tally: inout [String: Int]) -> [String] {
        var found: [String] = []
        var verdicts: [[String: Verdict]] = []
        var mayDiffer = false
        for isUnreduced in [false, true] {
            let mode = isUnreduced ? "base" : "steps"
            var options = CheckOptions()
            options.keepsGoing = true
            options.isUnreduced = isUnreduced
            options.limits.states = 4000
            let result = check(SourceFile(path: "random.spec", text: text), read: { _ in nil }, options: options)
            guard let only = result.checks.first, let system = only.system, only.scope == .exhaustive else {
                if let first = result.diagnostics.first { found.append("rejected: \(first.code) \(first.message)") }
                tally["\(mode) not compared", default: 0] += 1
                return found
            }
            found += only.internalErrors.map { "\(mode) error: \($0)" }
            var own: [String: Verdict] = [:]
            for property in only.properties where [.eventually, .leadsto, .temporal].contains(property.kind) {
                own[property.name] = property.verdict
                tally["\(mode) \(property.verdict.word)", default: 0] += 1
            }
            verdicts.append(own)
            if only.violated.contains(where: { [.trap, .lock, .assert].contains($0.kind) }) { mayDiffer = true }
            guard let oracle = LivenessOracle(system, limit: 400) else { continue }
            tally["\(mode) judged twice", default: 0] += 1
            found += compare(own, oracle).map { "\(mode) \($0)" }
        }
        if !mayDiffer, verdicts.count == 2 {
            for (name, verdict) in verdicts[0] where verdicts[1][name] != verdict {
                found.append("reduction of \(name): steps \(verdict.word), base \(verdicts[1][name]?.word ?? "-")")
            }
        }
        return found
    }

    private static func compare(_ verdicts: [String: Verdict], _ oracle: LivenessOracle) -> [String] {
        var found: [String] = []
        let reference = ReferenceProperties(oracle.system)
        for (index, property) in oracle.system.properties.enumerated() {
            guard let formula = property.temporal else { continue }
            var (isBroken, isReached) = (false, property.kind != .leadsto)
            for claim in reference.claims(of: index) {
                guard let letters = oracle.letters(of: index, for: claim) else { continue }
                if letters.contains(where: { $0[0] }) { isReached = true }
                if oracle.isBroken(formula, letters) { isBroken = true }
            }
            let anything = TemporalFormula.always(.atom(0))
            let hasRuns =
                !oracle.hasEndedPaths
                || oracle.isBroken(anything, Array(repeating: [false], count: oracle.stateCount))
            let wanted: Verdict = isBroken ? .violated : isReached && hasRuns ? .holds : .notReached
            if verdicts[property.name] != wanted {
                found.append(
                    "\(property.name): engine \(verdicts[property.name]?.word ?? "-"), oracle \(wanted.word)")
            }
        }
        return found
    }
}
