// From a type of the model and an expression of the kernel to the way to read one as the other.

import Model

/// Arrays of the kernel that the model's sorts are matched with.
struct ElementHomes {
    /// The process table.
    var processes: ElementTable?
    /// `cpus`
    var harts: ElementTable?
    /// By sort: the array that open indices of the sort go through.
    var sorts: [SortID: ElementTable] = [:]
}

/// Builds readers.
struct ReaderBuilder {
    let types: TypeTable
    let homes: ElementHomes
    let resolver: ExpressionResolver
    let notes: ResolutionNotes

    private func fail(_ node: KernelNode, _ type: Type, _ why: String = "") -> BindingError {
        BindingError(
            .unresolved, part: node.text,
            "the spec has a value of type \(types.name(of: type)) where the kernel has \(node.typeName)" + why)
    }

    /// How a value of the model's type is read.
    ///
    /// - Parameter isNil: the condition after `unless`, over the node.
    func read(_ type: Type, _ node: KernelNode, isNil: ValueCode? = nil) throws(BindingError) -> ReaderCode {
        switch type {
        case .bool: return .bool(try number(node, type))
        case .integer: return .integer(try number(node, type))
        case .sort, .pid: return try member(type, node)
        case .enumeration(let id): return try enumeration(types.enumerations[id], type, node)
        case .structure(let id): return try structure(types.structures[id], type, node)
        case .optional(let wrapped):
            if let isNil { return .optional(isNil: isNil, try read(wrapped, node)) }
            return .optional(isNil: try absence(node, type), try read(wrapped, node))
        case .array(let element, let index): return try array(element, index, type, node)
        case .lock: return try lock(node)
        case .set, .sequence:
            throw BindingError(
                .unresolved, part: node.text,
                "a \(types.name(of: type)) has no counterpart in C: make it a ghost, or bind what it is made of")
        case .null, .void, .invalid: throw fail(node, type)
        }
    }

    private func number(_ node: KernelNode, _ type: Type) throws(BindingError) -> ValueCode {
        guard try node.scalar() != nil, !isArray(node) else { throw fail(node, type) }
        return try node.value()
    }

    private func isArray(_ node: KernelNode) -> Bool {
        if case .array? = (try? node.cType())??.0 { true } else { false }
    }

    private func pointer(_ node: KernelNode) -> Bool {
        if case .pointer? = (try? node.cType())??.0 { true } else { false }
    }

    /// When an optional is nil that no `unless` explains.
    private func absence(_ node: KernelNode, _ type: Type) throws(BindingError) -> ValueCode {
        if pointer(node) { return .unary("!", try node.value(), .int) }
        if case .pageEntry = node.type {
            return .unary("!", try PageEntry.member("valid", of: node, node.text).value(), .int)
        }
        throw BindingError(
            .unresolved, part: node.text,
            "the spec's value may be nil, and nothing tells when the kernel's is: add `unless` and a condition")
    }

    // MARK: Elements of sorts

    private func isProcess(_ type: Type) -> Bool {
        switch type {
        case .pid: true
        case .sort(let id): types.sorts[id].firstPid != nil
        default: false
        }
    }

    private func member(_ type: Type, _ node: KernelNode) throws(BindingError) -> ReaderCode {
        if case .pageEntry = node.type {
            guard !isProcess(type) else { throw fail(node, type) }
            return .number(try PageEntry.member("frame", of: node, node.text).value())
        }
        guard !isArray(node), try node.scalar() != nil else { throw fail(node, type) }
        guard pointer(node) else { return .number(try node.value()) }
        if isProcess(type) {
            guard let table = homes.processes else {
                throw fail(
                    node, type, ": which process a pointer means is told by `pid = table[].number`, which is not bound")
            }
            return .slot(try node.value(), table)
        }
        if case .sort(let id) = type, let table = homes.sorts[id] { return .element(try node.value(), table) }
        throw fail(
            node, type,
            ": a pointer is matched with an element by the array that an open index of that sort goes through, and no line has one"
        )
    }

    // MARK: Enums

    private func enumeration(
        _ declaration: EnumerationDeclaration, _ type: Type, _ node: KernelNode
    ) throws(BindingError) -> ReaderCode {
        let matching = EnumMatching(cases: declaration.cases, name: declaration.name)
        switch try node.cType() {
        case (.enumeration(let enumeration), _, let image)?:
            guard let match = matching.match(enumeration) else {
                let names = enumeration.enumerators.map(\.name).joined(separator: ", ")
                throw fail(node, type, ": \(image.information.name(of: id(node))) has \(names)")
            }
            return .enumerated(try node.value(), ordinals: match.ordinals, others: match.others)
        case (.array(let element, let count?), _, let image)?:
            guard case .base(let base)? = try? image.information.stripped(element).type, base.size == 1,
                let place = node.place
            else { throw fail(node, type) }
            return .text(place, count: count, cases: declaration.cases)
        case let found:
            guard try node.scalar() != nil else { throw fail(node, type) }
            let image = found?.2 ?? resolver.scope.kernel
            let match = try matching.search(image.information, part: node.text)
            return .enumerated(try node.value(), ordinals: match.ordinals, others: match.others)
        }
    }

    private func id(_ node: KernelNode) -> CTypeID {
        if case .c(let id, _) = node.type { id } else { .void }
    }

    // MARK: Structs and arrays

    private func structure(
        _ declaration: StructureDeclaration, _ type: Type, _ node: KernelNode
    ) throws(BindingError) -> ReaderCode {
        let members: [String]
        if case .pageEntry = node.type {
            // What a hart remembers of an entry are the hardware's bits.
            if case .value(.translation) = node.form {
                members = PageEntry.names.filter { $0 != "shared" }
            } else {
                members = PageEntry.names
            }
        } else if case (.record(let record), _, let image)? = try node.cType() {
            members = ExpressionResolver.names(of: record, image)
        } else {
            throw fail(node, type)
        }
        let pairs = FieldMatching.pairs(declaration.fields.map(\.name), members)
        guard pairs.contains(where: { $0 != nil }) else {
            throw fail(node, type, ": no member has the name of a field; bind the fields one by one")
        }
        var fields: [ReaderCode?] = []
        for (field, name) in zip(declaration.fields, pairs) {
            guard let name else {
                notes.remark("\(field.name) is not in the kernel")
                fields.append(nil)
                continue
            }
            if name != field.name { notes.remark("\(field.name) is .\(name)") }
            fields.append(try read(field.type, resolver.member(name, of: node)))
        }
        return .structure(fields)
    }

    private func array(
        _ element: Type, _ index: Type, _ type: Type, _ node: KernelNode
    ) throws(BindingError) -> ReaderCode {
        guard let bounds = index.integer, let count = types.count(of: index), count <= 4096 else {
            throw BindingError(
                .unresolved, part: node.text,
                "elements of \(types.name(of: index)) are matched one by one: write an open index on both sides")
        }
        if case (.array(_, let length?), _, _)? = try node.cType(), Int128(length) != bounds.upper + 1 {
            notes.disagree("the spec has \(bounds.upper + 1) elements, the kernel \(length)")
        }
        var list: [ReaderCode] = []
        for ordinal in 0..<count {
            let position = bounds.lower + ordinal
            let part = try resolver.element(of: node, at: .constant(position), "\(node.text)[\(position)]")
            list.append(try read(element, part))
        }
        return .array(list)
    }

    // MARK: Locks

    /// xv6's spinlock: `locked`, and `cpu` or `hart`; its sleeplock has `pid`.
    private func lock(_ node: KernelNode) throws(BindingError) -> ReaderCode {
        guard case (.record(let record), _, let image)? = try node.cType() else { throw fail(node, .lock) }
        let members = Set(ExpressionResolver.names(of: record, image))
        guard let word = ["locked", "lock", "slock", "value"].first(where: { members.contains($0) }) else {
            throw fail(node, .lock, ": a lock has a member `locked`")
        }
        let holder: LockHolder
        if members.contains("hart") {
            holder = .hart(try resolver.member("hart", of: node).value())
        } else if members.contains("cpu") {
            let cpu = try resolver.member("cpu", of: node)
            if pointer(cpu), let table = homes.harts {
                holder = .cpu(try cpu.value(), table)
            } else {
                holder = pointer(cpu) ? .unknown : .hart(try cpu.value())
            }
        } else if members.contains("pid") {
            holder = .process(try resolver.member("pid", of: node).value())
        } else {
            holder = .unknown
        }
        return .lock(word: try resolver.member(word, of: node).value(), holder)
    }
}

/// What is found out beside the meaning of a line.
final class ResolutionNotes {
    private(set) var remarks: [String] = []
    private(set) var disagreements: [String] = []
    /// Arrays that open indices go through: the number of the index, and the array.
    private(set) var indexed: [(index: Int, table: ElementTable?, count: Int?, array: String)] = []

    func remark(_ text: String) { if !remarks.contains(text) { remarks.append(text) } }
    func disagree(_ text: String) { if !disagreements.contains(text) { disagreements.append(text) } }
    func goes(through array: String, index: Int, table: ElementTable?, count: Int?) {
        indexed.append((index, table, count, array))
    }
}
