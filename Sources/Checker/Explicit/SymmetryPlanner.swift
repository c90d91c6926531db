// Walks over the layout of a system and lists what moves when elements of symmetric sorts are exchanged.

import Model

/// Makes the operations of a `SymmetryPlan`: what encloses others stands before them.
struct SymmetryPlanner {
    private let layout: StateLayout
    private let group: SymmetryGroup
    private let types: TypeTable
    let tables: SymmetryTables
    private(set) var operations: [SymmetryOperation] = []
    private(set) var guards: [SymmetryGuard] = []
    private(set) var points: [Int32] = []
    private(set) var offsets: [Int] = []
    private(set) var masks: [UInt64] = []
    private(set) var always = 0..<0
    private(set) var frames: [SymmetryFrame] = []
    private(set) var ranges: [Range<Int>] = []
    private(set) var isRelational = false
    private(set) var internedWords = 0
    private(set) var blockWords = 0
    private var families: [String: UInt64] = [:]
    private var bodies: [Int: (range: Range<Int>, points: Int)] = [:]

    /// Where the walk is.
    private struct Place {
        var offset: Int
        var guards: [SymmetryGuard] = []
        var points: [Int32] = []
        var path: String

        func moved(to offset: Int, _ name: String) -> Place {
            var place = self
            place.offset = offset
            place.path += name
            return place
        }
    }

    init(_ layout: StateLayout, _ group: SymmetryGroup) {
        self.layout = layout
        self.group = group
        types = layout.system.types
        tables = SymmetryTables(layout.system, group)
    }

    mutating func run() {
        prepareInterned()
        let first = operations.count
        for (id, variable) in layout.variables.enumerated() {
            walk(variable, layout.system.variables[id], dimension: 0, Place(offset: variable.offset, path: "v\(id)"))
        }
        for process in layout.system.processes { addBlocks(of: process) }
        if tables.movesChannels { addChannels() }
        always = first..<operations.count
        for pid in layout.processes.indices { addLocals(of: pid) }
    }

    /// An element as a step of a path: the same for all that are exchanged.
    private func step(_ ordinal: Int, _ type: Type, from place: Place, to offset: Int) -> Place {
        guard let point = group.point(ordinal, of: type) else { return place.moved(to: offset, "[\(ordinal)]") }
        var next = place.moved(to: offset, "[*]")
        next.points.append(Int32(point))
        return next
    }

    private mutating func operation(_ kind: SymmetryOperation.Kind, at place: Place, _ name: String, moves: Int)
        -> SymmetryOperation
    {
        let path = place.path + name
        if families[path] == nil { families[path] = UInt64(families.count + 1) }
        var operation = SymmetryOperation(kind: kind, family: families[path] ?? 0)
        operation.guards = guards.count..<(guards.count + place.guards.count)
        guards += place.guards
        operation.points = points.count..<(points.count + place.points.count)
        points += place.points
        if place.points.count + moves > 1 { isRelational = true }
        return operation
    }

    // MARK: Data

    private mutating func walk(
        _ variable: StateLayout.VariableLayout, _ declared: SystemVariable, dimension: Int, _ place: Place
    ) {
        guard dimension < declared.dimensions.count else { return walk(variable.shape, declared.type, place) }
        let inner = declared.dimensions[(dimension + 1)...].reduce(1) { $0 * Int(types.count(of: $1) ?? 1) }
        let type = declared.dimensions[dimension]
        let count = Int(types.count(of: type) ?? 1)
        let stride = variable.stride * inner
        if group.moves(type) {
            let bits = (inner - 1) * variable.stride + variable.shape.bits
            var moving = Array(repeating: UInt64(0), count: (bits + 63) / 64)
            cover(variable, declared, dimension: dimension + 1, 0, &moving)
            addBlocks(type, (0..<count).map { place.offset + $0 * stride }, bits, moving, place)
        }
        for index in 0..<count {
            walk(
                variable, declared, dimension: dimension + 1,
                step(index, type, from: place, to: place.offset + index * stride))
        }
    }

    private mutating func walk(_ shape: Shape, _ type: Type, _ place: Place) {
        guard group.moves(type) else { return }
        switch (shape, type) {
        case (.scalar(let bits, _), _): addReference(tables.table(of: type), place, bits)
        case (.optional(let payload, let offset, _), .optional(let wrapped)):
            var inner = place.moved(to: place.offset + offset, "?")
            inner.guards.append(SymmetryGuard(offset: place.offset, bits: 1, least: 0))
            walk(payload, wrapped, inner)
        case (.structure(let fields, _), .structure(let id)):
            for (index, field) in fields.enumerated() {
                let inner = place.moved(to: place.offset + field.offset, ".\(index)")
                walk(field.shape, types.structures[id].fields[index].type, inner)
            }
        case (.array(let element, let count, let stride, _), .array(let elementType, let index)):
            if group.moves(index) {
                var moving = Array(repeating: UInt64(0), count: element.wordCount)
                cover(element, elementType, 0, &moving)
                addBlocks(index, (0..<count).map { place.offset + $0 * stride }, element.bits, moving, place)
            }
            for ordinal in 0..<count {
                walk(element, elementType, step(ordinal, index, from: place, to: place.offset + ordinal * stride))
            }
        case (.sequence(let element, let max, let countBits, let first, let stride, _), .sequence(let elementType, _)):
            for index in 0..<max {
                var inner = place.moved(to: place.offset + first + index * stride, "[\(index)]")
                inner.guards.append(SymmetryGuard(offset: place.offset, bits: countBits, least: UInt64(index)))
                walk(element, elementType, inner)
            }
        case (.set(let count), .set(let element)):
            addBlocks(element, (0..<count).map { place.offset + $0 }, 1, [0], place)
        case (.interned(let table, let inner, let bits), _): addInterned(table, inner, type, bits, place)
        default: preconditionFailure("the shape is not of the type")
        }
    }

    private mutating func addReference(_ table: Int, _ place: Place, _ bits: Int) {
        guard bits > 0 else { return }
        var result = operation(.reference, at: place, "", moves: table == tables.channelTable ? 2 : 1)
        result.table = table
        result.offset = place.offset
        result.bits = bits
        operations.append(result)
    }

    /// Blocks by a type whose elements are exchanged; `moving` are the bits within one that move by other operations.
    private mutating func addBlocks(
        _ type: Type, _ blocks: [Int], _ bits: Int, _ moving: [UInt64], _ place: Place
    ) {
        guard bits > 0 else { return }
        var result = operation(.blocks, at: place, "*", moves: 1)
        result.table = tables.table(of: type)
        result.bits = bits
        result.offsets = offsets.count
        offsets += blocks
        result.masks = masks.count
        let plain = Self.plain(moving, bits)
        masks += plain
        result.hasPlainBits = plain.contains { $0 != 0 }
        blockWords = max(blockWords, blocks.count * plain.count)
        operations.append(result)
    }

    /// The bits of a block that do not move within it.
    private static func plain(_ moving: [UInt64], _ bits: Int) -> [UInt64] {
        moving.indices.map { word in
            let left = bits - word * 64
            return ~moving[word] & (left >= 64 ? ~0 : (1 << UInt64(left)) - 1)
        }
    }

    // MARK: What moves within a block

    private func cover(
        _ variable: StateLayout.VariableLayout, _ declared: SystemVariable, dimension: Int, _ offset: Int,
        _ words: inout [UInt64]
    ) {
        guard dimension < declared.dimensions.count else {
            return cover(variable.shape, declared.type, offset, &words)
        }
        let inner = declared.dimensions[(dimension + 1)...].reduce(1) { $0 * Int(types.count(of: $1) ?? 1) }
        let type = declared.dimensions[dimension]
        for index in 0..<Int(types.count(of: type) ?? 1) {
            let start = offset + index * inner * variable.stride
            if group.moves(type) {
                Self.set(start, (inner - 1) * variable.stride + variable.shape.bits, &words)
            } else {
                cover(variable, declared, dimension: dimension + 1, start, &words)
            }
        }
    }

    private func cover(_ shape: Shape, _ type: Type, _ offset: Int, _ words: inout [UInt64]) {
        guard group.moves(type) else { return }
        switch (shape, type) {
        case (.scalar, _), (.set, _), (.interned, _): Self.set(offset, shape.bits, &words)
        case (.optional(let payload, let start, _), .optional(let wrapped)):
            cover(payload, wrapped, offset + start, &words)
        case (.structure(let fields, _), .structure(let id)):
            for (index, field) in fields.enumerated() {
                cover(field.shape, types.structures[id].fields[index].type, offset + field.offset, &words)
            }
        case (.array(let element, let count, let stride, _), .array(let elementType, let index)):
            for ordinal in 0..<count {
                if group.moves(index) {
                    Self.set(offset + ordinal * stride, element.bits, &words)
                } else {
                    cover(element, elementType, offset + ordinal * stride, &words)
                }
            }
        case (.sequence(let element, let max, _, let first, let stride, _), .sequence(let elementType, _)):
            for index in 0..<max { cover(element, elementType, offset + first + index * stride, &words) }
        default: preconditionFailure("the shape is not of the type")
        }
    }

    private static func set(_ offset: Int, _ bits: Int, _ words: inout [UInt64]) {
        for bit in offset..<(offset + bits) { words[bit / 64] |= 1 << UInt64(bit % 64) }
    }
}

extension SymmetryPlanner {
    // MARK: Interned structs

    /// Lists what moves in the words of interned structs, once for each; structs within others before them.
    private mutating func prepareInterned() {
        for id in types.structures.indices {
            if case .interned(let table, let inner, _) = layout.shapes.shape(of: .structure(id)) {
                prepare(table, inner, .structure(id))
            }
        }
    }

    private mutating func prepare(_ table: Int, _ inner: Shape, _ type: Type) {
        guard group.moves(type), bodies[table] == nil, case .structure(let fields, _) = inner,
            case .structure(let id) = type
        else { return }
        for (field, declared) in zip(fields, types.structures[id].fields) { prepareNested(field.shape, declared.type) }
        let first = operations.count
        walk(inner, type, Place(offset: 0, path: "s\(id)"))
        bodies[table] = (first..<operations.count, 1)
        internedWords += inner.wordCount
    }

    private mutating func prepareNested(_ shape: Shape, _ type: Type) {
        switch (shape, type) {
        case (.interned(let table, let inner, _), _): prepare(table, inner, type)
        case (.optional(let payload, _, _), .optional(let wrapped)): prepareNested(payload, wrapped)
        case (.structure(let fields, _), .structure(let id)):
            for (field, declared) in zip(fields, types.structures[id].fields) {
                prepareNested(field.shape, declared.type)
            }
        case (.array(let element, _, _, _), .array(let elementType, _)),
            (.sequence(let element, _, _, _, _, _), .sequence(let elementType, _)):
            prepareNested(element, elementType)
        default: break
        }
    }

    private mutating func addInterned(_ table: Int, _ inner: Shape, _ type: Type, _ bits: Int, _ place: Place) {
        guard let body = bodies[table] else { preconditionFailure("an interned struct that was not prepared") }
        var result = operation(.interned, at: place, "#", moves: 1)
        result.offset = place.offset
        result.bits = bits
        result.masks = masks.count
        var moving = Array(repeating: UInt64(0), count: inner.wordCount)
        cover(inner, type, 0, &moving)
        masks += Self.plain(moving, inner.bits)
        result.pool = (table, inner.wordCount, body.range)
        // Two elements in one struct refer to each other.
        if operations[body.range].count > 1 { isRelational = true }
        operations.append(result)
    }

    // MARK: Processes

    private mutating func addBlocks(of process: ProcessCode) {
        guard let sort = types.sorts.firstIndex(where: { $0.firstPid == process.firstPid }), group.moves(.sort(sort))
        else { return }
        let frames = (process.firstPid..<(process.firstPid + process.count)).map { layout.processes[$0] }
        let first = frames[0]
        let head = first.position.bits + first.channel.bits
        let isWhole = first.localBits == 0 || frames.allSatisfy { $0.locals == $0.position.offset + head }
        let place = Place(offset: 0, path: "p\(process.id)")
        if isWhole {
            addBlocks(sort, frames, frames.map(\.position.offset), head + first.localBits, place, process, locals: head)
        } else {
            addBlocks(sort, frames, frames.map(\.position.offset), head, place, process, locals: nil)
            let locals = place.moved(to: 0, "l")
            addBlocks(sort, frames, frames.map(\.locals), first.localBits, locals, process, locals: 0)
        }
    }

    private mutating func addBlocks(
        _ sort: SortID, _ frames: [StateLayout.ProcessLayout], _ blocks: [Int], _ bits: Int, _ place: Place,
        _ process: ProcessCode, locals: Int?
    ) {
        guard bits > 0 else { return }
        var result = operation(.blocks, at: place, "*", moves: 1)
        result.table = sort
        result.bits = bits
        result.offsets = offsets.count
        offsets += blocks
        result.selector = (offsets.count, frames[0].position.bits)
        offsets += frames.map(\.position.offset)
        result.masks = masks.count
        // The channel lies in the block that the position begins.
        let channelStart = blocks[0] == frames[0].position.offset ? frames[0].position.bits : nil
        let words = (bits + 63) / 64
        for code in 0..<(1 << frames[0].position.bits) {
            var moving = Array(repeating: UInt64(0), count: words)
            if tables.movesChannels, let channelStart { Self.set(channelStart, frames[0].channel.bits, &moving) }
            if let locals, code >= 1, code <= process.points.count {
                for (local, offset, shape) in frames[0].points[code - 1] {
                    cover(shape, process.code.locals[local].type, locals + offset, &moving)
                }
            }
            masks += Self.plain(moving, bits)
        }
        blockWords = max(blockWords, blocks.count * words)
        operations.append(result)
    }

    private mutating func addChannels() {
        for process in layout.system.processes {
            for instance in 0..<process.count {
                let frame = layout.processes[process.firstPid + instance]
                let start = Place(offset: 0, path: "c\(process.id)")
                let place = step(process.firstPid + instance, .pid, from: start, to: frame.channel.offset)
                addReference(tables.channelTable, place, frame.channel.bits)
            }
        }
    }

    private mutating func addLocals(of pid: Int) {
        let (process, _) = layout.system.kind(of: pid)
        let frame = layout.processes[pid]
        let start = operations.count
        var own = [start..<start]
        for (index, point) in frame.points.enumerated() {
            let first = operations.count
            for (local, offset, shape) in point {
                let process_ = Place(offset: 0, path: "l\(process.id)")
                let place = step(pid, .pid, from: process_, to: frame.locals + offset).moved(
                    to: frame.locals + offset, "@\(index).\(local)")
                walk(shape, process.code.locals[local].type, place)
            }
            own.append(first..<operations.count)
        }
        guard operations.count > start else { return }
        own.append(start..<start)
        // A position has so many bits; the last codes mean nothing.
        while own.count < 1 << frame.position.bits { own.append(start..<start) }
        frames.append(
            SymmetryFrame(offset: frame.position.offset, bits: frame.position.bits, first: ranges.count))
        ranges += own
    }
}
