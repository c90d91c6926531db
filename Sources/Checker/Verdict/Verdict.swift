// The closed vocabulary of verdicts, and what a check found.

public import Model

/// What is said of one property, always within the scope of its check.
public enum Verdict: String, Sendable {
    case holds
    case holdsWithinBound = "holds_within_bound"
    case violated
    case inconclusive
    /// The solver gave no answer, or could not be asked.
    case unknown
    case notReached = "not_reached"
    case notSupported = "not_supported"
    case error

    /// The word that people read.
    public var word: String {
        switch self {
        case .holds: "HOLDS"
        case .holdsWithinBound: "HOLDS WITHIN BOUND"
        case .violated: "VIOLATED"
        case .inconclusive: "INCONCLUSIVE"
        case .unknown: "UNKNOWN"
        case .notReached: "NOT REACHED"
        case .notSupported: "NOT SUPPORTED"
        case .error: "ERROR"
        }
    }
}

/// Kinds of properties in reports.
public enum ReportedKind: String, Sendable {
    case invariant, always, transition, final, reachable, eventually, leadsto, temporal, prove
    case deadlock, assert, trap, lock
}

extension PropertyKind {
    /// The kind that reports tell: `reachable always` is a `reachable`, all others have names of their own.
    var reported: ReportedKind { ReportedKind(rawValue: rawValue) ?? .reachable }
}

/// What a check found of one property.
public struct PropertyResult: Sendable {
    /// Its name, as `expect` writes it.
    public let name: String
    /// Its kind.
    public let kind: ReportedKind
    /// What is said of it.
    public let verdict: Verdict
    /// The property's sentence, or what went wrong.
    public let message: String?
    /// Where it is stated, or where the violation happened.
    public let range: SourceRange?
    /// The counterexample, or the witness of a `reachable`.
    public let trace: Trace?
    /// How often it was evaluated after the initial states; nil where that is not counted.
    public let evaluations: Int?
    /// For a `reachable`: the depth at which it was first seen.
    public let witnessDepth: Int?
    /// For a proof that is violated: the values that refute it.
    public internal(set) var counterexample: Counterexample?
    /// For a proof: which values its verdict covers.
    public internal(set) var scope: String?
    /// What a replay of the counterexample saw; nil when there was none.
    public internal(set) var kernelRun: KernelRun?
    /// For an UNKNOWN: what would help.
    public internal(set) var advice: String?
    /// For a proof with constants that are `any`: the first values of them for which it does not hold.
    var size: [String] = []

    /// Steps of the counterexample.
    public var steps: Int? { verdict == .violated ? trace?.steps.count : nil }
}

/// How far the verdicts of a check reach.
public enum Scope: String, Sendable {
    /// Every reachable state was seen.
    case exhaustive
    /// Every state up to a depth that was asked for.
    case bounded
    /// A limit, an interrupt or the first violation ended the run.
    case partial
}

/// What a check was expected to give.
public enum Expectation: Sendable {
    case holds
    case violated(String, only: Bool)
    case notReached(String)
    case deadlock
    case rejected(String)
}

/// What symmetry did for a check whose spec declares `symmetric` sorts.
public struct SymmetryUse: Sendable {
    /// Sorts whose elements were exchanged, in the order of their declaration.
    public let sorts: [String]
    /// For how many states those that were stored stand; nil when there are more than 2^64 - 2.
    public let represented: UInt64?
    /// Sorts that are declared to be symmetric and were not used as such.
    public let refused: [Refusal]

    /// A sort whose elements something tells apart.
    public struct Refusal: Sendable {
        /// Its name.
        public let sort: String
        /// What does.
        public let reason: String
    }
}

/// What the solver was needed for, in a check of states with `symbolic` words.
public struct SolverUse: Sendable {
    /// Questions that Z3 was asked.
    public let questions: Int
    /// Questions that it had been asked before.
    public let remembered: Int
    /// Questions that values at hand answered: those of the state, or of an earlier question.
    public let witnessed: Int
}

/// What a hunt by bitstate hashing left open: states are taken for known by some bits of theirs alone.
public struct BitstateUse: Sendable {
    /// Bytes of the bits.
    public let bytes: Int
    /// Bits of a state.
    public let functions: Int
    /// Share of the bits that were set at the end.
    public let fill: Double
    /// How many states are to be expected that were left out, of those that a step from a known one leads to; what
    /// only they lead to is not among them. The probability that none was is at least 1 less this.
    public let expectedOmissions: Double

    init(_ filter: BitFilter) {
        bytes = filter.byteCount
        functions = BitFilter.functionCount
        fill = filter.fill
        expectedOmissions = filter.expectedOmissions
    }

    /// The probability that a state was left out is at most 2 to the power of this; 0 is no bound at all.
    public var omissionExponent: Int { expectedOmissions > 0 ? min(0, Int(expectedOmissions.exponent) + 1) : -64 }
}

/// What one check of one spec found.
public struct CheckResult: Sendable {
    /// The check's name, a fault's id; nil for the plain check.
    public let name: String?
    /// The fault that was put in.
    public let fault: String?
    /// The fault's story.
    public let story: String?
    /// Constants of the spec's own file.
    public let constants: [ConstantValue]
    /// `sc`.
    public let memory: String
    /// How far the verdicts reach.
    public let scope: Scope
    /// The depth that was asked for.
    public let depthBound: Int?
    /// What ended the run early.
    public let limit: LimitReached?
    /// Distinct states.
    public let states: Int
    /// Steps between them.
    public let transitions: Int
    /// Steps from the initial states to the farthest one.
    public let depth: Int
    /// States that were found and not expanded.
    public let frontier: Int
    /// Names of steps and actions that were never enabled.
    public let neverEnabled: [String]
    /// Data that were explored without their guard.
    public let exploredAsUnguarded: [String]
    /// What the check says must come out.
    public let expected: Expectation?
    /// Whether it did; nil without expectation.
    public internal(set) var isMet: Bool?
    /// Why it did not.
    public internal(set) var unmetReason: String?
    /// Stated properties in file order, then the built-in ones.
    public internal(set) var properties: [PropertyResult]
    /// Locks that are taken in a cyclic order.
    public let lockCycles: [LockCycle]
    /// Mistakes and warnings of this configuration.
    public let diagnostics: [Diagnostic]
    /// The system that was explored; nil when the spec was rejected.
    public let system: TransitionSystem?
    /// Seconds from start to verdict.
    public internal(set) var seconds: Double
    /// Bytes of the state store at the end.
    public let bytes: Int
    /// Our own mistakes that were noticed: a trace that could not be validated.
    public internal(set) var internalErrors: [String]
    /// `NAME=VALUE` that a sweep gave this check alone.
    public internal(set) var sweepPoint: [String] = []
    /// Why nothing is said to hold, where the solver, or the encoding of unknown values, gave no answer.
    public internal(set) var open: [OpenPlace] = []
    /// What symmetry did; nil where the spec declares none, or the run was to do without.
    public internal(set) var symmetry: SymmetryUse?
    /// What the solver was asked; nil where no state has a `symbolic` word.
    public internal(set) var solver: SolverUse?
    /// Of a hunt by bitstate hashing, which never says that something holds in all states.
    public internal(set) var bitstate: BitstateUse?
    /// Whether it was taken from the cache of verdicts.
    public internal(set) var isCached = false

    /// Whether the spec has proofs and nothing that runs: no state was looked at, because there is none.
    public var isOfProofsAlone: Bool {
        states == 0 && !properties.isEmpty && properties.allSatisfy { $0.kind == .prove } && system != nil
    }

    /// The name that `--only` takes: the check's, the fault's, or `default`.
    var displayName: String { name ?? fault ?? "default" }

    /// Whether each state stood for all values of the spec's `symbolic` words.
    public var isForAllWords: Bool { system?.symbolicRange != nil }

    /// Properties that are violated.
    public var violated: [PropertyResult] { properties.filter { $0.verdict == .violated } }
}

/// What all checks of one spec file found.
public struct SpecResult: Sendable {
    /// The path as it was given.
    public let path: String
    /// In the order in which they ran.
    public internal(set) var checks: [CheckResult]
    /// Mistakes of the file that stop everything.
    public let diagnostics: [Diagnostic]
    /// A file that could not be read, and why.
    public let readError: String?
    /// Whether the mistakes are those of the command line: the file as it stands has none.
    public let isUsageError: Bool
    /// Words of the command line that `reproduce:` repeats.
    public var flags: [String] = []

    /// The result of a file.
    public init(
        path: String, checks: [CheckResult], diagnostics: [Diagnostic], readError: String?, isUsageError: Bool = false
    ) {
        self.isUsageError = isUsageError
        self.path = path
        self.checks = checks
        self.diagnostics = diagnostics
        self.readError = readError
    }
}
