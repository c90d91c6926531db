// The entry of unbounded proof: a spec's text in, an answer for each invariant, assert and rule of its steps out.

public import Model
import Solver

/// What a user asks of a proof.
public struct ProveOptions: Sendable {
    /// Which engines try.
    public enum Engine: String, Sendable, CaseIterable {
        /// One step, then several.
        case induction
        /// Spacer, by constrained Horn clauses.
        case chc
    }
    /// `-D NAME=VALUE`.
    public var definitions: [SettingSyntax] = []
    /// `--fault ID`
    public var fault: String?
    /// `--only NAME`: the constants of that check.
    public var check: String?
    /// `--invariant N`: these claims alone.
    public var invariants: [String] = []
    /// `--k N`: steps of induction, at most.
    public var depth = 3
    /// The engine; nil for both, one after the other.
    public var engine: Engine?
    /// Every access is a step of its own.
    public var isUnreduced = false
    /// Seconds for one question to the solver.
    public var solverSeconds = 5.0
    /// Seconds for all claims of a spec together.
    public var seconds = 60.0
    /// Asked now and then; true ends the work.
    public var isCancelled: (@Sendable () -> Bool)?

    /// The defaults of the command line.
    public init() {}
}

/// What is known of one claim about all reachable states.
public struct ClaimResult: Sendable {
    /// How it came out.
    public enum Answer: Sendable {
        /// Every step keeps it, with what else is shown; `lemmas` of that nobody stated.
        case inductive(lemmas: Int)
        /// `k = 3` steps, or Spacer.
        case proved(by: String)
        /// A run from an initial state.
        case violated(Trace)
        /// A step from a state in which all holds that was shown, of which nobody knows whether it can be reached.
        case counterexampleToInduction(Trace)
        /// Nothing, why not, where, and what would help.
        case unknown(reason: String, at: SourceRange?, advice: String?)
        /// Our own mistake.
        case error(String)
    }
    /// Its name, as `expect` writes it.
    public let name: String
    /// Its kind.
    public let kind: ReportedKind
    /// Where it is stated; nil for what no step must do.
    public let range: SourceRange?
    /// How it came out.
    public let answer: Answer
    /// `SLOTS=3`: the first values of constants that are `any` for which it is not shown. Empty where it is, or where
    /// there are no such constants.
    public var size: [String] = []

    /// Whether it is true of all reachable states.
    var isShown: Bool {
        switch answer {
        case .inductive, .proved: true
        case .violated, .counterexampleToInduction, .unknown, .error: false
        }
    }

    /// The verdict's word.
    public var word: String {
        switch answer {
        case .inductive: "INDUCTIVE"
        case .proved: "PROVED"
        case .violated: Verdict.violated.word
        case .counterexampleToInduction: "NOT INDUCTIVE"
        case .unknown: Verdict.unknown.word
        case .error: Verdict.error.word
        }
    }
}

/// What a proof of one spec found.
public struct ProveResult: Sendable {
    /// The spec's path.
    public let path: String
    /// Mistakes of the spec or the command line.
    public let diagnostics: [Diagnostic]
    /// Invariants in file order, then asserts, then what no step must do.
    public let claims: [ClaimResult]
    /// `prove` blocks.
    public let proofs: [PropertyResult]
    /// Constants of the spec's own file that have one value.
    public let constants: [ConstantValue]
    /// Constants that are `any`, with the values that the proofs are about.
    public var sizes: [SweepAxis] = []
    /// The system; nil when the spec was rejected.
    public let system: TransitionSystem?
    /// Questions to Z3.
    public let queries: Int
    /// Whether the mistakes are those of the command line.
    public let isUsageError: Bool

    /// What is said of a spec with mistakes.
    static func rejected(_ path: String, _ diagnostics: Diagnostics, isUsageError: Bool = false) -> ProveResult {
        ProveResult(
            path: path, diagnostics: diagnostics.all, claims: [], proofs: [], constants: [], system: nil, queries: 0,
            isUsageError: isUsageError)
    }

    /// The exit code: a violation before no answer before success.
    public var status: ExitStatus {
        if isUsageError { return .commandLine }
        if diagnostics.contains(where: { $0.severity == .error }) { return .rejected }
        let own = claims.map { claim -> ExitStatus in
            switch claim.answer {
            case .inductive, .proved: .success
            case .violated: ExitStatus.of(claim.kind)
            case .counterexampleToInduction, .unknown: .noAnswer
            case .error: .internalError
            }
        }
        let blocks = proofs.map { proof -> ExitStatus in
            switch proof.verdict {
            case .holds: .success
            case .violated: .fault
            case .notReached: .property
            case .error: .internalError
            case .unknown, .inconclusive, .notSupported, .holdsWithinBound: .noAnswer
            }
        }
        return ExitStatus.combined(own + blocks)
    }
}

/// Proves what a spec states of all its reachable states, without exploring them.
///
/// - Parameters:
///   - source: the spec's text.
///   - read: gives the text of an import beside the spec, or nil.
///   - options: what is asked.
/// - Returns: an answer for each claim.
public func prove(_ source: SourceFile, read: @escaping SpecLoader.Reader, options: ProveOptions) -> ProveResult {
    let diagnostics = Diagnostics()
    var choice = SpecSystem.Choice()
    choice.definitions = options.definitions
    choice.fault = options.fault
    choice.check = options.check
    choice.isUnreduced = options.isUnreduced
    choice.allowsOpen = true
    guard let spec = SpecSystem(source, read: read, choice: choice, diagnostics: diagnostics) else {
        let isName = diagnostics.all.contains { $0.code == .unknownProperty }
        return .rejected(source.path, diagnostics, isUsageError: isName && diagnostics.all.count == 1)
    }
    let known = ClaimJudge.names(in: spec.system) + spec.model.proofs.map(\.name)
    for name in options.invariants where !known.contains(name) {
        var notes = Spelling.suggestion(for: name, among: known)
        if notes.isEmpty { notes = ["the spec has \(known.joined(separator: ", "))"] }
        diagnostics.report(
            .unknownProperty, "there is no invariant \(name)", at: SourceRange(option: "--invariant", name),
            notes: notes)
        return .rejected(source.path, diagnostics, isUsageError: true)
    }
    let open = spec.model.openConstants
    guard !open.isEmpty else { return ClaimJudge(spec: spec, options: options).result(source.path, diagnostics) }
    let axes = open.map { SweepAxis($0) }
    do throws(MistakenSetting) {
        try SweepAxis.check(axes)
    } catch {
        diagnostics.report(
            .tooManyValues, "there are more than \(OpenConstant.valueLimit) sizes to prove", at: open[0].range,
            notes: ["make the ranges smaller, or give some a value with -D"])
        return .rejected(source.path, diagnostics)
    }
    return SizedProof(source: source, read: read, options: options, choice: choice, axes: axes).result(diagnostics)
}
