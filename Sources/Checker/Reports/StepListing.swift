// The steps of a spec as text: what `shmcheck show` prints.

public import Model

/// Lists scheduling points and micro-steps with their classes.
public enum StepListing {
    /// The listing of a spec's plain configuration; nil when it has mistakes.
    public static func text(
        of source: SourceFile, read: @escaping SpecLoader.Reader, isUnreduced: Bool, diagnostics: Diagnostics
    ) -> String? {
        var loader = SpecLoader(diagnostics: diagnostics, read: read)
        guard let loaded = loader.load(source), !diagnostics.hasErrors,
            let model = typeCheck(loaded.items, settings: [], diagnostics: diagnostics)
        else { return nil }
        var options = LoweringOptions()
        options.isUnreduced = isUnreduced
        guard let system = lower(model, options: options, diagnostics: diagnostics) else { return nil }
        var lines = ["\(system.name): steps (class B commutes, L joins the step before, R and N start a step)"]
        for process in system.processes { list(process, &lines) }
        for action in system.actions { lines.append("action \(action.name): one step") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func list(_ process: ProcessCode, _ lines: inout [String]) {
        lines.append("")
        lines.append("process \(process.name)\(process.count > 1 ? "[\(process.count)]" : "")")
        var names: [NodeID: String] = [:]
        for point in process.points { names[point.node] = point.name }
        for (index, node) in process.code.nodes.enumerated() {
            if let name = names[index] { lines.append("  \(name):") }
            if case .jump = node.operation, !node.isAtomicStart { continue }
            let place = node.range.file.position(at: node.range.start)
            let text = node.range.file.text(of: node.range).split(separator: "\n").first.map(String.init) ?? ""
            let number = String(place.line)
            let mark = node.isAttached ? "+" : node.mover.rawValue
            lines.append("    \(mark)  \(String(repeating: " ", count: max(0, 4 - number.count)))\(number)  \(text)")
        }
    }
}
