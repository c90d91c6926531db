// What is wrong with a spec: a code, a place, words, and what helps.

/// How much a diagnostic weighs.
public enum Severity: String, Sendable {
    /// The spec is not run; exit code 2.
    case error
    /// Legal and suspicious; the run goes on.
    case warning
}

/// One mistake of a spec's author. Values of this type are collected, never thrown.
public struct Diagnostic: Sendable {
    /// Which mistake; one page each in `Documentation/Diagnostics.md`.
    public let code: DiagnosticCode
    /// One sentence without a full stop, naming what the author wrote.
    public let message: String
    /// Where the caret points.
    public let range: SourceRange
    /// What would help, each one sentence.
    public let notes: [String]
    /// Other places that matter: the earlier declaration, the other access.
    public let related: [RelatedPlace]
    /// Whether the run stops: as the code says, unless warnings count as errors.
    public private(set) var severity: Severity

    /// A diagnostic at a place.
    public init(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [String] = [],
        related: [RelatedPlace] = []
    ) {
        self.code = code
        self.message = message
        self.range = range
        self.notes = notes
        self.related = related
        severity = code.severity
    }

    /// The same as an error.
    func asError() -> Diagnostic {
        var result = self
        result.severity = .error
        return result
    }
}

/// A second place of a diagnostic, with a word on why it matters.
public struct RelatedPlace: Sendable {
    /// Where.
    public let range: SourceRange
    /// Why it matters.
    public let message: String
    /// A place and its reason.
    public init(_ range: SourceRange, _ message: String) {
        self.range = range
        self.message = message
    }
}

/// Collects the diagnostics of one run over all phases; each (code, place) once.
public final class Diagnostics {
    private var collected: [Diagnostic] = []
    private var seen: Set<Key> = []

    private struct Key: Hashable {
        let code: DiagnosticCode
        let range: SourceRange
    }

    /// Whether a warning is reported as an error (`--strict`).
    private let countsWarnings: Bool

    /// An empty collection.
    public init(warningsAreErrors: Bool = false) { countsWarnings = warningsAreErrors }

    /// Adds a diagnostic unless the same code was reported at the same place.
    public func report(_ diagnostic: Diagnostic) {
        guard seen.insert(Key(code: diagnostic.code, range: diagnostic.range)).inserted else { return }
        collected.append(countsWarnings ? diagnostic.asError() : diagnostic)
    }

    /// Adds a diagnostic from its parts.
    public func report(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange, notes: [String] = [],
        related: [RelatedPlace] = []
    ) {
        report(Diagnostic(code, message, at: range, notes: notes, related: related))
    }

    /// All of them: by file in the order met, then by place, then in the order reported.
    public var all: [Diagnostic] {
        var order: [ObjectIdentifier: Int] = [:]
        for diagnostic in collected where order[ObjectIdentifier(diagnostic.range.file)] == nil {
            order[ObjectIdentifier(diagnostic.range.file)] = order.count
        }
        func key(_ diagnostic: Diagnostic) -> (Int, Int) {
            (order[ObjectIdentifier(diagnostic.range.file)] ?? 0, diagnostic.range.start)
        }
        return collected.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(
            \.element)
    }

    /// Whether any of them is an error.
    public var hasErrors: Bool { collected.contains { $0.severity == .error } }

    /// How many errors there are.
    public var errorCount: Int { collected.count { $0.severity == .error } }
}

private func < (left: ((Int, Int), Int), right: ((Int, Int), Int)) -> Bool {
    (left.0.0, left.0.1, left.1) < (right.0.0, right.0.1, right.1)
}
