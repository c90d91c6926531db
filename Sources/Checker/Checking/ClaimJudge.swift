// From what a solver says of a claim to an answer: runs are taken again by the reference before anyone sees them.

import Model
import Solver

/// Judges the claims of one system.
struct ClaimJudge {
    let spec: SpecSystem
    let options: ProveOptions

    private var system: TransitionSystem { spec.system }

    /// Names that `--invariant` takes.
    static func names(in system: TransitionSystem) -> [String] {
        system.properties.filter { $0.kind == .invariant || $0.kind == .always }.map(\.name)
            + system.assertions.map(\.name) + ["trap", "panic", "lock_use", "lock_discipline", "ownership"]
    }

    func result(_ path: String, _ diagnostics: Diagnostics) -> ProveResult {
        var (claims, queries): ([ClaimResult], Int) = ([], 0)
        if !spec.model.isOfProofsAlone { (claims, queries) = judged() }
        let proofs = blocks(diagnostics)
        return ProveResult(
            path: path, diagnostics: diagnostics.all, claims: claims, proofs: proofs,
            constants: system.constants.filter(\.isOwn), system: system, queries: queries, isUsageError: false)
    }

    /// The `prove` blocks that are asked for.
    private func blocks(_ diagnostics: Diagnostics) -> [PropertyResult] {
        var check = CheckOptions()
        check.solverSeconds = options.solverSeconds
        check.limits.isCancelled = options.isCancelled
        var errors: [String] = []
        let results = ProofResults(model: spec.model, options: check, cache: ProofCache()).results(&errors)
        return results.filter { options.invariants.isEmpty || options.invariants.contains($0.name) }
    }

    private func isWanted(_ claim: InvariantClaim) -> Bool {
        options.invariants.isEmpty || options.invariants.contains(claim.name)
    }

    private func judged() -> ([ClaimResult], Int) {
        if let feature = spec.model.unsupported.first(where: { $0.property == nil }) {
            return (unknown("not executed yet: \(feature.feature)", nil, nil), 0)
        }
        if let range = system.symbolicRange {
            return (unknown("`symbolic` words are explored, not proved of", range, "`check` explores them"), 0)
        }
        if system.memory != "sc" { return (unknown("not executed yet: memory \(system.memory)", nil, nil), 0) }
        let limits = SolverLimits(seconds: options.solverSeconds, isCancelled: options.isCancelled)
        let deadline = ContinuousClock.now + .seconds(options.seconds)
        do throws(EncodingFailure) {
            let prover = try InvariantProver(system, limits: limits, deadline: deadline)
            let claims = prover.claims().filter { isWanted($0) }
            guard !claims.isEmpty else { return ([], 0) }
            try prover.settle()
            var own = ProverOptions()
            own.depth = options.depth
            own.usesInduction = options.engine != .chc
            own.usesClauses = options.engine != .induction
            let answers = try prover.answers(to: claims, own)
            let results = zip(claims, answers).map { claim, answer in
                ClaimResult(name: claim.name, kind: kind(claim), range: claim.range, answer: told(claim, answer))
            }
            return (results, prover.queryCount)
        } catch {
            return (unknown(error.message, error.range, error.advice), 0)
        }
    }

    /// The same reason for every claim that is asked for.
    private func unknown(_ reason: String, _ range: SourceRange?, _ advice: String?) -> [ClaimResult] {
        let stated = system.properties.filter { $0.kind == .invariant || $0.kind == .always }.map {
            ClaimResult(
                name: $0.name, kind: $0.kind == .always ? .always : .invariant, range: $0.range,
                answer: .unknown(reason: reason, at: range ?? $0.range, advice: advice))
        }
        let asserts = system.assertions.map {
            ClaimResult(
                name: $0.name, kind: .assert, range: $0.range,
                answer: .unknown(reason: reason, at: range ?? $0.range, advice: advice))
        }
        let all = stated + asserts
        let wanted = all.filter { options.invariants.isEmpty || options.invariants.contains($0.name) }
        guard wanted.isEmpty else { return wanted }
        return [
            ClaimResult(
                name: options.invariants.first ?? "trap", kind: .trap, range: nil,
                answer: .unknown(reason: reason, at: range, advice: advice))
        ]
    }

    private func kind(_ claim: InvariantClaim) -> ReportedKind {
        switch claim.kind {
        case .property(let index): system.properties[index].kind == .always ? .always : .invariant
        case .step(.assertion): .assert
        case .step(.trap), .step(.panic): .trap
        case .step(.lockUse), .step(.lockDiscipline), .step(.ownership): .lock
        }
    }

    // MARK: Runs

    private func told(_ claim: InvariantClaim, _ answer: InvariantAnswer) -> ClaimResult.Answer {
        let end: StateRuns.End =
            switch claim.kind {
            case .property(let index): .property(index)
            case .step(let name): .step { Violation.Name($0) == name }
            }
        switch answer {
        case .inductive(let lemmas): return .inductive(lemmas: lemmas)
        case .provedByInduction(let k): return .proved(by: "k = \(k)")
        case .provedByClauses: return .proved(by: "Spacer")
        case .unknown(let reason, let range, let advice): return .unknown(reason: reason, at: range, advice: advice)
        case .violated(let states):
            do throws(TraceMismatch) {
                return .violated(try StateRuns(system).trace(states, end, isFromStart: true))
            } catch {
                return .error("\(claim.name): \(error.message)")
            }
        case .counterexampleToInduction(let states):
            do throws(TraceMismatch) {
                return .counterexampleToInduction(try StateRuns(system).trace(states, end, isFromStart: false))
            } catch {
                return .error("\(claim.name): \(error.message)")
            }
        }
    }
}
