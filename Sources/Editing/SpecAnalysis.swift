// What an editor is told of a spec: its mistakes, its names, its steps.

import Checker
import Model

/// A spec with its imports, as far as it can be read.
struct SpecAnalysis {
    let document: EditedDocument
    let diagnostics: [Diagnostic]
    let syntax: SpecSyntax?
    /// Of the file itself, then of its imports.
    let indices: [SymbolIndex]
    let system: TransitionSystem?

    init(_ document: EditedDocument, read: @escaping SpecLoader.Reader) {
        self.document = document
        let found = Diagnostics()
        var loader = SpecLoader(diagnostics: found, read: read)
        let loaded = loader.load(document.source)
        syntax = loaded?.main
        var sources: [SourceFile] = []
        for entry in loaded?.entries ?? [] where !entry.isOwn {
            if !sources.contains(where: { $0 === entry.item.range.file }) { sources.append(entry.item.range.file) }
        }
        var indices = [loaded.map { SymbolIndex($0.main) }].compactMap(\.self)
        for source in sources {
            if let spec = Parser.parse(source, diagnostics: Diagnostics()) { indices.append(SymbolIndex(spec)) }
        }
        self.indices = indices
        var system: TransitionSystem?
        if !found.hasErrors, loaded != nil {
            // The plain check first: its warnings too; then every fault, whose mistakes would show only when it runs.
            var plain = SpecSystem.Choice()
            plain.allowsOpen = !(loaded?.main.items ?? []).contains {
                if case .check(nil, _, _) = $0.kind { true } else { false }
            }
            system = SpecSystem(document.source, read: read, choice: plain, diagnostics: found)?.system
            for item in loaded?.main.items ?? [] where system != nil {
                var choice = SpecSystem.Choice()
                switch item.kind {
                case .check(let name?, _, _): choice.check = name.text
                case .fault(let id, _, _, _, _): choice.fault = id.text
                default: continue
                }
                let own = Diagnostics()
                _ = SpecSystem(document.source, read: read, choice: choice, diagnostics: own)
                for diagnostic in own.all where diagnostic.severity == .error { found.report(diagnostic) }
            }
        }
        self.system = system
        diagnostics = found.all
    }

    /// The declaration of the name at an offset; names of imports as well.
    func declarations(at offset: Int) -> [DeclaredSymbol] {
        guard let own = indices.first else { return [] }
        let here = own.declarations(at: offset)
        if !here.isEmpty { return here }
        guard let word = own.word(at: offset) else { return [] }
        let name = document.source.text(of: word)
        return indices.dropFirst().flatMap { index in
            index.declarations.filter { $0.name == name && $0.scope == nil }
        }
    }

    /// What is shown of a name: its declaration, its words, and for code the steps it is cut into.
    func hover(at offset: Int) -> (text: String, range: SourceRange)? {
        guard let word = indices.first?.word(at: offset), let symbol = declarations(at: offset).first else {
            return nil
        }
        let head = Self.head(of: symbol).replacing("`", with: "'")
        var text = "```shmcheck\n\(head)\n```\n"
        if let documentation = symbol.documentation { text += "\n\(Self.plain(documentation))\n" }
        if let type = type(of: symbol) { text += "\nvalues: `\(type)`\n" }
        let steps = steps(of: symbol)
        if !steps.isEmpty { text += "\nsteps: " + steps.map { "`\($0)`" }.joined(separator: ", ") + "\n" }
        if symbol.range.file !== document.source { text += "\nfrom `\(symbol.range.file.path)`\n" }
        return (text, word)
    }

    /// The line of a declaration, up to its block.
    private static func head(of symbol: DeclaredSymbol) -> String {
        let file = symbol.range.file
        if symbol.kind == .local || symbol.kind == .label || symbol.kind == .enumerationCase {
            let line = file.line(file.position(at: symbol.range.start).line)
            return String(line.drop { $0 == " " })
        }
        let text = file.text(of: symbol.extent)
        let first = text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? symbol.name
        return first.hasSuffix("{") ? String(first.dropLast()) : first
    }

    /// Comments are shown as text, whatever they hold.
    private static func plain(_ text: String) -> String {
        text.map { "\\`*_{}[]<>#|!".contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    private func type(of symbol: DeclaredSymbol) -> String? {
        guard let system else { return nil }
        switch symbol.kind {
        case .variable, .field:
            let path = symbol.container.map { "\($0).\(symbol.name)" } ?? symbol.name
            return system.variables.first { $0.name == path }.map { system.types.name(of: $0.type) }
        case .constant:
            guard let constant = system.constants.first(where: { $0.name == symbol.name }) else { return nil }
            return system.types.describe(constant.value, as: constant.type)
        default: return nil
        }
    }

    private func steps(of symbol: DeclaredSymbol) -> [String] {
        guard let system, symbol.kind == .function || symbol.kind == .process else { return [] }
        var names: [String] = []
        for process in system.processes {
            for point in process.points {
                let node = process.code.nodes[point.node]
                guard node.function == symbol.name else { continue }
                let line = node.range.file.position(at: node.range.start).line
                let text = "\(point.name) (line \(line), \(node.mover.rawValue))"
                if !names.contains(text) { names.append(text) }
            }
        }
        return Array(names.prefix(40))
    }
}
