// The lines of a `kernel` block that are not data: constants, funcs, steps, processes, numbers, the console.

import Emu
import Model

extension BindingResolver {
    // MARK: Constants

    mutating func constant(_ name: String, _ text: String, _ binding: TypedBinding) -> BindingLine {
        var line = BindingLine(kind: "const", place: name, kernel: text, range: binding.syntax.range)
        guard let value = binding.number else {
            line.problem = .unbound("\(name) is no number, and C has no other constants")
            return line
        }
        var kernelValue: Int128?
        do throws(BindingError) {
            let node = try ExpressionResolver.resolve(text, scope())
            let situation = Situation(memory: FileMemory(kernel), index: { _, _ in nil }, slot: { _ in nil }) {
                _ in nil
            }
            kernelValue = try Evaluation(situation: situation, indices: [], text: text).value(node.value())
            line.type = "\(value)"
            line.source = source(text)
        } catch {
            line.problem = .unbound(
                error.description + "; a macro is in the file when it is compiled with -g3 (-fdebug-macro for clang); "
                    + "without, write `sizeof(x) / sizeof(x[0])` of an array that has so many elements")
        }
        if let kernelValue, kernelValue != value {
            line.problem = .disagrees("the spec says \(value), the kernel has \(kernelValue)")
        }
        bindings.constants.append(
            ConstantBinding(
                name: name, value: value, kernelName: text, kernelValue: kernelValue, range: binding.syntax.range))
        return line
    }

    private func source(_ name: String) -> String? {
        if let body = kernel.macros[name] { return "#define \(name) \(body)" }
        guard let found = kernel.information.enumerators(named: name).first else { return nil }
        return kernel.information.name(of: found.type)
    }

    // MARK: Funcs

    mutating func function(_ binding: TypedBinding) -> BindingLine {
        guard case .function(let name, _, let kernelName, let arguments, let word, let call, _) = binding.syntax.kind
        else {
            preconditionFailure("not a func line")
        }
        let range = binding.syntax.range
        let written = range.file.text(of: range).split(separator: "=", maxSplits: 1).map {
            $0.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        }
        var line = BindingLine(
            kind: "func", place: String((written.first ?? "").dropFirst("func ".count)), kernel: written.last ?? "",
            range: range)
        do throws(BindingError) {
            let code = try kernelName.map { name throws(BindingError) in try self.code(name.text) }
            line.type = "function"
            if let code { tell(code, &line) }
            let values =
                try code.map { code throws(BindingError) in try pairs(arguments, binding.arguments, code) } ?? []
            let way = try way(word, call, binding, &line)
            guard let id = model.functions.firstIndex(where: { $0.name == name.text }) else { return line }
            bindings.functions.append(
                FunctionBinding(
                    function: id, name: name.text, parameters: binding.locals.map(\.name), code: code,
                    arguments: values, way: way, range: range))
        } catch {
            line.problem = .unbound(error.description)
        }
        return line
    }

    private func tell(_ code: FunctionCode, _ line: inout BindingLine) {
        line.source = code.line
        let callers = Set(code.inlined.map(\.caller)).sorted().joined(separator: ", ")
        guard let entry = code.entry else {
            line.type = "inlined in \(callers)"
            return
        }
        line.address = "0x" + String(entry, radix: 16)
        if !code.inlined.isEmpty { line.notes.append("also inlined in \(callers)") }
    }

    /// What stands after `via`.
    private func way(
        _ word: Identifier?, _ call: Identifier?, _ binding: TypedBinding, _ line: inout BindingLine
    ) throws(BindingError) -> FunctionBinding.Way? {
        switch word?.text {
        case "syscall": return .call(try systemCall(call?.text ?? "", binding, &line))
        case "exec": return .exec(try systemCall("exec", binding, &line))
        case "load":
            line.type = "instruction of user code"
            guard let address = binding.callArguments.first, binding.callArguments.count == 1,
                address.type.integer != nil
            else { throw BindingError(.unresolved, part: "load", "a load has one argument, the address") }
            return .load(try inlined(address))
        case "boot":
            line.type = "before the first step"
            return .boot
        default: return nil
        }
    }

    // MARK: Values

    mutating func value(
        _ name: Identifier, _ parameter: Identifier?, _ text: String, _ range: SourceRange
    ) -> BindingLine {
        let place = name.text + (parameter.map { ".\($0.text)" } ?? "")
        var line = BindingLine(kind: "value", place: place, kernel: text, range: range)
        do throws(BindingError) {
            let expression = KernelExpression(try ExpressionResolver.resolve(text, scope(["result"])))
            guard expression.code != nil else {
                throw BindingError(.unresolved, part: text, "\(expression.typeName) is no number")
            }
            line.type = "what a system call returned"
            bindings.values.append(
                ValueBinding(function: name.text, parameter: parameter?.text, expression: expression, range: range))
        } catch {
            line.problem = .unbound(error.description)
        }
        return line
    }

    func code(_ name: String) throws(BindingError) -> FunctionCode {
        do throws(SymbolError) {
            return try kernel.function(named: name)
        } catch {
            throw BindingError(.unresolved, part: name, error.description)
        }
    }

    private func pairs(
        _ arguments: [ArgumentSyntax], _ values: [Formula], _ code: FunctionCode
    ) throws(BindingError) -> [(parameter: FunctionParameter, value: Formula)] {
        var list: [(parameter: FunctionParameter, value: Formula)] = []
        for (position, (argument, value)) in zip(arguments, values).enumerated() {
            if let label = argument.label {
                guard let parameter = code.parameters.first(where: { $0.name == label.text }) else {
                    let names = code.parameters.map(\.name)
                    throw BindingError(
                        .unresolved, part: label.text,
                        code.hasParameters
                            ? "\(code.name) has no parameter \(label.text)\(Nearest.hint(label.text, among: names)); it has "
                                + names.joined(separator: ", ")
                            : "the file does not tell the parameters of \(code.name)")
                }
                list.append((parameter, try inlined(value)))
            } else if position < code.parameters.count {
                list.append((code.parameters[position], try inlined(value)))
            } else {
                throw BindingError(
                    .unresolved, part: code.name,
                    "\(code.name) takes \(code.parameters.count) arguments, the line has more")
            }
        }
        return list
    }

    private func systemCall(
        _ name: String, _ binding: TypedBinding, _ line: inout BindingLine
    ) throws(BindingError) -> SystemCall {
        guard binding.callArguments.count <= 6 else {
            throw BindingError(.unresolved, part: name, "a system call takes six arguments at most")
        }
        let programs = declaration.bindings.compactMap { binding -> ProgramImage? in
            guard case .process(_, let text) = binding.syntax.kind,
                let name = Self.quoted(text, after: "program") ?? Self.quoted(text, after: "exec")
            else {
                return nil
            }
            return try? program(name)
        }
        let (number, from) = try SystemCallNumbers(kernel: kernel).number(of: name, programs: programs)
        line.notes.append("system call \(number), by \(from)")
        let arguments = try binding.callArguments.map { formula throws(BindingError) in try inlined(formula) }
        return SystemCall(name: name, number: number, arguments: arguments)
    }

    /// The text in quotes after a word.
    static func quoted(_ text: String, after word: String) -> String? {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].filter({ $0 != " " }) == word, parts[2].allSatisfy({ $0 == " " }) else {
            return nil
        }
        return String(parts[1])
    }

    // MARK: Steps

    mutating func step(_ name: String, _ text: String, _ range: SourceRange) -> BindingLine {
        var line = BindingLine(kind: "step", place: name, kernel: text, range: range)
        do throws(BindingError) {
            let (program, rest) = try Self.program(of: text)
            let image = try program.map { name throws(BindingError) in try self.image(ofProgram: name) } ?? kernel
            let addresses = try stops(rest, in: image)
            line.address = addresses.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
            line.source = addresses.first.flatMap { image.lines.place(of: $0) }.map {
                image.information.shortened($0)
            }
            line.type = program.map { "instruction of \($0)" } ?? "instruction"
            bindings.steps.append(StepBinding(step: name, addresses: addresses, program: program, range: range))
        } catch {
            line.problem = .unbound(error.description)
        }
        return line
    }

    /// The program that a place of code is of, `in user("program")` behind it, and the text without it.
    private static func program(of text: String) throws(BindingError) -> (program: String?, rest: String) {
        let sign = " in user("
        guard let start = text.firstRange(of: sign) else { return (nil, text) }
        guard
            let name = quoted(
                String(text[start.lowerBound...].dropFirst(4)).filter { $0 != "(" && $0 != ")" }, after: "user")
        else {
            throw BindingError(.unresolved, part: text, "code of a program is `enter f in user(\"program\")`")
        }
        return (name, String(text[..<start.lowerBound]))
    }

    private func image(ofProgram name: String) throws(BindingError) -> ProgramImage {
        do throws(SymbolError) { return try program(name) } catch {
            throw BindingError(.unresolved, part: name, error.description)
        }
    }

    /// `line "F":N`, `call f in g`, `enter f`, `leave f`, an address.
    private func stops(_ text: String, in kernel: ProgramImage) throws(BindingError) -> [UInt64] {
        func code(_ name: String) throws(BindingError) -> FunctionCode {
            do throws(SymbolError) { return try kernel.function(named: name) } catch {
                throw BindingError(.unresolved, part: name, error.description)
            }
        }
        func checked(_ found: [UInt64], _ why: String) throws(BindingError) -> [UInt64] {
            if found.isEmpty { throw BindingError(.unresolved, part: text, why) }
            return found
        }
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("call", 4) where words[2] == "in":
            let (callee, caller) = (try code(words[1]), try code(words[3]))
            return try checked(kernel.calls(to: callee, in: caller), "\(words[3]) does not call \(words[1])")
        case ("enter", 2):
            let code = try code(words[1])
            return code.entry.map { [$0] + code.inlined.map(\.entry) } ?? code.inlined.map(\.entry)
        case ("leave", 2):
            return try checked(
                kernel.exits(of: code(words[1])), "\(words[1]) has no code of its own that returns: it is inlined")
        default: break
        }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 3, parts[0].split(separator: " ") == ["line"],
            let number = Int(parts[2].drop { $0 == " " || $0 == ":" }.filter { $0 != " " })
        {
            let next = kernel.lines.nextLine(from: number, in: parts[1]).map { "; the next line with code is \($0)" }
            return try checked(
                kernel.lines.addresses(ofLine: number, in: parts[1]),
                "no code comes from \(parts[1]):\(number)" + (next ?? ""))
        }
        if text.hasPrefix("0x"), let address = UInt64(text.dropFirst(2), radix: 16) {
            return try checked(
                kernel.contents(at: address, count: 2) == nil ? [] : [address], "there is no code at \(text)")
        }
        throw BindingError(
            .unresolved, part: text, "a step is `line \"F\":N`, `call f in g`, `enter f`, `leave f` or an address")
    }

    // MARK: Processes

    mutating func number(_ text: String, _ range: SourceRange) -> BindingLine {
        var line = BindingLine(kind: "pid", place: "pid", kernel: text, range: range)
        var scope = scope()
        scope.allowsEmptyIndex = true
        do throws(BindingError) {
            let node = try ExpressionResolver.resolve(text, scope)
            _ = try node.value()
            line.type = node.typeName
            line.address = node.place.flatMap { AddressText(indices: ["slot"]).text(of: $0) }
            if homes.processes == nil {
                line.problem = .unbound("\(text) leaves out no index: the process table is `proc[]`, an array")
            } else {
                line.notes.append("\(homes.processes?.count ?? 0) slots")
            }
            if bindings.primitives.current == nil {
                line.problem = .unbound("the process that runs on a hart is not found: there is no cpus[].proc")
            }
        } catch {
            line.problem = .unbound(error.description)
        }
        return line
    }

    mutating func process(_ place: String, _ text: String, _ binding: TypedBinding) -> BindingLine {
        var line = BindingLine(kind: "process", place: place, kernel: text, range: binding.syntax.range)
        guard let (id, instance) = binding.process else {
            line.problem = .unbound("\(place) is no process with a known number")
            return line
        }
        let player: ProcessBinding.Player
        let words = text.split(separator: " ").map(String.init)
        if let name = Self.quoted(text, after: "program") ?? Self.quoted(text, after: "exec") {
            player = text.hasPrefix("exec") ? .exec(name) : .program(name)
            line.type = text.hasPrefix("exec") ? "forked, then program" : "program"
            do throws(SymbolError) {
                line.notes.append("in \(try program(name).name)")
            } catch {
                line.problem = .unbound(error.description)
            }
            if case .exec = player, bindings.exec == nil {
                do throws(BindingError) { bindings.exec = try systemCall("exec", binding, &line) } catch {
                    line.problem = .unbound(error.description)
                }
            }
        } else if words.count == 2, words[0] == "hart", let hart = Int(words[1]), hart >= 0 {
            player = .hart(hart)
            line.type = "hart"
            if let count = bindings.primitives.hartCount, hart >= count {
                line.problem = .disagrees("the kernel's cpus[] has \(count)")
            }
        } else if let number = Int64(words.last ?? ""), words.count == 1 || words.count == 2 && words[0] == "number" {
            player = .number(number)
            line.type = "process number"
        } else {
            line.problem = .unbound("a process is `program \"name\"`, `exec \"name\"`, a number, or `hart n`")
            return line
        }
        bindings.processes.append(
            ProcessBinding(process: id, instance: instance, player: player, range: binding.syntax.range))
        return line
    }
}
