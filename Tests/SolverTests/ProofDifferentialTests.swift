// Z3's verdict on random proofs against the reference run with every value of their parameters.

import Checker
import Foundation
import Model
import Testing

@Suite struct ProofDifferentialTests {
    static let isQuick = ProcessInfo.processInfo.environment["SHMCHECK_QUICK"] != nil
    /// Each part is one range of seeds, so that parts run beside each other.
    static let parts = isQuick ? 2 : 6
    static let casesPerPart = isQuick ? 30 : 100

    struct Tally {
        var holds = 0
        var violated = 0
        var vacuous = 0
        var rejected = 0
        /// No answer in time is no wrong answer; many of them would leave little to compare.
        var undecided = 0
    }

    @Test(arguments: 0..<parts)
    func z3AgreesWithEveryValue(part: Int) {
        var tally = Tally()
        for seed in (part * 10_000)..<(part * 10_000 + Self.casesPerPart) { compare(UInt64(seed), &tally) }
        // Most texts are well-typed, and every verdict occurs: otherwise nothing is compared.
        #expect(tally.rejected < Self.casesPerPart / 4, "\(tally)")
        #expect(tally.undecided < Self.casesPerPart / 5, "\(tally)")
        #expect(tally.holds > 0 && tally.violated > Self.casesPerPart / 4, "\(tally)")
    }

    private func compare(_ seed: UInt64, _ tally: inout Tally) {
        var writer = RandomProofs(seed: seed)
        let text = writer.spec()
        let source = SourceFile(path: "seed-\(seed).spec", text: text)
        var options = CheckOptions()
        options.solverSeconds = 10
        let result = check(source, read: { _ in nil }, options: options)
        guard let property = result.checks.first?.properties.first else {
            tally.rejected += 1
            return
        }
        guard property.verdict != .unknown else {
            tally.undecided += 1
            return
        }
        guard let expected = bruteForce(source) else {
            Issue.record("seed \(seed): no model")
            return
        }
        switch expected {
        case .holds: tally.holds += 1
        case .violated: tally.violated += 1
        default: tally.vacuous += 1
        }
        #expect(property.verdict == expected, "seed \(seed): \(property.message ?? "")\n\(text)")
        #expect(result.checks.first?.internalErrors == [], "seed \(seed)\n\(text)")
        if property.verdict == .violated {
            #expect(property.counterexample?.run.outcome.isViolation == true, "seed \(seed)")
        }
    }

    /// The verdict by trying every value.
    private func bruteForce(_ source: SourceFile) -> Verdict? {
        let diagnostics = Diagnostics()
        var loader = SpecLoader(diagnostics: diagnostics, read: { _ in nil })
        guard let loaded = loader.load(source),
            let model = typeCheck(loaded.items, settings: [], diagnostics: diagnostics),
            let declaration = model.proofs.first
        else { return nil }
        let proof = lower(declaration, of: model)
        let domains = declaration.body.locals.prefix(declaration.parameterCount).map {
            model.types.allValues(of: $0.type, limit: 256) ?? []
        }
        var isReached = false
        for word in domains[0] {
            for number in domains[1] {
                for flag in domains[2] {
                    let outcome = proof.run(with: [word, number, flag]).outcome
                    if outcome.isViolation { return .violated }
                    if outcome != .excluded { isReached = true }
                }
            }
        }
        return isReached ? .holds : .notReached
    }
}
