// What `shmcheck bind` prints: each line of the `kernel` block, and what it is bound to.

import Checker
package import Model

/// Writes bindings for people and for programs.
package struct BindingReport {
    /// The bindings.
    package let bindings: KernelBindings
    /// The spec's path.
    package let spec: String
    /// The kernel's path.
    package let kernel: String
    /// Where the spec has data that no line binds, and that are no ghosts.
    package let unbound: [String]

    /// A report of resolved bindings.
    package init(_ bindings: KernelBindings, of model: TypedModel, spec: String, kernel: String) {
        self.bindings = bindings
        self.spec = spec
        self.kernel = kernel
        let bound = Set(bindings.states.flatMap { $0.elements.map(\.variable) })
        unbound = model.variables.enumerated().filter { !$1.isGhost && !bound.contains($0) }.map(\.element.name)
    }

    private var problems: [BindingLine] { bindings.lines.filter { $0.problem != nil } }

    /// The table, and one sentence that sums it up.
    package var text: String {
        var text = "\(spec): kernel \"\(bindings.kernel)\" against \(kernel)\n"
        let width = min(30, bindings.lines.map { $0.place.count }.max() ?? 0)
        for line in bindings.lines { text += row(line, width: width) }
        if !unbound.isEmpty {
            text += "  not bound, and no ghost: \(unbound.joined(separator: ", "))\n"
        }
        let count = bindings.lines.count
        text +=
            problems.isEmpty
            ? "\(spec): all \(count) lines are bound\n"
            : "\(spec): \(count - problems.count) of \(count) lines are bound; "
                + "\(problems.count) \(problems.count == 1 ? "is" : "are") not, see ✗\n"
        return text
    }

    private func row(_ line: BindingLine, width: Int) -> String {
        let mark = line.problem == nil ? " " : "✗"
        let kind = line.kind.padding(to: 7)
        var text = "\(mark) \(kind) \(line.place.padding(to: width))"
        let kernel = line.kernel.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        text += kernel.isEmpty ? "" : " = \(kernel)"
        let about = [line.address, line.type, line.source].compactMap { $0 }.joined(separator: "  ")
        let indent = "\n" + String(repeating: " ", count: 10)
        if !about.isEmpty { text += indent + about }
        for note in line.notes { text += indent + note }
        switch line.problem {
        case .unbound(let why)?: text += indent + "NOT BOUND: \(why)"
        case .disagrees(let why)?: text += indent + "DISAGREES: \(why)"
        case nil: break
        }
        return text + "\n"
    }

    /// One document: each line with what it is bound to.
    package func document(exitCode: Int) -> String {
        let lines = bindings.lines.map { line in
            let (isBound, reason): (Bool, JSONValue) =
                switch line.problem {
                case .unbound(let why)?: (false, .string(why))
                case .disagrees(let why)?: (true, .string(why))
                case nil: (true, .null)
                }
            func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
            return JSONValue.object([
                .init("kind", .string(line.kind)), .init("place", .string(line.place)),
                .init("kernel", .string(line.kernel)), .init("bound", .bool(isBound)),
                .init("agrees", .bool(line.problem == nil)), .init("reason", reason),
                .init("address", optional(line.address)), .init("type", optional(line.type)),
                .init("source", optional(line.source)), .init("notes", .array(line.notes.map { .string($0) })),
                .init("spec", .string(line.range.description)),
            ])
        }
        return JSONValue.object([
            .init("v", .integer(1)), .init("exit", .integer(Int128(exitCode))), .init("spec", .string(spec)),
            .init("block", .string(bindings.kernel)), .init("kernel", .string(kernel)), .init("lines", .array(lines)),
            .init("unbound", .array(unbound.map { .string($0) })),
        ]).prettyText + "\n"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
