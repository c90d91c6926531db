// The lines of a `kernel` block for what the model chooses and the environment does: what is typed, what fails.

import Emu
import Model

extension BindingResolver {
    /// `console "text" = choice`
    mutating func console(_ text: String, _ choice: String, _ range: SourceRange) -> BindingLine {
        var line = BindingLine(kind: "console", place: "\"\(text)\"", kernel: choice, range: range)
        line.type = "typed for a choice"
        do throws(BindingError) {
            bindings.consoles.append(ConsoleBinding(text: text, choice: try self.choice(choice), range: range))
        } catch {
            line.problem = .unbound(error.description)
        }
        return line
    }

    /// `fail f(result) = choice`
    mutating func failure(_ name: String, _ choice: String, _ binding: TypedBinding) -> BindingLine {
        var line = BindingLine(kind: "fail", place: name, kernel: choice, range: binding.syntax.range)
        let result = binding.number ?? 0
        line.type = "returns \(result) for a choice"
        do throws(BindingError) {
            let code = try code(name)
            let choice = try self.choice(choice)
            line.source = code.line
            guard let entry = code.entry, code.inlined.isEmpty else {
                let callers = Set(code.inlined.map(\.caller)).sorted().joined(separator: ", ")
                throw BindingError(
                    .unresolved, part: name, "it is inlined in \(callers): nobody can return from it in its place")
            }
            line.address = "0x" + String(entry, radix: 16)
            bindings.failures.append(
                FailureBinding(
                    name: name, entry: entry, result: UInt64(truncatingIfNeeded: result),
                    choice: choice, range: binding.syntax.range))
        } catch {
            line.problem = .unbound(error.description)
        }
        return line
    }

    /// A case, a number or a constant of the spec, as a value.
    private func choice(_ text: String) throws(BindingError) -> BoundChoice {
        func fails(_ why: String) -> BindingError { BindingError(.unresolved, part: text, why) }
        let parts = text.split(separator: ".").map(String.init)
        if parts.count == 2, let found = model.types.enumerations.first(where: { $0.name == parts[0] }) {
            guard let value = found.cases.firstIndex(of: parts[1]) else {
                throw fails("\(parts[0]) has no case \(parts[1])\(Nearest.hint(parts[1], among: found.cases))")
            }
            return BoundChoice(text: text, value: .member(value))
        }
        if let number = Int128(text) { return BoundChoice(text: text, value: .integer(number)) }
        if text == "true" || text == "false" { return BoundChoice(text: text, value: .bool(text == "true")) }
        if let constant = model.constants.first(where: { $0.name == text }) {
            return BoundChoice(text: text, value: constant.value)
        }
        throw fails("a choice is a case (`Command.pause`), a number, or a constant of the spec")
    }
}
