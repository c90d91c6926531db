// Places: where a part of the state or of a local lies, with the checks that reaching it needs.

import Model

/// Where a place is, after its indices were computed.
struct Location {
    /// What holds it.
    enum Container {
        case memory
        /// A narrow local, as packed bits.
        case register(UInt16)
        /// A whole narrow local that is a number: there are no bits to select.
        case number(UInt16)
        /// A fixed parameter.
        case constant(Int64)
        /// A value of an intern table, by the register that has its number.
        case pool(table: Int, UInt16)
    }
    var container: Container
    /// Bit offset within the container, plus an index register.
    var address: Address
    var shape: Shape
}

extension Compiler {
    /// The location of a place. Emits index computations, bounds and payload checks, and the rules of reading.
    func locate(_ place: Place, _ range: SourceRange, isStore: Bool = false) -> Location {
        var location: Location
        var type: Type
        switch place.root {
        case .local(let id):
            type = localTypes[id]
            location = localLocation(id, shape(of: type))
        case .variable(let id):
            let variable = layout.variables[id]
            type = system.variables[id].type
            let indices = place.indices.enumerated().map { position, formula in
                index(formula, below: Int(types.count(of: system.variables[id].dimensions[position]) ?? 1), range)
            }
            enforce(id, indices, place, isStore: isStore, range)
            let counts = system.variables[id].dimensions.map { Int(types.count(of: $0) ?? 1) }
            location = Location(
                container: .memory, address: Address(offset: stateBase + variable.offset), shape: variable.shape)
            add(flatten(indices, counts), stride: variable.stride, to: &location.address)
        case .object: preconditionFailure("a group has no location")
        }
        for component in place.path { step(component, &location, &type, range, isStore: isStore) }
        return location
    }

    private func localLocation(_ id: LocalID, _ shape: Shape) -> Location {
        switch storage(of: id) {
        case .register(let register):
            if case .scalar = shape {
                return Location(container: .number(register), address: Address(offset: 0), shape: shape)
            }
            return Location(container: .register(register), address: Address(offset: 0), shape: shape)
        case .memory(let offset): return Location(container: .memory, address: Address(offset: offset), shape: shape)
        case .constant(let value):
            return Location(container: .constant(value), address: Address(offset: 0), shape: shape)
        }
    }

    /// An index as an operand, checked against the bound unless its type already fits.
    func index(_ formula: Formula, below count: Int, _ range: SourceRange) -> Operand {
        let operand = compile(formula)
        if case .constant(let value) = operand, value >= 0, value < count { return operand }
        if let integer = formula.type.integer, case .register(let register) = operand,
            integer.lower < 0 || integer.upper >= Int128(count)
        {
            let site = trap("the index is outside 0..<\(count)", range)
            assembler.emit(.checkIndex, a: register, target: site, imm: Int64(count))
        } else if case .constant = operand {
            let site = trap("the index is outside 0..<\(count)", range)
            let register = assembler.inRegister(operand)
            assembler.emit(.checkIndex, a: register, target: site, imm: Int64(count))
            return .constant(0)
        }
        return operand
    }

    /// Several indices as one number, the last varying fastest.
    func flatten(_ indices: [Operand], _ counts: [Int]) -> Operand {
        var result = Operand.constant(0)
        for (index, count) in zip(indices, counts) {
            if case .constant(let so) = result, case .constant(let value) = index {
                result = .constant(so * Int64(count) + value)
                continue
            }
            let scaled = scale(result, by: count, plus: 0)
            result = sum(scaled, index)
        }
        return result
    }

    private func scale(_ operand: Operand, by factor: Int, plus offset: Int) -> Operand {
        if case .constant(let value) = operand { return .constant(value * Int64(factor) + Int64(offset)) }
        let result = assembler.register()
        let source = assembler.inRegister(operand)
        assembler.emit(.address, a: result, b: source, target: offset, imm: Int64(factor))
        return .register(result)
    }

    private func sum(_ left: Operand, _ right: Operand) -> Operand {
        switch (left, right) {
        case (.constant(0), _): return right
        case (_, .constant(0)): return left
        case (.constant(let value), .register(let register)), (.register(let register), .constant(let value)):
            let result = assembler.register()
            assembler.emit(.addImmediate, a: result, b: register, imm: value)
            return .register(result)
        default: return emit(.add, left, right)
        }
    }

    /// Adds an index times a stride to an address.
    func add(_ index: Operand, stride: Int, to address: inout Address) {
        if case .constant(let value) = index {
            address.offset += Int(value) * stride
            return
        }
        let scaled = scale(index, by: stride, plus: 0)
        let previous = address.index.map { Operand.register($0) } ?? .constant(0)
        address.index = assembler.inRegister(sum(previous, scaled))
    }

    private func step(
        _ component: Place.Component, _ location: inout Location, _ type: inout Type, _ range: SourceRange,
        isStore: Bool
    ) {
        if case .interned = location.shape { enter(&location, isStore: isStore) }
        switch (component, location.shape, type) {
        case (.field(let index), .structure(let fields, _), .structure(let id)):
            location.address.offset += fields[index].offset
            location.shape = fields[index].shape
            type = types.structures[id].fields[index].type
        case (.payload, .optional(let payload, let offset, _), .optional(let wrapped)):
            let flag = assembler.register()
            read(location, bits: 1, lower: 0, into: flag)
            assembler.emit(.checkFlag, a: flag, target: trap("nil is taken", range))
            location.address.offset += offset
            location.shape = payload
            type = wrapped
        case (.index(let formula), .array(let element, let count, let stride, _), .array(let elementType, _)):
            let index = index(formula, below: count, range)
            add(index, stride: stride, to: &location.address)
            location.shape = element
            type = elementType
        case (
            .index(let formula), .sequence(let element, _, let countBits, let offset, let stride, _),
            .sequence(let elementType, _)
        ):
            let position = assembler.inRegister(compile(formula))
            let count = assembler.register()
            read(location, bits: countBits, lower: 0, into: count)
            checkBelow(position, count, range)
            location.address.offset += offset
            add(.register(position), stride: stride, to: &location.address)
            location.shape = element
            type = elementType
        default: preconditionFailure("the path does not fit the value")
        }
    }

    /// From the number of an interned struct to its parts: in its table, or for a store in a copy.
    func enter(_ location: inout Location, isStore: Bool = false) {
        guard case .interned(let table, let inner, _) = location.shape else { return }
        let outer = location
        let number = assembler.inRegister(value(at: location))
        guard isStore else {
            location = Location(container: .pool(table: table, number), address: Address(offset: 0), shape: inner)
            return
        }
        let copy = Address(offset: assembler.scratch(words: inner.wordCount))
        assembler.emit(.fetchInterned, b: assembler.inRegister(copy), c: number, target: table)
        rebuilds.append(Rebuild(outer: outer, copy: copy, table: table))
        location = Location(container: .memory, address: copy, shape: inner)
    }

    /// Puts structs whose parts were stored to back by their new numbers, from the inside out.
    func finishStore() {
        while let rebuild = rebuilds.popLast() {
            let number = assembler.register()
            assembler.emit(.intern, a: number, b: assembler.inRegister(rebuild.copy), target: rebuild.table)
            writeBits(number, at: rebuild.outer, bits: rebuild.outer.shape.bits, lower: 0)
        }
    }

    /// Traps unless 0 <= position < count, both registers.
    func checkBelow(_ position: UInt16, _ count: UInt16, _ range: SourceRange) {
        let isBelow = assembler.register()
        assembler.emit(.lessUnsigned, a: isBelow, b: position, c: count)
        assembler.emit(.checkFlag, a: isBelow, target: trap("the index is outside the sequence", range))
    }

    // MARK: Reading and writing

    /// Reads so many bits at a location.
    func read(_ location: Location, bits: Int, lower: Int64, into register: UInt16) {
        switch location.container {
        case .memory: assembler.load(location.address, bits: bits, lower: lower, into: register)
        case .number(let source): assembler.emit(.move, a: register, b: source)
        case .constant(let value):
            let source = assembler.constant(value)
            extract(source, location.address, bits, lower, register)
        case .register(let source): extract(source, location.address, bits, lower, register)
        case .pool(let table, let number):
            if location.address.index == nil, bits > 0 {
                assembler.emit(
                    .loadInterned, a: register, b: number, c: UInt16(location.address.offset >> 6), width: bits,
                    shift: location.address.offset & 63, target: table, imm: lower)
            } else {
                assembler.load(fetched(table, number, location.address), bits: bits, lower: lower, into: register)
            }
        }
    }

    /// The same address within a copy of an interned value.
    private func fetched(_ table: Int, _ number: UInt16, _ address: Address) -> Address {
        let copy = assembler.scratch(words: layout.shapes.pool.tables[table].wordCount)
        assembler.emit(.fetchInterned, b: assembler.constant(Int64(copy)), c: number, target: table)
        return Address(offset: address.offset + copy, index: address.index)
    }

    private func extract(_ source: UInt16, _ address: Address, _ bits: Int, _ lower: Int64, _ register: UInt16) {
        guard bits > 0 else {
            assembler.emit(.constant, a: register, imm: lower)
            return
        }
        if address.index != nil {
            let shift = assembler.inRegister(address)
            assembler.emit(.extractAt, a: register, b: source, c: shift, width: bits, imm: lower)
        } else {
            assembler.emit(.extract, a: register, b: source, width: bits, shift: address.offset, imm: lower)
        }
    }

    /// The value at a location.
    func value(at location: Location) -> Operand {
        if !location.shape.isNarrow {
            guard case .pool(let table, let number) = location.container else { return .memory(location.address) }
            return .memory(fetched(table, number, location.address))
        }
        if case .constant(let value) = location.container, case .scalar = location.shape, location.address.offset == 0 {
            return .constant(value)
        }
        if case .number(let register) = location.container { return .register(register) }
        let register = assembler.register()
        var lower: Int64 = 0
        if case .scalar(_, let least) = location.shape { lower = least }
        read(location, bits: location.shape.bits, lower: lower, into: register)
        return .register(register)
    }

    /// Stores a value of the location's type.
    func write(_ value: Operand, at location: Location) {
        if !location.shape.isNarrow {
            guard case .memory(let source) = value else { preconditionFailure("a wide place takes a wide value") }
            assembler.copy(words: location.shape.wordCount, from: source, to: location.address)
            return
        }
        let source = assembler.inRegister(value)
        var lower: Int64 = 0
        if case .scalar(_, let least) = location.shape { lower = least }
        writeBits(source, at: location, bits: location.shape.bits, lower: lower)
    }

    func writeBits(_ source: UInt16, at location: Location, bits: Int, lower: Int64) {
        switch location.container {
        case .memory: assembler.store(source, location.address, bits: bits, lower: lower)
        case .number(let target): assembler.emit(.move, a: target, b: source)
        case .register(let target):
            guard bits > 0 else { return }
            if location.address.index != nil {
                let shift = assembler.inRegister(location.address)
                assembler.emit(.insertAt, a: target, b: source, c: shift, width: bits, imm: lower)
            } else {
                assembler.emit(.insert, a: target, b: source, width: bits, shift: location.address.offset, imm: lower)
            }
        case .constant, .pool: preconditionFailure("neither a fixed parameter nor a table is stored to")
        }
    }
}
