// The system of one check of a spec, made again: for replay, which starts from a trace and not from an exploration.

package import Model

/// A spec under one check or fault, typed and lowered.
package struct CheckedSystem: Sendable {
    /// Names and types, `kernel` blocks included.
    package let model: TypedModel
    /// States and steps. Locals keep their values, so that calls can be told.
    package let system: TransitionSystem
    /// Loads, types and lowers.
    ///
    /// - Parameters:
    ///   - source: the spec.
    ///   - origin: which check or fault, with `-D` settings.
    ///   - unguarded: data that are taken as unguarded.
    ///   - isUnreduced: every micro-step is a step.
    ///   - read: gives the text of an import.
    ///   - diagnostics: receives the mistakes of the spec.
    /// - Returns: nil when there is a mistake, which is told, or no such check or fault.
    package init?(
        _ source: SourceFile, origin: TraceOrigin, unguarded: [String], isUnreduced: Bool,
        read: @escaping SpecLoader.Reader, diagnostics: Diagnostics
    ) {
        var loader = SpecLoader(diagnostics: diagnostics, read: read)
        guard let loaded = loader.load(source), !diagnostics.hasErrors else { return nil }
        var options = CheckOptions()
        options.fault = origin.fault
        for text in origin.settings {
            guard let setting = SettingSyntax(text: text) else {
                diagnostics.report(
                    .unknownConstant, "\(text) is no setting", at: SourceRange(option: "-D", text))
                return nil
            }
            options.definitions.append(setting)
        }
        if let check = origin.check { options.only = [check] }
        let run = SpecRun(source: source, loaded: loaded, options: options, plain: diagnostics)
        let stated = run.stated()
        let chosen = run.chosen(from: stated)
        // Without a name it is the plain check, which a file may state or not.
        let plain = chosen.first { $0.fault == origin.fault && $0.name == (origin.fault ?? origin.check) }
        guard !diagnostics.hasErrors, let configuration = plain ?? (origin.isPlain ? Configuration() : nil) else {
            return nil
        }
        let check = CheckRun(configuration: configuration, loaded: loaded, options: options)
        guard let model = check.model(diagnostics) else { return nil }
        var lowering = LoweringOptions()
        lowering.unguarded = Set(unguarded)
        lowering.isUnreduced = isUnreduced
        lowering.keepsLocals = true
        guard let system = lower(model, options: lowering, diagnostics: diagnostics) else { return nil }
        self.model = model
        self.system = system
    }
}

extension TraceOrigin {
    fileprivate var isPlain: Bool { check == nil && fault == nil && settings.isEmpty }
}

extension SettingSyntax {
    /// `NAME=VALUE` as a setting; the value is an expression of the language. Nil when it is none.
    package init?(text: String) {
        let diagnostics = Diagnostics()
        let source = SourceFile(path: "-D \(text)", text: "spec D\nconst \(text)\n")
        let spec = Parser.parse(source, diagnostics: diagnostics)
        guard !diagnostics.hasErrors, let item = spec?.items.first, spec?.items.count == 1,
            case .constant(let name, nil, let value) = item.kind
        else { return nil }
        self.init(name: name, value: value)
    }
}
