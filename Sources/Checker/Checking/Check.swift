// The one entry of the checker: a spec's text in, verdicts out.

public import Model

/// What a user asks of a run.
public struct CheckOptions: Sendable {
    /// `-D NAME=VALUE`: runs the plain configuration alone with these constants and without an expectation.
    public var definitions: [SettingSyntax] = []
    /// `--fault ID`: that fault alone, without its expectation.
    public var fault: String?
    /// `--only NAME`: these checks and faults alone.
    public var only: [String] = []
    /// `--skip NAME`: not these.
    public var skip: [String] = []
    /// `--expect violated:NAME` and the like, for the plain configuration.
    public var expectation: Expectation?
    /// Looks for deadlocks, unless `--no-deadlock`.
    public var checksDeadlock = true
    /// `--sweep NAME=LO..HI`: the plain configuration, or a fault, for each point of a grid.
    public var sweep: [SweepAxis] = []
    /// Of the checks that are asked for these alone; nil for all. A shard has its own.
    public var units: Set<String>?
    /// Results of the parts of a run: nothing is explored.
    var recorded: [String: RecordedResult]?
    /// `--keep-going`: decides every property.
    public var keepsGoing = false
    /// `--no-reduce`: the base meaning.
    public var isUnreduced = false
    /// States that differ only in which element of a `symmetric` sort is which count as one, unless `--no-symmetry`.
    public var usesSymmetry = true
    /// `--strict`: warnings are errors, and steps that were never enabled fail `expect holds`.
    public var isStrict = false
    /// `-j N`: threads that expand states. What is found is the same for any number.
    public var threads = 1
    /// `--engine`: what runs steps. What is found is the same for each.
    public var engine = Engine.fastest
    /// Bounds of each check.
    public var limits = ExplorationLimits()
    /// When the whole run must be over: a check then has the time that is left, and no more.
    public var deadline: ContinuousClock.Instant?
    /// Verdicts of earlier runs; nil when there are none.
    public var cache: VerdictCache?
    /// `--bitstate`: bytes for the bits by which a hunt tells states apart; nil where every state is stored.
    public var bitstateBytes: Int?
    /// `--checkpoint`: where explorations are kept while they run; nil where they are not.
    public var checkpoints: (any CheckpointFolder)?
    /// `--smt-timeout`: seconds that the solver may take for one question.
    public var solverSeconds = 5.0
    /// Told each question to the solver, as SMT-LIB text, with its answer: `sat` or `unsat`.
    package var didAsk: (@Sendable (_ script: String, _ answer: String) -> Void)?
    /// Told before each check which one it is.
    public var willCheck: (@Sendable (_ name: String) -> Void)?

    /// The defaults of the command line.
    public init() {}
}

/// What runs the steps of the explicit engine.
public enum Engine: String, Sendable, CaseIterable {
    /// An interpreter; the meaning of native code.
    case bytecode
    /// Machine code of x86-64, made for the spec.
    case native

    /// Native code where the host runs it, or else bytecode.
    public static var fastest: Engine { native.isAvailable ? .native : .bytecode }

    /// Whether this host can run it.
    public var isAvailable: Bool { self == .bytecode || NativeCompiler.isAvailable }
}

/// Runs all checks of a spec.
///
/// - Parameters:
///   - source: the spec's text.
///   - read: gives the text of an import beside the spec, or nil.
///   - options: what is asked.
/// - Returns: what every check found; mistakes of the spec are diagnostics in it.
public func check(_ source: SourceFile, read: @escaping SpecLoader.Reader, options: CheckOptions) -> SpecResult {
    let diagnostics = Diagnostics(warningsAreErrors: options.isStrict)
    var loader = SpecLoader(diagnostics: diagnostics, read: read)
    let loaded = loader.load(source)
    guard let loaded, !diagnostics.hasErrors else {
        return SpecRun.rejected(source.path, loaded?.main, diagnostics)
    }
    // The plain spec is typed and lowered first, so that its mistakes are told once and not with every check; then
    // every check and fault, so that all mistakes of a file are told before anything is explored.
    if let model = typeCheck(loaded.items, settings: [], diagnostics: diagnostics) {
        _ = lower(model, options: LoweringOptions(), diagnostics: diagnostics)
        reportSuspicions(of: model, in: source, diagnostics: diagnostics)
    }
    var run = SpecRun(source: source, loaded: loaded, options: options, plain: diagnostics)
    let stated = run.stated()
    // A constant that has no value in the file may get one on the command line.
    if !diagnostics.hasErrors { run.reportErrors(of: stated, allowsOpen: options.changesConfigurations) }
    if diagnostics.hasErrors || stated.contains(where: \.isRejection) {
        return SpecRun.rejected(source.path, loaded.main, diagnostics)
    }
    let chosen = run.chosen(from: stated)
    // What is wrong with a sweep as a whole shows at its first point; a value that does not fit, at that value.
    if options.changesConfigurations { run.reportErrors(of: options.sweep.isEmpty ? chosen : Array(chosen.prefix(1))) }
    if diagnostics.hasErrors {
        return SpecResult(
            path: source.path, checks: [], diagnostics: diagnostics.all, readError: nil, isUsageError: true)
    }
    return run.result(of: chosen)
}

extension CheckOptions {
    /// Whether what is run differs from what the file asks for; its mistakes are then those of the command line.
    fileprivate var changesConfigurations: Bool { !definitions.isEmpty || !sweep.isEmpty || expectation != nil }
}

/// One check as a spec or the command line asks for it.
struct Configuration {
    var name: String?
    var fault: String?
    var story: String?
    var definitions: [ItemSyntax] = []
    var settings: [SettingSyntax] = []
    var memory: String?
    var depth: Int?
    var expected: Expectation?
    var expectedRange: SourceRange?
    /// `NAME=VALUE` that this check alone has, from `--sweep`.
    var sweepPoint: [String] = []

    var isRejection: Bool { if case .rejected = expected { true } else { false } }
}

/// The checks of one spec, in order.
struct SpecRun {
    let source: SourceFile
    let loaded: LoadedSpec
    let options: CheckOptions
    let plain: Diagnostics

    /// The result of a file with mistakes; a file that expects to be rejected is as expected when it is.
    static func rejected(_ path: String, _ main: SpecSyntax?, _ diagnostics: Diagnostics) -> SpecResult {
        for item in main?.items ?? [] {
            guard case .check(_, _, .rejected(let code)?) = item.kind else { continue }
            let isMet = diagnostics.all.contains { $0.code.rawValue == code.text }
            let result = CheckResult.unexplored(
                Configuration(expected: .rejected(code.text)), diagnostics.all, isMet: isMet,
                reason: isMet ? nil : "the spec is not rejected with \(code.text)")
            return SpecResult(path: path, checks: [result], diagnostics: [], readError: nil)
        }
        return SpecResult(path: path, checks: [], diagnostics: diagnostics.all, readError: nil)
    }

    // MARK: What is to be run

    /// The checks and faults of the file, in its order; mistakes in their settings are diagnostics.
    func stated() -> [Configuration] {
        var all = loaded.main.items.compactMap { configuration($0) }
        if !all.contains(where: { $0.fault == nil }) { all.insert(Configuration(), at: 0) }
        return all
    }

    /// Those that the options ask for.
    func chosen(from stated: [Configuration]) -> [Configuration] {
        let asked = asked(from: stated)
        guard let units = options.units else { return asked }
        return asked.filter { units.contains($0.displayName) }
    }

    private func asked(from stated: [Configuration]) -> [Configuration] {
        if let id = options.fault {
            guard var plain = stated.first(where: { $0.fault == id }) else {
                reportUnknown("--fault", id, "fault", among: stated.compactMap(\.fault))
                return []
            }
            plain.expected = options.expectation
            plain.expectedRange = nil
            plain.settings += options.definitions
            return options.sweep.isEmpty ? [plain] : swept(plain)
        }
        if options.changesConfigurations {
            let plain = Configuration(settings: options.definitions, expected: options.expectation)
            return options.sweep.isEmpty ? [plain] : swept(plain)
        }
        var chosen = stated
        for (option, names) in [("--only", options.only), ("--skip", options.skip)] {
            for name in names where !stated.contains(where: { $0.displayName == name }) {
                reportUnknown(option, name, "check or fault", among: stated.map(\.displayName))
            }
        }
        if !options.only.isEmpty { chosen = chosen.filter { options.only.contains($0.displayName) } }
        return chosen.filter { !options.skip.contains($0.displayName) }
    }

    private func reportUnknown(_ option: String, _ name: String, _ what: String, among known: [String]) {
        var notes = Spelling.suggestion(for: name, among: known)
        if notes.isEmpty, !known.isEmpty { notes = ["the spec has \(known.joined(separator: ", "))"] }
        plain.report(
            .unknownProperty, "there is no \(what) \(name)", at: SourceRange(option: option, name), notes: notes)
    }

    /// Types each configuration for its errors alone: its warnings, and what only its steps show, are told with its result.
    func reportErrors(of configurations: [Configuration], allowsOpen: Bool = false) {
        for configuration in configurations {
            let found = Diagnostics()
            let check = CheckRun(configuration: configuration, loaded: loaded, options: options)
            _ = check.model(found, allowsOpen: allowsOpen)
            for diagnostic in found.all where diagnostic.severity == .error { plain.report(diagnostic) }
        }
    }

    private func configuration(_ item: ItemSyntax) -> Configuration? {
        switch item.kind {
        case .check(let name, let settings, let outcome):
            var result = Configuration(
                name: name?.text, expected: outcome.map(Self.expectation), expectedRange: outcome?.name?.range)
            apply(settings, to: &result)
            return result
        case .fault(let id, let settings, let story, let definitions, let outcome):
            var result = Configuration(
                name: id.text, fault: id.text, story: story, definitions: definitions,
                expected: outcome.map(Self.expectation), expectedRange: outcome?.name?.range)
            apply(settings, to: &result)
            return result
        default: return nil
        }
    }

    private func apply(_ settings: [SettingSyntax], to result: inout Configuration) {
        for setting in settings {
            switch (setting.name.text, setting.value.kind) {
            case ("memory", .name(let model)):
                result.memory = model
                reportUnknownMemory(model, at: setting.value.range, diagnostics: plain)
            case ("depth", .integer(let depth)): result.depth = Int(clamping: depth)
            case ("dependencies", _): continue
            case ("depth", _), ("memory", _):
                plain.report(.typeMismatch, "\(setting.name.text) takes a literal", at: setting.value.range)
            default: result.settings.append(setting)
            }
        }
    }

    static func expectation(_ outcome: OutcomeSyntax) -> Expectation {
        switch outcome {
        case .holds: .holds
        case .violated(let name, let only): .violated(name.text, only: only)
        case .notReached(let name): .notReached(name.text)
        case .deadlock: .deadlock
        case .rejected(let code): .rejected(code.text)
        }
    }

    // MARK: Running

    mutating func result(of configurations: [Configuration]) -> SpecResult {
        var checks: [CheckResult] = []
        let cache = ProofCache()
        for configuration in configurations {
            options.willCheck?(configuration.displayName)
            let check = CheckRun(configuration: configuration, loaded: loaded, options: options, cache: cache)
            var result: CheckResult
            do throws(CheckpointMistake) { result = try check.run() } catch {
                return SpecResult(
                    path: source.path, checks: [], diagnostics: plain.all,
                    readError: "the checkpoint cannot be used: \(error.message)")
            }
            result.sweepPoint = configuration.sweepPoint
            checks.append(result)
            if options.limits.isCancelled?() ?? false { break }
        }
        return SpecResult(path: source.path, checks: checks, diagnostics: plain.all, readError: nil)
    }
}

extension OutcomeSyntax {
    /// The property that is named.
    fileprivate var name: Identifier? {
        switch self {
        case .violated(let name, _), .notReached(let name): name
        case .holds, .deadlock, .rejected: nil
        }
    }
}

extension SourceRange {
    /// A word of the command line as a text of its own.
    init(option: String, _ word: String) {
        self.init(file: SourceFile(path: option, text: word), start: 0, end: word.utf8.count)
    }
}

extension Configuration {
    /// The name that `--only` takes: the check's, the fault's, or `default`.
    var displayName: String { name ?? fault ?? "default" }
}
