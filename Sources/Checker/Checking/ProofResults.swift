// Verdicts of `prove` blocks, beside those of explored properties or alone.

import Model
import Solver

/// Judges all proofs of a configuration.
struct ProofResults {
    let model: TypedModel
    let options: CheckOptions
    let cache: ProofCache

    /// One result for each proof, in file order; a disagreement of solver and reference is an error of ours.
    func results(_ errors: inout [String]) -> [PropertyResult] {
        var limits = SolverLimits(seconds: options.solverSeconds, isCancelled: options.limits.isCancelled)
        limits.record = options.didAsk
        let judge = ProofJudge(model: model, limits: limits, cache: cache)
        return model.proofs.map { proof in
            let judgement = judge.judge(proof)
            if case .mismatch(let message) = judgement { errors.append(message) }
            return result(of: proof, judgement)
        }
    }

    private func result(of proof: ProofDeclaration, _ judgement: ProofJudgement) -> PropertyResult {
        var (verdict, message, range) = (Verdict.holds, proof.message, proof.range)
        var (counterexample, scope, advice): (Counterexample?, String?, String?)
        switch judgement {
        case .holds(let values): scope = values
        case .vacuous:
            verdict = .notReached
            advice = "no values satisfy its condition, so it claims nothing"
        case .violated(let values):
            verdict = .violated
            counterexample = values
        case .unknown(let reason, let place, let help):
            (verdict, message, range, advice) = (.unknown, reason, place, help)
        case .mismatch(let words): (verdict, message) = (.error, words)
        }
        var result = PropertyResult(
            name: proof.name, kind: .prove, verdict: verdict, message: message, range: range, trace: nil,
            evaluations: nil, witnessDepth: nil)
        result.counterexample = counterexample
        result.scope = scope
        result.advice = advice
        return result
    }
}

extension TypedModel {
    /// Whether nothing in it runs, so that there are only proofs to judge.
    var isOfProofsAlone: Bool {
        !proofs.isEmpty && processes.isEmpty && actions.isEmpty && properties.isEmpty && initializers.isEmpty
    }
}

extension CheckRun {
    func proofs(of model: TypedModel) -> ProofResults { ProofResults(model: model, options: options, cache: cache) }

    /// A check of a spec in which nothing runs: no state is explored.
    func proofsAlone(_ model: TypedModel, _ diagnostics: Diagnostics, elapsed: () -> Duration) -> CheckResult {
        guard let system = lower(model, options: LoweringOptions(), diagnostics: diagnostics) else {
            return .unexplored(configuration, diagnostics.all, isMet: false, reason: "the spec is rejected")
        }
        var errors: [String] = []
        let properties = proofs(of: model).results(&errors)
        let (isMet, reason) = judgement(of: properties)
        let time = elapsed().components
        let isInterrupted = options.limits.isCancelled?() ?? false
        return CheckResult(
            name: configuration.name, fault: configuration.fault, story: configuration.story,
            constants: model.constants.filter(\.isOwn), memory: model.memory,
            scope: isInterrupted ? .partial : .exhaustive, depthBound: configuration.depth,
            limit: isInterrupted ? .interrupt : nil, states: 0, transitions: 0, depth: 0, frontier: 0, neverEnabled: [],
            exploredAsUnguarded: [], expected: configuration.expected, isMet: isMet, unmetReason: reason,
            properties: properties, lockCycles: [], diagnostics: diagnostics.all, system: system,
            seconds: Double(time.seconds) + Double(time.attoseconds) * 1e-18, bytes: 0, internalErrors: errors)
    }

    private func judgement(of properties: [PropertyResult]) -> (Bool?, String?) {
        func open(_ property: PropertyResult) -> (Bool?, String?) {
            (property.verdict == .unknown ? nil : false, "\(property.name) \(property.verdict.word)")
        }
        switch configuration.expected {
        case nil: return (nil, nil)
        case .rejected(let code): return (false, "the spec is accepted, not rejected with \(code)")
        case .deadlock: return (false, "nothing runs in this spec")
        case .holds:
            let others = properties.filter { $0.verdict != .holds }
            guard let first = others.first(where: { $0.verdict != .unknown }) ?? others.first else {
                return (true, nil)
            }
            return open(first)
        case .violated(let name, let only):
            guard let property = properties.first(where: { $0.name == name }) else {
                return (false, "there is no \(name)")
            }
            guard property.verdict == .violated else { return open(property) }
            let also = properties.filter { $0.verdict == .violated && $0.name != name }.map(\.name)
            if only, !also.isEmpty { return (false, "also violated: \(also.joined(separator: ", "))") }
            return (true, nil)
        case .notReached(let name):
            guard let property = properties.first(where: { $0.name == name }) else {
                return (false, "there is no \(name)")
            }
            return property.verdict == .notReached ? (true, nil) : open(property)
        }
    }
}
