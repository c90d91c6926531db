// Discharges one `prove` block: encoded for all values, solved, and judged again by the reference where it fails.

public import Model
import Solver

/// Values that refute a proof, as they are told.
public struct Counterexample: Sendable {
    /// The proof as code.
    public let proof: SystemProof
    /// The reference's run with these values.
    public let run: ProofRun
    /// One value for each parameter.
    public let arguments: [Value]
    /// Whether the search for the least values came to its end.
    public let isLeast: Bool
}

/// What is known of a proof.
enum ProofJudgement {
    /// For all values; `scope` says which.
    case holds(scope: String)
    /// No values satisfy the condition: nothing is claimed.
    case vacuous
    case violated(Counterexample)
    case unknown(reason: String, at: SourceRange, advice: String?)
    /// Solver and reference disagree: a mistake of ours.
    case mismatch(String)
}

/// Remembers which queries were found to hold, by their text, over the checks of one run.
final class ProofCache {
    private(set) var known: Set<String> = []
    /// Proofs that were not solved again.
    private(set) var hits = 0

    func contains(_ script: String) -> Bool {
        guard known.contains(script) else { return false }
        hits += 1
        return true
    }

    func insert(_ script: String) { known.insert(script) }
}

/// Judges the proofs of one model.
struct ProofJudge {
    let model: TypedModel
    let limits: SolverLimits
    let cache: ProofCache

    /// A proof encoded: its parameters as variables, and what refutes it.
    struct Encoded {
        let pool: TermPool
        let values: SymbolicValues
        let parameters: [SymbolicValues.Unknown]
        let isValid: Term
        let violation: Term
        /// True for the values that reach the claim or a violation: false for all makes the proof vacuous.
        let isReached: Term
        let incomplete: Term
        let incompleteRange: SourceRange?
    }

    func judge(_ proof: ProofDeclaration) -> ProofJudgement {
        let encoded: Encoded
        do throws(EncodingFailure) {
            encoded = try encode(proof)
        } catch {
            return .unknown(reason: error.message, at: error.range, advice: error.advice)
        }
        let roots = [encoded.isValid, encoded.violation, encoded.incomplete, encoded.isReached]
        let script = encoded.pool.script(asserting: roots)
        if cache.contains(script) { return .holds(scope: scope(of: proof, encoded)) }
        let judgement = solve(proof, encoded)
        if case .holds = judgement { cache.insert(script) }
        return judgement
    }

    /// Steps of libz3 for the question whether a loop may go on; without an answer it may.
    private static let probeEffort: UInt32 = 500_000

    /// Encodes a proof for all values of its parameters.
    func encode(_ proof: ProofDeclaration) throws(EncodingFailure) -> Encoded {
        let pool = TermPool()
        let encoder = FormulaEncoder(model: model, pool: pool)
        let probe = Solver(pool, limits: limits)
        probe.effort = Self.probeEffort
        encoder.isPossible = { condition in
            if case .unsatisfiable = probe.check(assuming: [condition]) { false } else { true }
        }
        var parameters: [SymbolicValues.Unknown] = []
        for index in 0..<proof.parameterCount {
            let local = proof.body.locals[index]
            guard let unknown = encoder.values.unknown(local.type, local.name) else {
                throw encoder.fail("\(local.name) has a type without values", at: proof.range)
            }
            parameters.append(unknown)
            probe.assert(unknown.isValid)
            encoder.path.locals[index] = unknown.value
        }
        if let condition = proof.condition { encoder.cut(unless: try encoder.bool(condition)) }
        guard case .bool(let claim) = try encoder.run(proof.body.statements, .bool, proof.body.range) else {
            throw encoder.fail("the claim is no truth value", at: proof.range)
        }
        let isFalse = pool.and(encoder.path.live, pool.not(claim))
        return Encoded(
            pool: pool, values: encoder.values, parameters: parameters, isValid: pool.all(parameters.map(\.isValid)),
            violation: pool.or(encoder.traps, isFalse), isReached: pool.or(encoder.traps, encoder.path.live),
            incomplete: encoder.incomplete, incompleteRange: encoder.incompleteRange)
    }

    // MARK: Solving

    private func solve(_ proof: ProofDeclaration, _ encoded: Encoded) -> ProofJudgement {
        let solver = Solver(encoded.pool, limits: limits)
        solver.assert(encoded.isValid)
        switch solver.decide(encoded.violation) {
        case .satisfiable(let assignment): return refuted(proof, encoded, assignment, solver)
        case .unknown(let reason): return unknown(reason, at: proof.range)
        case .unsatisfiable: break
        }
        switch solver.decide(encoded.incomplete) {
        case .satisfiable:
            return .unknown(
                reason: "a loop may go on after it was unrolled", at: encoded.incompleteRange ?? proof.range,
                advice: "bound the number of turns in `where`")
        case .unknown(let reason): return unknown(reason, at: proof.range)
        case .unsatisfiable: break
        }
        switch solver.decide(encoded.isReached) {
        case .satisfiable: return .holds(scope: scope(of: proof, encoded))
        case .unknown(let reason): return unknown(reason, at: proof.range)
        case .unsatisfiable: return .vacuous
        }
    }

    private func unknown(_ reason: String, at range: SourceRange) -> ProofJudgement {
        let advice: String?
        switch reason {
        case "timeout":
            advice =
                "give it longer (--smt-timeout), narrow the parameters in `where`, or cut the claim into lemmas; "
                + "products and quotients of two unknown words are the hardest"
        case "interrupted": advice = nil
        default: advice = "a smaller claim may be decided"
        }
        let words = reason == "timeout" ? "Z3 gave no answer within \(limits.seconds.described)" : "Z3: \(reason)"
        return .unknown(reason: words, at: range, advice: advice)
    }

    private func scope(of proof: ProofDeclaration, _ encoded: Encoded) -> String {
        let locals = proof.body.locals.prefix(proof.parameterCount)
        let names = locals.map { "\($0.name): \(model.types.name(of: $0.type))" }.joined(separator: ", ")
        if proof.parameterCount == 0 { return "no parameters" }
        let areWords = locals.allSatisfy { local in
            switch local.type {
            case .bool: true
            case .integer(let type): type == IntegerType(kind: type.kind)
            default: false
            }
        }
        guard areWords else { return "for all values of \(names)" }
        let bits = encoded.parameters.flatMap(\.leaves).reduce(0) { $0 + max(1, $1.width) }
        return "for all 2^\(bits) values of \(names)"
    }

    // MARK: Refutation

    private func refuted(
        _ proof: ProofDeclaration, _ encoded: Encoded, _ first: Assignment, _ solver: Solver
    ) -> ProofJudgement {
        let system = lower(proof, of: model)
        func arguments(_ assignment: Assignment) -> [Value] {
            encoded.parameters.enumerated().map { index, unknown in
                encoded.values.value(unknown.value, proof.body.locals[index].type, under: assignment)
            }
        }
        var search = LeastValues(
            pool: encoded.pool, solver: solver, isValid: encoded.isValid, claim: encoded.violation,
            leaves: encoded.parameters.flatMap(\.leaves))
        let (least, isLeast) = search.search(from: first)
        for (assignment, isLeast) in [(least, isLeast), (first, false)] {
            let values = arguments(assignment)
            let run = system.run(with: values)
            guard run.outcome.isViolation else { continue }
            return .violated(Counterexample(proof: system, run: run, arguments: values, isLeast: isLeast))
        }
        let outcome = system.run(with: arguments(first)).outcome
        return .mismatch("\(proof.name): Z3 refutes it with values for which the reference says \(outcome)")
    }
}

extension Double {
    /// `5 s`, `1 ms`
    fileprivate var described: String {
        self < 1 ? "\(Int((self * 1000).rounded())) ms" : self == rounded() ? "\(Int(self)) s" : "\(self) s"
    }
}
