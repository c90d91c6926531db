// The transition system of one check of a spec, without running it: for graphs, traces that are read back, and replay.

public import Model

/// A check of a spec, as it would be explored.
public struct SpecSystem: Sendable {
    /// Which check, and how it is changed.
    public struct Choice: Sendable {
        /// The name of a check; nil for the plain one.
        public var check: String?
        /// The id of a fault.
        public var fault: String?
        /// `-D NAME=VALUE`.
        public var definitions: [SettingSyntax] = []
        /// Every access is a step of its own.
        public var isUnreduced = false
        /// Data that are treated as unguarded.
        public var unguarded: Set<String> = []
        /// The values of `symbolic` words that a run needs to be taken again.
        package var words: [Int128]?
        /// Locals keep their values when nothing reads them any more, so that calls can be told.
        package var keepsLocals = false
        /// A constant that is `any` may be without a value; it has its least one then.
        package var allowsOpen = false

        /// The plain check.
        public init() {}
    }

    /// Names and types, `kernel` blocks included.
    package let model: TypedModel
    /// The system.
    public let system: TransitionSystem

    /// Loads a spec and lowers one of its checks.
    ///
    /// - Parameters:
    ///   - source: the spec's text.
    ///   - read: gives the text of an import.
    ///   - choice: which check.
    ///   - diagnostics: takes the mistakes of the spec.
    /// - Returns: nil when the spec has mistakes, which `diagnostics` then tells, or no such check.
    public init?(
        _ source: SourceFile, read: @escaping SpecLoader.Reader, choice: Choice, diagnostics: Diagnostics
    ) {
        var loader = SpecLoader(diagnostics: diagnostics, read: read)
        guard let loaded = loader.load(source), !diagnostics.hasErrors else { return nil }
        let options = CheckOptions()
        let run = SpecRun(source: source, loaded: loaded, options: options, plain: diagnostics)
        let stated = run.stated()
        var configuration: Configuration
        if let name = choice.fault ?? choice.check {
            guard let found = stated.first(where: { $0.displayName == name }) else {
                diagnostics.report(
                    .unknownProperty, "there is no check or fault \(name)",
                    at: SourceRange(option: source.path, name),
                    notes: Spelling.suggestion(for: name, among: stated.map(\.displayName)))
                return nil
            }
            configuration = found
        } else if !choice.definitions.isEmpty {
            // As for `check -D`: the constants as written, whatever a plain check of the file sets.
            configuration = Configuration()
        } else {
            configuration = stated.first { $0.fault == nil && $0.name == nil } ?? Configuration()
        }
        configuration.settings += choice.definitions
        let check = CheckRun(configuration: configuration, loaded: loaded, options: options)
        guard let model = check.model(diagnostics, allowsOpen: choice.allowsOpen) else { return nil }
        var lowering = LoweringOptions()
        lowering.isUnreduced = choice.isUnreduced
        lowering.unguarded = choice.unguarded
        lowering.keepsLocals = choice.keepsLocals
        guard var system = lower(model, options: lowering, diagnostics: diagnostics), !diagnostics.hasErrors else {
            return nil
        }
        system.words = choice.words
        self.model = model
        self.system = system
    }
}

extension TraceDocument {
    /// The system that it is of; nil when a setting of it is none.
    package var choice: SpecSystem.Choice? {
        var choice = SpecSystem.Choice()
        choice.check = origin.check
        choice.fault = origin.fault
        choice.isUnreduced = isUnreduced
        choice.unguarded = Set(unguarded)
        choice.keepsLocals = true
        choice.words = words
        for text in origin.settings {
            guard let setting = SettingSyntax(text: text) else { return nil }
            choice.definitions.append(setting)
        }
        return choice
    }
}

extension SettingSyntax {
    /// `NAME=VALUE` as a setting; the value is an expression of the language. Nil when it is none.
    package init?(text: String) {
        let diagnostics = Diagnostics()
        let source = SourceFile(path: "-D \(text)", text: "spec D\nconst \(text)\n")
        let spec = Parser.parse(source, diagnostics: diagnostics)
        guard !diagnostics.hasErrors, let item = spec?.items.first, spec?.items.count == 1,
            case .constant(let name, nil, .expression(let value)) = item.kind
        else { return nil }
        self.init(name: name, value: value)
    }
}
