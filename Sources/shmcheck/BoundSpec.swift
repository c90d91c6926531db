// A spec and a kernel as the commands that bind them are told: constants, a fault, which kernel.

import ArgumentParser
import Checker
import Model

/// A spec under a choice of constants, perhaps with one of its faults.
struct BoundSpec {
    let source: SourceFile
    let definitions: [String]
    let fault: String?
    let colour: ColourChoice

    /// The typed model; mistakes are printed, and end the command with 2 or 64.
    func model() throws -> TypedModel {
        let settings = try definitions.map { try CheckCommand.setting($0) }
        let diagnostics = Diagnostics()
        var loader = SpecLoader(diagnostics: diagnostics, read: SpecFiles.imported)
        let loaded = loader.load(source)
        var model: TypedModel?
        if let loaded, !diagnostics.hasErrors {
            var items = loaded.items
            var all = settings
            if let fault {
                guard let (definitions, values) = find(fault, in: loaded) else {
                    Terminal.note("\(source.path) has no fault \(fault)")
                    throw ExitCode(64)
                }
                items = loaded.items(with: definitions, diagnostics: diagnostics)
                all = values + settings
            }
            if !diagnostics.hasErrors { model = typeCheck(items, settings: all, diagnostics: diagnostics) }
        }
        CheckCommand.report(diagnostics.all.filter { $0.severity == .error }, colour: colour)
        guard let model, !diagnostics.hasErrors else { throw ExitCode(Int32(ExitStatus.rejected.rawValue)) }
        return model
    }

    private func find(_ id: String, in loaded: LoadedSpec) -> ([ItemSyntax], [SettingSyntax])? {
        for item in loaded.main.items {
            if case .fault(let name, let settings, _, let definitions, _) = item.kind, name.text == id {
                return (definitions, settings.filter { $0.name.text != "memory" && $0.name.text != "depth" })
            }
        }
        return nil
    }
}

/// `--kernel`: a file, or the built-in guest in one of its variants.
struct KernelChoice {
    /// A path, `guest`, `guest:healthy`, `guest:FAULT`.
    let word: String
    /// The fault that `guest` alone stands for.
    let fault: String?

    /// The path of the kernel, which is built when it is the guest: with the constants that the block binds to its sizes.
    func path(_ declaration: KernelDeclaration, _ model: TypedModel) throws(CommandFailure) -> String {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts[0] == BuiltInGuest.word else { return word }
        var variant = fault
        if parts.count == 2 { variant = parts[1] == "healthy" ? nil : parts[1] }
        if let variant, try !BuiltInGuest.hasFault(variant) {
            throw CommandFailure(
                "the guest has no variant \(variant): there is no Guest/Faults/\(variant).patch", code: 69)
        }
        let known = try BuiltInGuest.sizes()
        var sizes: [(name: String, value: Int128)] = []
        for binding in declaration.bindings {
            guard case .constant(_, let name) = binding.syntax.kind, let value = binding.number, known.contains(name),
                value >= 0, !sizes.contains(where: { $0.name == name })
            else { continue }
            sizes.append((name, value))
        }
        return try BuiltInGuest.variant(fault: variant, sizes: sizes)
    }
}
