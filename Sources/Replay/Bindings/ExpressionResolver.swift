// Resolves the kernel's side of a binding: names, members, indices, pointers.

import Emu

/// What names of the kernel's side mean.
struct ResolutionScope {
    /// The kernel.
    let kernel: ProgramImage
    /// The file of a user program; throws why it is not there.
    let program: (String) throws(SymbolError) -> ProgramImage
    /// The open indices of the line.
    var indices: [String] = []
    /// Single processes of the model by name, with their pids: in an index they stand for their slots.
    var processes: [String: Int] = [:]
    /// Processes of several instances by name, with their pids.
    var processArrays: [String: Range<Int>] = [:]
    /// Numbers among the spec's constants, for names that the kernel does not have.
    var constants: [String: Int128] = [:]
    /// What the line binds, for `.member` and `PTE_V` after `unless`.
    var own: KernelNode?
    /// Set in the kernel's side of `pid`: `proc[]`.
    var allowsEmptyIndex = false
    /// Collects what is found out on the way.
    var notes = ResolutionNotes()
}

/// Resolves expressions.
struct ExpressionResolver {
    var scope: ResolutionScope
    /// Macros that are being replaced.
    private var macros: [String] = []
    private var isInIndex = false

    init(_ scope: ResolutionScope) { self.scope = scope }

    /// Parses and resolves a text.
    static func resolve(_ text: String, _ scope: ResolutionScope) throws(BindingError) -> KernelNode {
        try ExpressionResolver(scope).resolve(CParser.parse(text))
    }

    func resolve(_ syntax: CSyntax) throws(BindingError) -> KernelNode {
        switch syntax {
        case .number(let value, let isUnsigned, let isLong, let text):
            return KernelNode(
                form: .value(.constant(value)), type: .scalar(Scalar(size: isLong ? 8 : 4, isSigned: !isUnsigned)),
                text: text)
        case .name(let name, let file): return try self.name(name, file, syntax.text)
        case .user(let program, let name): return try user(program, name, syntax.text)
        case .member(let base, let name, let isArrow):
            let base = try resolve(base)
            if !isArrow, isPointer(base) {
                throw BindingError(
                    .unresolved, part: syntax.text, "\(base.text) is a pointer: write \(base.text)->\(name)")
            }
            return try member(name, of: isArrow ? target(of: base) : base, syntax.text)
        case .ownMember(let name):
            guard let own = scope.own else {
                throw BindingError(.unresolved, part: syntax.text, "\(syntax.text) has a meaning after `unless` only")
            }
            return try member(name, of: own)
        case .index(let base, let index): return try element(base, index, syntax.text)
        case .tableWalk(let root): return try tableWalk(root, syntax.text)
        case .translations(let hart):
            var inner = self
            inner.isInIndex = true
            return KernelNode(
                form: .translations(hart: try inner.resolve(hart).value()), type: .pageTable, text: syntax.text)
        case .unary("*", let operand): return try target(of: resolve(operand))
        case .unary("&", let operand): return try addressOf(operand, syntax.text)
        default: return try OperatorResolver(resolver: self).resolve(syntax)
        }
    }

    private func isPointer(_ node: KernelNode) -> Bool {
        if case .pointer? = (try? node.cType())??.0 { true } else { false }
    }

    // MARK: Names

    private func name(_ name: String, _ file: String?, _ text: String) throws(BindingError) -> KernelNode {
        if file == nil {
            if let number = scope.indices.firstIndex(of: name) {
                return KernelNode(form: .value(.index(number)), type: .scalar(.long), text: text)
            }
            if isInIndex, let pid = scope.processes[name] {
                return KernelNode(form: .value(.slot(pid: pid)), type: .scalar(.long), text: text)
            }
            if case .pageEntry? = scope.own?.type, name.hasPrefix("PTE_"),
                let bit = PageEntry.bits[String(name.dropFirst(4))]
            {
                return try member(bit, of: scope.own, text)
            }
        }
        let found: [VariableSymbol]
        do throws(SymbolError) {
            found = try scope.kernel.information.variables(named: name)
        } catch {
            throw BindingError(.unresolved, part: text, error.description)
        }
        let wanted = file.map { file in found.filter { ("/" + $0.unit).hasSuffix("/" + file) } } ?? found
        if wanted.count > 1 {
            let places = wanted.map { "\"\($0.unit)\"::\(name)" }.joined(separator: ", ")
            throw BindingError(.unresolved, part: text, "there are several \(name): \(places)")
        }
        if let symbol = wanted.first { return try variable(symbol, in: scope.kernel, .kernel, text) }
        if let constant = try constant(name, text) { return constant }
        if let pid = scope.processes[name] {
            return KernelNode(form: .value(.slot(pid: pid)), type: .scalar(.long), text: text)
        }
        if let value = scope.constants[name] {
            return KernelNode(form: .value(.constant(value)), type: .scalar(.long), text: text)
        }
        throw unknown(name, text)
    }

    private func constant(_ name: String, _ text: String) throws(BindingError) -> KernelNode? {
        let values = scope.kernel.information.enumerators(named: name)
        if values.count > 1 {
            throw BindingError(.unresolved, part: text, "enums of several units give \(name) different values")
        }
        if let (value, type) = values.first {
            return KernelNode(form: .value(.constant(Int128(value))), type: .c(type, scope.kernel), text: text)
        }
        guard let body = scope.kernel.macros[name], !macros.contains(name), macros.count < 32 else { return nil }
        var inner = self
        inner.macros.append(name)
        do throws(BindingError) {
            let node = try inner.resolve(CParser.parse(body))
            return KernelNode(form: node.form, type: node.type, text: text)
        } catch {
            throw BindingError(.unresolved, part: text, "the macro \(name) is `\(body)`: \(error.description)")
        }
    }

    private func unknown(_ name: String, _ text: String) -> BindingError {
        let index = scope.kernel.information.index
        let names = Array(index.variables.keys) + Array(index.enumerators.keys) + scope.indices
        let isData = scope.kernel.executable.symbols.contains { $0.name == name && !$0.isCode }
        return BindingError(
            .unresolved, part: text,
            isData
                ? "\(name) is a symbol without a type: the file that defines it was compiled without -g"
                : "the kernel has no \(name)" + Nearest.hint(name, among: names))
    }

    private func variable(
        _ symbol: VariableSymbol, in image: ProgramImage, _ space: AddressSpace, _ text: String
    ) throws(BindingError) -> KernelNode {
        switch symbol.location {
        case .address(let address):
            return KernelNode(form: .place(.fixed(address, space), nil), type: .c(symbol.type, image), text: text)
        case .constant(let value):
            let node = KernelNode(form: .value(.constant(0)), type: .c(symbol.type, image), text: text)
            guard let scalar = try node.scalar() else { break }
            return KernelNode(
                form: .value(.constant(scalar.wrap(Int128(value)))), type: .c(symbol.type, image), text: text)
        case .register, .memory, .frame: break
        }
        throw BindingError(.unresolved, part: text, "\(text) is not in memory: the compiler keeps it elsewhere")
    }

    private func user(_ program: String, _ name: String, _ text: String) throws(BindingError) -> KernelNode {
        do throws(SymbolError) {
            let image = try scope.program(program)
            let found = try image.information.variables(named: name)
            guard let symbol = found.first else {
                let hint = Nearest.hint(name, among: image.information.index.variables.keys)
                throw SymbolError("the program \(program) has no \(name)" + hint)
            }
            if found.count > 1 { throw SymbolError("the program \(program) has several \(name)") }
            return try variableResult(symbol, image, program, text).get()
        } catch {
            throw BindingError(.unresolved, part: text, error.description)
        }
    }

    private func variableResult(
        _ symbol: VariableSymbol, _ image: ProgramImage, _ program: String, _ text: String
    ) -> Result<KernelNode, SymbolError> {
        do throws(BindingError) {
            return .success(try variable(symbol, in: image, .user(program), text))
        } catch {
            return .failure(SymbolError(error.description))
        }
    }

    // MARK: Members

    func member(_ name: String, of base: KernelNode?, _ text: String? = nil) throws(BindingError) -> KernelNode {
        guard let base else { throw BindingError(.unresolved, part: ".\(name)", "there is nothing that has a member") }
        let text = text ?? "\(base.text).\(name)"
        if case .pageEntry = base.type { return try PageEntry.member(name, of: base, text) }
        guard case .record(let record)? = try base.cType()?.0, case .c(_, let image) = base.type else {
            throw BindingError(
                .unresolved, part: text, "\(base.text) is of type \(base.typeName), which has no members")
        }
        guard case .place(let place, _) = base.form else {
            throw BindingError(.unresolved, part: text, "\(base.text) is not in memory")
        }
        var budget = Self.memberLimit
        guard let (offset, member) = Self.find(name, in: record, image, &budget) else {
            let title = image.information.name(of: id(of: base))
            if record.size == nil {
                throw BindingError(
                    .unresolved, part: text, "the kernel only declares \(title): its members are not known")
            }
            let hint = Nearest.hint(name, among: Self.names(of: record, image))
            throw BindingError(.unresolved, part: text, "\(title) has no member \(name)\(hint)")
        }
        return KernelNode(
            form: .place(offset == 0 ? place : .plus(place, UInt64(bitPattern: Int64(offset))), member.bits),
            type: .c(member.type, image),
            text: text)
    }

    private func id(of node: KernelNode) -> CTypeID {
        if case .c(let id, _) = node.type { id } else { .void }
    }

    /// How many members are looked at, in a file that lies about what is inside of what.
    private static let memberLimit = 20_000

    /// A member by its name, through anonymous structs and unions.
    private static func find(
        _ name: String, in record: RecordType, _ image: ProgramImage, _ budget: inout Int, depth: Int = 0
    ) -> (offset: Int, member: RecordMember)? {
        if let member = record.members.first(where: { $0.name == name }) { return (member.offset, member) }
        for member in record.members where member.name == nil {
            budget -= 1
            guard budget > 0, depth < 64,
                case .record(let inner)? = try? image.information.stripped(member.type).type,
                let (offset, found) = find(name, in: inner, image, &budget, depth: depth + 1)
            else { continue }
            return (member.offset &+ offset, found)
        }
        return nil
    }

    /// Names of members, those of anonymous structs and unions too.
    static func names(of record: RecordType, _ image: ProgramImage) -> [String] {
        var budget = memberLimit
        return names(of: record, image, &budget, depth: 0)
    }

    private static func names(of record: RecordType, _ image: ProgramImage, _ budget: inout Int, depth: Int) -> [String]
    {
        var names: [String] = []
        for member in record.members {
            budget -= 1
            if budget <= 0 || depth > 64 { break }
            if let name = member.name {
                names.append(name)
            } else if case .record(let inner)? = try? image.information.stripped(member.type).type {
                names += Self.names(of: inner, image, &budget, depth: depth + 1)
            }
        }
        return names
    }

    // MARK: Elements and pointers

    private func element(_ base: CSyntax, _ index: CSyntax?, _ text: String) throws(BindingError) -> KernelNode {
        // `client[1]` is the slot of that process.
        if case .name(let name, nil) = base, let pids = scope.processArrays[name],
            case .number(let number, _, _, _)? = index
        {
            guard number >= 0, number < Int128(pids.count) else {
                throw BindingError(.unresolved, part: text, "there are \(pids.count) processes \(name)")
            }
            return KernelNode(
                form: .value(.slot(pid: pids.lowerBound + Int(number))), type: .scalar(.long), text: text)
        }
        let base = try resolve(base)
        let number: ValueCode
        if let index {
            var inner = self
            inner.isInIndex = true
            let node = try inner.resolve(index)
            guard case .number(let value, _, _, _) = index else {
                return try element(of: base, at: node.value(), text)
            }
            number = .constant(value)
            if case .array(_, let count?)? = try base.cType()?.0, value < 0 || value >= Int128(count) {
                throw BindingError(.unresolved, part: text, "\(base.text) has \(count) elements")
            }
        } else {
            guard scope.allowsEmptyIndex else {
                throw BindingError(.unresolved, part: text, "an index is missing: only `pid` leaves it out")
            }
            number = .index(0)
        }
        return try element(of: base, at: number, text)
    }

    /// An element of an array, of what a pointer points to, or of a page table.
    func element(of base: KernelNode, at index: ValueCode, _ text: String) throws(BindingError) -> KernelNode {
        if case .table(let root, let isPointer) = base.form {
            return KernelNode(form: .leaf(root: root, isPointer: isPointer, page: index), type: .pageEntry, text: text)
        }
        if case .translations(let hart) = base.form {
            return KernelNode(form: .value(.translation(hart: hart, page: index)), type: .pageEntry, text: text)
        }
        guard let (type, _, image) = try base.cType() else {
            throw BindingError(.unresolved, part: text, "\(base.text) is no array")
        }
        switch (type, base.form) {
        case (.array(let element, let count), .place(let place, _)):
            let stride = try stride(element, image, text)
            if case .index(let number) = index {
                let table = place.fixedAddress.map {
                    ElementTable(address: $0, stride: UInt64(stride), count: count ?? 0)
                }
                scope.notes.goes(through: base.text, index: number, table: table, count: count)
            }
            return KernelNode(
                form: .place(.element(place, index, stride: stride), nil), type: .c(element, image), text: text)
        case (.pointer(let target), _):
            let pointer = PlaceCode.pointed(try base.value(), base.place?.space ?? .kernel)
            return KernelNode(
                form: .place(.element(pointer, index, stride: try stride(target, image, text)), nil),
                type: .c(target, image), text: text)
        default:
            throw BindingError(.unresolved, part: text, "\(base.text) is of type \(base.typeName), which is no array")
        }
    }

    func stride(_ id: CTypeID, _ image: ProgramImage, _ text: String) throws(BindingError) -> Int {
        guard let size = try KernelNode(form: .value(.constant(0)), type: .c(id, image), text: text).size(), size > 0
        else {
            throw BindingError(
                .unresolved, part: text, "the size of \(image.information.name(of: id)) is not known")
        }
        return size
    }

    /// What a pointer points to.
    func target(of node: KernelNode) throws(BindingError) -> KernelNode {
        guard let (type, _, image) = try node.cType() else {
            throw BindingError(.unresolved, part: node.text, "\(node.text) is no pointer")
        }
        let text = "*\(node.text)"
        let space = node.place?.space ?? .kernel
        switch type {
        case .pointer(let target):
            if case .value(.address(let place)) = node.form {
                return KernelNode(form: .place(place, nil), type: .c(target, image), text: text)
            }
            return KernelNode(form: .place(.pointed(try node.value(), space), nil), type: .c(target, image), text: text)
        case .array(let element, _):
            return try self.element(of: node, at: .constant(0), text).retyped(.c(element, image))
        default:
            throw BindingError(
                .unresolved, part: node.text, "\(node.text) is of type \(node.typeName), which is no pointer")
        }
    }

    private func addressOf(_ operand: CSyntax, _ text: String) throws(BindingError) -> KernelNode {
        let node = try resolve(operand)
        guard case .place(let place, nil) = node.form else {
            throw BindingError(.unresolved, part: text, "\(operand.text) has no address")
        }
        guard case .c(let id, let image) = node.type else {
            return KernelNode(form: .value(.address(place)), type: .scalar(.word), text: text)
        }
        return KernelNode(
            form: .value(.address(place)), type: .c(image.information.pointer(to: id), image), text: text)
    }

    private func tableWalk(_ root: CSyntax, _ text: String) throws(BindingError) -> KernelNode {
        let node = try resolve(root)
        let isPointer = isPointer(node)
        let size = try node.scalar()?.size
        guard isPointer || size == 8 else {
            throw BindingError(
                .unresolved, part: root.text,
                "sv39 takes a page table's address; \(root.text) is of type \(node.typeName)")
        }
        return KernelNode(
            form: .table(root: try node.value(), isPointer: isPointer), type: .pageTable, text: text)
    }
}

extension KernelNode {
    func retyped(_ type: TypeOf) -> KernelNode { KernelNode(form: form, type: type, text: text) }
}
