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
    /// `--keep-going`: decides every property.
    public var keepsGoing = false
    /// `--no-reduce`: the base meaning.
    public var isUnreduced = false
    /// `--strict`: steps that were never enabled fail `expect holds`.
    public var isStrict = false
    /// Bounds of each check.
    public var limits = ExplorationLimits()
    /// Told before each check which one it is.
    public var willCheck: (@Sendable (_ name: String) -> Void)?

    /// The defaults of the command line.
    public init() {}
}

/// Runs all checks of a spec.
///
/// - Parameters:
///   - source: the spec's text.
///   - read: gives the text of an import beside the spec, or nil.
///   - options: what is asked.
/// - Returns: what every check found; mistakes of the spec are diagnostics in it.
public func check(_ source: SourceFile, read: @escaping SpecLoader.Reader, options: CheckOptions) -> SpecResult {
    let diagnostics = Diagnostics()
    var loader = SpecLoader(diagnostics: diagnostics, read: read)
    let loaded = loader.load(source)
    guard let loaded, !diagnostics.hasErrors else {
        return SpecRun.rejected(source.path, loaded?.main, diagnostics)
    }
    // The plain spec is typed and lowered first, so that its mistakes are told once and not with every check.
    if let model = typeCheck(loaded.items, settings: [], diagnostics: diagnostics) {
        _ = lower(model, options: LoweringOptions(), diagnostics: diagnostics)
    }
    var run = SpecRun(source: source, loaded: loaded, options: options, plain: diagnostics)
    let configurations = run.configurations()
    if diagnostics.hasErrors || configurations.contains(where: { $0.isRejection }) {
        return SpecRun.rejected(source.path, loaded.main, diagnostics)
    }
    return run.result(of: configurations)
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

    /// The checks that the spec and the options ask for, in file order; mistakes in them are diagnostics.
    func configurations() -> [Configuration] {
        var all = loaded.main.items.compactMap { configuration($0) }
        if let id = options.fault {
            guard let fault = all.first(where: { $0.fault == id }) else {
                let names = all.compactMap(\.fault).joined(separator: ", ")
                reportUnknown("there is no fault \(id)", note: names.isEmpty ? nil : "the spec has \(names)")
                return []
            }
            var plain = fault
            plain.expected = options.expectation
            plain.settings += options.definitions
            return [plain]
        }
        if !options.definitions.isEmpty || options.expectation != nil {
            return [Configuration(settings: options.definitions, expected: options.expectation)]
        }
        if !all.contains(where: { $0.fault == nil }) { all.insert(Configuration(), at: 0) }
        for name in options.only + options.skip where !all.contains(where: { $0.displayName == name }) {
            let names = all.map(\.displayName).joined(separator: ", ")
            reportUnknown("there is no check or fault \(name)", note: "the spec has \(names)")
        }
        if !options.only.isEmpty { all = all.filter { options.only.contains($0.displayName) } }
        return all.filter { !options.skip.contains($0.displayName) }
    }

    private func reportUnknown(_ message: String, note: String?) {
        plain.report(
            .unknownProperty, message, at: loaded.main.name.range, notes: [note].compactMap(\.self))
    }

    private func configuration(_ item: ItemSyntax) -> Configuration? {
        switch item.kind {
        case .check(let name, let settings, let outcome):
            var result = Configuration(
                name: name?.text, expected: outcome.map(Self.expectation), expectedRange: item.range)
            apply(settings, to: &result)
            return result
        case .fault(let id, let settings, let story, let definitions, let outcome):
            var result = Configuration(
                name: id.text, fault: id.text, story: story, definitions: definitions,
                expected: outcome.map(Self.expectation), expectedRange: item.range)
            apply(settings, to: &result)
            return result
        default: return nil
        }
    }

    private func apply(_ settings: [SettingSyntax], to result: inout Configuration) {
        for setting in settings {
            switch (setting.name.text, setting.value.kind) {
            case ("memory", .name(let model)): result.memory = model
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
        for configuration in configurations {
            options.willCheck?(configuration.displayName)
            let check = CheckRun(configuration: configuration, loaded: loaded, options: options)
            checks.append(check.run())
            if options.limits.isCancelled?() ?? false { break }
        }
        return SpecResult(path: source.path, checks: checks, diagnostics: plain.all, readError: nil)
    }
}

extension Configuration {
    /// The name that `--only` takes: the check's, the fault's, or `default`.
    var displayName: String { name ?? fault ?? "default" }
}
