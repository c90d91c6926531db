// A `prove` block as code, and its meaning for given values: the oracle for what a solver says of all of them.

/// A `prove` block as code.
public struct SystemProof: Sendable {
    /// Its name.
    public let name: String
    /// Locals of the parameters, in order.
    public let parameters: [LocalID]
    /// Assumes the condition, runs the body, and puts the claim into `result`.
    public let code: Code
    /// Where the claim is.
    public let result: LocalID
    /// `assert`s of the body.
    public let assertions: [Assertion]
    /// Names of the body's own locals, parameters first.
    public let names: [(name: String, local: LocalID)]
    /// What type identifiers stand for.
    public let types: TypeTable
}

/// One run of a proof's code.
public struct ProofRun: Sendable {
    /// How it ended.
    public let outcome: ProofOutcome
    /// The values that locals had at the end.
    public let locals: [LocalID: Value]
    /// What was claimed last, over these locals.
    public let claim: Formula?
}

/// What a proof's code does with given values.
public enum ProofOutcome: Sendable, Equatable {
    case holds
    /// The claim is false.
    case isFalse
    /// The condition, or an `assume`, excludes these values.
    case excluded
    /// A trap, a panic or a failed assertion, with its words.
    case traps(String, SourceRange)
    /// It does what only processes do.
    case notEvaluated(String, SourceRange)

    /// Whether these values refute the proof.
    public var isViolation: Bool {
        switch self {
        case .isFalse, .traps: true
        case .holds, .excluded, .notEvaluated: false
        }
    }
}

extension SystemProof {
    /// Runs the proof with values for its parameters.
    ///
    /// - Parameter arguments: one value for each parameter, of its type.
    /// - Returns: what comes out, and how.
    public func run(with arguments: [Value]) -> ProofRun {
        var evaluator = Evaluator(types: types, context: NoData())
        for (local, value) in zip(parameters, arguments) { evaluator.locals[local] = value }
        var claim: Formula?
        let outcome: ProofOutcome
        do throws(EvaluationFailure) {
            if let end = try run(&evaluator, &claim) {
                outcome = end
            } else {
                outcome = evaluator.locals[result] == .bool(true) ? .holds : .isFalse
            }
        } catch {
            switch error {
            case .trap(let message, let range): outcome = .traps(message, range)
            case .notChecked: outcome = .notEvaluated("data of the spec is read", code.nodes[0].range)
            case .lockDiscipline(_, let message, let range), .ownership(_, let message, let range):
                outcome = .notEvaluated(message, range)
            }
        }
        return ProofRun(outcome: outcome, locals: evaluator.locals, claim: claim)
    }

    /// The value of a formula over the locals of a run; nil when it traps or names what has no value.
    public func value(of formula: Formula, in run: ProofRun) -> Value? {
        var isKnown = true
        formula.visit { part in
            switch part.kind {
            case .local(let id): if run.locals[id] == nil { isKnown = false }
            case .load(let place):
                guard case .local(let id) = place.root else { return isKnown = false }
                if run.locals[id] == nil { isKnown = false }
            case .call, .old, .predicate, .selfProcess: isKnown = false
            default: break
            }
        }
        guard isKnown else { return nil }
        var evaluator = Evaluator(types: types, context: NoData(), locals: run.locals)
        return try? evaluator.evaluate(formula)
    }

    /// An evaluator that knows the locals of a run.
    public func evaluator(after run: ProofRun) -> Evaluator {
        Evaluator(types: types, context: NoData(), locals: run.locals)
    }

    /// Runs to the end; an early end is returned.
    private func run(_ evaluator: inout Evaluator, _ claim: inout Formula?) throws(EvaluationFailure)
        -> ProofOutcome?
    {
        var index = code.entry
        for _ in 0..<ReferenceStepper.operationLimit {
            let node = code.nodes[index]
            index = node.next
            switch node.operation {
            case .end, .finish: return nil
            case .jump: continue
            case .assign(let place, let value):
                guard case .local(let local) = place.root else {
                    return .notEvaluated("a proof stores to its own locals only", node.range)
                }
                if local == result { claim = value }
                let new = try evaluator.evaluate(value)
                evaluator.locals[local] = try evaluator.replacing(
                    place.path[...], in: evaluator.locals[local], with: new, node.range)
            case .branch(let condition, let otherwise):
                if try !evaluator.evaluate(condition).isTrue { index = otherwise }
            case .first(let local, let domain, let otherwise):
                guard let first = try evaluator.first(of: domain) else {
                    index = otherwise
                    continue
                }
                evaluator.locals[local] = first
            case .advance(let local, let domain, let otherwise):
                guard let next = try evaluator.value(after: evaluator.locals[local], in: domain) else {
                    index = otherwise
                    continue
                }
                evaluator.locals[local] = next
            case .assume(let condition):
                if try !evaluator.evaluate(condition).isTrue { return .excluded }
            case .assert(let condition, let id):
                if try !evaluator.evaluate(condition).isTrue {
                    return .traps(assertions[id].message ?? "the assertion is false", node.range)
                }
            case .panic(let message): return .traps("panic: \(message)", node.range)
            default: return .notEvaluated("this statement belongs to processes", node.range)
            }
        }
        return .traps("more than 10^6 operations", code.nodes[code.entry].range)
    }
}

/// A proof reads nothing but its parameters.
private struct NoData: EvaluationContext {
    func value(of variable: VariableID, indices: [Int], at range: SourceRange) throws(EvaluationFailure) -> Value {
        throw .notChecked
    }

    func answer(_ predicate: EvaluatedPredicate) throws(EvaluationFailure) -> Value { throw .notChecked }

    var before: (any EvaluationContext)? { nil }
}
