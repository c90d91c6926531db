// Resolves a whole `kernel` block against a kernel.

import Emu
package import Model

/// Resolves a `kernel` block.
///
/// - Parameters:
///   - declaration: the block, its spec's side typed.
///   - model: the model that it is of, with the constants that are meant.
///   - kernel: the kernel.
///   - program: the file of a user program by its name; throws why it is not there.
/// - Returns: the bindings; what could not be bound is told in their lines.
/// - Complexity: linear in the block and in the elements that it covers.
package func resolve(
    _ declaration: KernelDeclaration, of model: TypedModel, in kernel: ProgramImage,
    program: @escaping (String) throws(SymbolError) -> ProgramImage
) -> KernelBindings {
    var resolver = BindingResolver(declaration: declaration, model: model, kernel: kernel, program: program)
    return resolver.run()
}

/// One resolution.
struct BindingResolver {
    let declaration: KernelDeclaration
    let model: TypedModel
    let kernel: ProgramImage
    let program: (String) throws(SymbolError) -> ProgramImage
    var bindings: KernelBindings
    var homes = ElementHomes()
    /// Single processes by name.
    private let processes: [String: Int]
    private let processArrays: [String: Range<Int>]
    /// Numbers among the spec's constants.
    private let constants: [String: Int128]

    init(
        declaration: KernelDeclaration, model: TypedModel, kernel: ProgramImage,
        program: @escaping (String) throws(SymbolError) -> ProgramImage
    ) {
        self.declaration = declaration
        self.model = model
        self.kernel = kernel
        self.program = program
        bindings = KernelBindings(kernel: declaration.name)
        var processes: [String: Int] = [:]
        for process in model.processes where !process.isArray { processes[process.name] = process.firstPid }
        self.processes = processes
        var arrays: [String: Range<Int>] = [:]
        for process in model.processes where process.isArray {
            arrays[process.name] = process.firstPid..<process.firstPid + process.count
        }
        processArrays = arrays
        var constants: [String: Int128] = [:]
        for constant in model.constants {
            if case .integer(let value) = constant.value { constants[constant.name] = value }
        }
        self.constants = constants
    }

    mutating func run() -> KernelBindings {
        findPrimitives()
        // Pointers to processes and other elements are read by what these lines say, wherever they stand.
        for binding in declaration.bindings {
            if case .pid(let text) = binding.syntax.kind { findProcesses(text) }
        }
        for binding in declaration.bindings { findHomes(binding) }
        for binding in declaration.bindings { resolve(binding) }
        bindings.exitNumber = try? SystemCallNumbers(kernel: kernel).number(of: "exit", programs: []).0
        return bindings
    }

    /// A scope for one line.
    func scope(_ indices: [String] = []) -> ResolutionScope {
        ResolutionScope(
            kernel: kernel, program: program, indices: indices, processes: processes, processArrays: processArrays,
            constants: constants)
    }

    // MARK: What binds by its name

    private mutating func findPrimitives() {
        for name in [
            "acquire", "release", "sleep", "wakeup", "sched", "scheduler", "swtch", "panic", "usertrap", "kerneltrap",
        ] {
            bindings.primitives.functions[name] = try? kernel.function(named: name)
        }
        let scope = scope(["h"])
        if let node = try? ExpressionResolver.resolve("cpus[h].proc", scope), (try? node.value()) != nil {
            bindings.primitives.current = KernelExpression(node)
            homes.harts = scope.notes.indexed.first?.table
            bindings.primitives.hartCount = scope.notes.indexed.first?.count
        }
    }

    private mutating func findProcesses(_ text: String) {
        var scope = scope()
        scope.allowsEmptyIndex = true
        guard let node = try? ExpressionResolver.resolve(text, scope), (try? node.value()) != nil else { return }
        bindings.number = KernelExpression(node)
        guard let table = scope.notes.indexed.first?.table, table.count > 0 else { return }
        homes.processes = table
        bindings.primitives.processTable = (table.address, table.stride, table.count)
    }

    private mutating func findHomes(_ binding: TypedBinding) {
        guard case .state(_, let text?, _, _) = binding.syntax.kind else { return }
        let scope = scope(binding.locals.map(\.name))
        guard (try? ExpressionResolver.resolve(text, scope)) != nil else { return }
        for (index, table, _, _) in scope.notes.indexed where index < binding.locals.count {
            guard case .sort(let id) = binding.locals[index].type, homes.sorts[id] == nil, let table else { continue }
            homes.sorts[id] = table
        }
    }

    // MARK: Lines

    private mutating func resolve(_ binding: TypedBinding) {
        let range = binding.syntax.range
        func side(_ expression: ExpressionSyntax) -> String { expression.range.file.text(of: expression.range) }
        var line: BindingLine
        switch binding.syntax.kind {
        case .constant(let name, let text): line = constant(name.text, text, binding)
        case .state(let syntax, let text, let unless, let abstract):
            line = BindingLine(
                kind: "state", place: side(syntax), kernel: text ?? abstract.map { "abstract \(side($0))" } ?? "",
                range: range)
            if let text { line.kernel = text + (unless.map { " unless \($0)" } ?? "") }
            state(binding, text, unless, &line)
        case .lock(let syntax, let text):
            line = BindingLine(kind: "lock", place: side(syntax), kernel: text, range: range)
            state(binding, text, nil, &line)
        case .function: line = function(binding)
        case .value(let name, let parameter, let text): line = value(name, parameter, text, range)
        case .step(let syntax, let text): line = step(side(syntax), text, range)
        case .pid(let text): line = number(text, range)
        case .process(let syntax, let text): line = process(side(syntax), text, binding)
        case .console(let text, let choice): line = console(text, choice, range)
        case .failure(let name, _, let choice): line = failure(name.text, choice, binding)
        case .harts(let count):
            line = BindingLine(kind: "harts", place: side(count), kernel: "", range: range)
            bindings.harts = binding.number.map { Int(clamping: $0) }
            line.type = binding.number.map { "\($0) harts" }
            if let wanted = bindings.harts, let most = bindings.primitives.hartCount, wanted > most {
                line.problem = .disagrees("the spec has \(wanted) harts, the kernel's cpus[] has \(most)")
            }
        }
        bindings.lines.append(line)
    }

    // MARK: State

    private mutating func state(_ binding: TypedBinding, _ text: String?, _ unless: String?, _ line: inout BindingLine)
    {
        guard let place = binding.place else { return }
        let open = binding.locals.map { (name: $0.name, type: $0.type) }
        guard let elements = ElementEnumeration(model: model, place: place, open: open.map(\.type)).elements() else {
            line.problem = .unbound("more than 65,536 elements: bind a part of it")
            return
        }
        var reader: StateReader
        if let abstract = binding.abstract {
            reader = StateReader(text: line.kernel, abstract: abstract, code: nil, absence: nil, place: nil, size: 0)
            line.type = "of other data"
        } else {
            do throws(BindingError) {
                reader = try self.reader(place.type, open, text ?? "", unless, &line)
            } catch {
                line.problem = .unbound(error.description)
                return
            }
        }
        let isLockLine = line.kind == "lock"
        bindings.states.append(
            StateBinding(
                place: line.place, type: place.type, elements: elements, open: open, reader: reader,
                range: binding.syntax.range, isLockLine: isLockLine))
    }

    private func reader(
        _ type: Type, _ open: [(name: String, type: Type)], _ text: String, _ unless: String?, _ line: inout BindingLine
    ) throws(BindingError) -> StateReader {
        var scope = scope(open.map(\.name))
        let node = try ExpressionResolver.resolve(text, scope)
        line.type = node.typeName
        line.source = source(of: node)
        line.address = node.place.flatMap { AddressText(indices: open.map(\.name)).text(of: $0) }
        // Only what the kernel's side itself goes through says how large the kernel's arrays are.
        let through = scope.notes.indexed
        scope.own = node
        var isNil = try unless.map { text throws(BindingError) in try ExpressionResolver.resolve(text, scope).value() }
        var absence: ValueCode?
        if case .optional = type {} else { (absence, isNil) = (isNil, nil) }
        let builder = ReaderBuilder(
            types: model.types, homes: homes, resolver: ExpressionResolver(scope), notes: scope.notes)
        let code = try builder.read(type, node, isNil: isNil)
        line.notes = scope.notes.remarks
        var disagreements = scope.notes.disagreements
        for (index, _, count, array) in through where index < open.count {
            if let problem = disagreement(open[index].type, count, array) { disagreements.append(problem) }
        }
        if let first = disagreements.first { line.problem = .disagrees(first) }
        var (place, size) = (node.place, try node.size() ?? 0)
        if place == nil, let only = try? node.value().onlyLoad {
            (place, size) = only
            line.address = AddressText(indices: open.map(\.name)).text(of: only.place)
            line.type = "computed"
        }
        return StateReader(
            text: text, abstract: nil, code: code, absence: absence, place: size > 0 ? place : nil, size: size)
    }

    /// Whether an array of the kernel has as many elements as the spec: exactly so for numbers, enough for elements of
    /// sorts, since these are matched with those that take part.
    private func disagreement(_ type: Type, _ count: Int?, _ array: String) -> String? {
        guard let count, let wanted = model.types.count(of: type) else { return nil }
        if type.integer != nil {
            return wanted == Int128(count)
                ? nil : "the spec has \(wanted) elements, the kernel's \(array)[] has \(count)"
        }
        return wanted <= Int128(count)
            ? nil : "the spec has \(wanted) of \(model.types.name(of: type)), the kernel's \(array)[] has \(count)"
    }

    /// Where what an expression names last is declared.
    private func source(of node: KernelNode) -> String? {
        let name = node.text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        return (try? kernel.information.variables(named: String(name)))?.first?.line
    }
}

/// All elements that a place with open indices covers.
struct ElementEnumeration {
    let model: TypedModel
    let place: Place
    /// Types of the open indices.
    let open: [Type]

    private static let limit: Int128 = 65_536

    /// In the order of the open indices, the last one fastest; nil when there are too many.
    func elements() -> [BoundElement]? {
        guard case .variable(let variable) = place.root else { return [] }
        var counts: [Int] = []
        var total: Int128 = 1
        for type in open {
            let count = model.types.count(of: type) ?? 0
            total *= count
            guard count <= Self.limit, total <= Self.limit else { return nil }
            counts.append(Int(count))
        }
        return (0..<Int(total)).compactMap { number in
            var rest = number
            var ordinals = counts
            for index in counts.indices.reversed() {
                ordinals[index] = rest % counts[index]
                rest /= counts[index]
            }
            return element(variable, ordinals)
        }
    }

    private func element(_ variable: VariableID, _ ordinals: [Int]) -> BoundElement? {
        let dimensions = model.variables[variable].dimensions
        var instance = 0
        for (formula, type) in zip(place.indices, dimensions) {
            guard let ordinal = ordinal(of: formula, type, ordinals), let count = model.types.count(of: type),
                ordinal >= 0, Int128(ordinal) < count
            else { return nil }
            instance = instance * Int(count) + ordinal
        }
        var path: [BoundElement.Step] = []
        var type = model.variables[variable].type
        for component in place.path {
            switch (component, type) {
            case (.field(let index), .structure(let id)):
                path.append(.field(index))
                type = model.types.structures[id].fields[index].type
            case (.index(let formula), .array(let element, let index)):
                guard let ordinal = ordinal(of: formula, index, ordinals) else { return nil }
                path.append(.element(ordinal))
                type = element
            case (.payload, .optional(let inner)):
                path.append(.payload)
                type = inner
            default: return nil
            }
        }
        return BoundElement(variable: variable, instance: instance, path: path, open: ordinals)
    }

    /// The ordinal of an index that is open or a constant.
    private func ordinal(of formula: Formula, _ type: Type, _ ordinals: [Int]) -> Int? {
        switch formula.kind {
        case .constant(let value): return model.types.ordinal(of: value, in: type)
        case .local(let local):
            guard local < ordinals.count else { return nil }
            let value = model.types.value(ordinals[local], of: open[local])
            switch (value, type) {
            case (.member(let index), .pid):
                if case .sort(let id) = open[local], let first = model.types.sorts[id].firstPid { return first + index }
                return index
            default: return model.types.ordinal(of: value, in: type)
            }
        case .convert(let inner, _): return ordinal(of: inner, type, ordinals)
        default: return nil
        }
    }
}
