// Where every datum and every process lies in the words of a state.

package import Model

/// The place of each part of a state in its words.
package struct StateLayout {
    /// The system that is laid out.
    package let system: TransitionSystem
    /// 64-bit words of a state; at least one.
    package private(set) var wordCount = 1
    /// Per variable: its shape, the bit offset of its first instance, bits from one instance to the next.
    package private(set) var variables: [VariableLayout] = []
    /// Per pid.
    package private(set) var processes: [ProcessLayout] = []
    /// The packed forms of types.
    package let shapes: ShapeTable
    /// Bits that carry information, without gaps.
    package private(set) var packedBits = 0

    /// Where a datum lies.
    package struct VariableLayout {
        /// The form of one instance.
        package let shape: Shape
        /// Bit offset of instance 0.
        package let offset: Int
        /// Bits between instances.
        package let stride: Int
        /// Number of instances.
        package let count: Int
    }

    /// Where a process lies.
    package struct ProcessLayout {
        /// Bit offset and width of its position: 0 finished, then its points from 1, then idle.
        package let position: (offset: Int, bits: Int)
        /// Bit offset and width of the channel on which it sleeps; 0 bits when it never does.
        package let channel: (offset: Int, bits: Int)
        /// Bit offset of its locals.
        package let locals: Int
        /// Bits of its locals, over all points.
        package let localBits: Int
        /// Per point: where each live local lies, from `locals`.
        package let points: [[(local: LocalID, offset: Int, shape: Shape)]]
    }

    /// Lays a system out: wide parts first, then narrow ones from large to small, each in the first word with room.
    ///
    /// - Parameter idBits: bits of the number of an interned struct; a run that needs more is begun again with more.
    package init(_ system: TransitionSystem, idBits: Int = 16) {
        self.system = system
        let table = ShapeTable(system.types, InternPool(idBits: idBits))
        self.shapes = table
        var allocator = WordAllocator()
        let shapes = system.variables.map { table.shape(of: $0.type) }
        var offsets = Array(repeating: (offset: 0, stride: 0), count: shapes.count)
        let counts = system.variables.map { $0.instanceCount(system.types) }
        var order = Array(shapes.indices)
        order.sort { (shapes[$0].bits * counts[$0], $1) > (shapes[$1].bits * counts[$1], $0) }
        let frames = system.processes.map { Self.frame(of: $0, system, table) }
        for id in order {
            offsets[id] = allocator.place(shapes[id], count: counts[id])
            packedBits += shapes[id].bits * counts[id]
        }
        for (process, frame) in zip(system.processes, frames) {
            for _ in 0..<process.count {
                processes.append(frame.placed(in: &allocator))
                packedBits += frame.positionBits + frame.channelBits + frame.localBits
            }
        }
        variables = shapes.indices.map {
            VariableLayout(shape: shapes[$0], offset: offsets[$0].offset, stride: offsets[$0].stride, count: counts[$0])
        }
        wordCount = max(1, allocator.wordCount)
    }

    /// What a process kind needs.
    private struct Frame {
        let positionBits: Int
        let channelBits: Int
        let localBits: Int
        let points: [[(local: LocalID, offset: Int, shape: Shape)]]

        func placed(in allocator: inout WordAllocator) -> ProcessLayout {
            let total = positionBits + channelBits + localBits
            if total <= 64 {
                let offset = allocator.place(bits: total)
                return ProcessLayout(
                    position: (offset, positionBits), channel: (offset + positionBits, channelBits),
                    locals: offset + positionBits + channelBits, localBits: localBits, points: points)
            }
            let head = allocator.place(bits: positionBits + channelBits)
            let locals =
                localBits <= 64 ? allocator.place(bits: localBits) : allocator.placeWords((localBits + 63) / 64)
            return ProcessLayout(
                position: (head, positionBits), channel: (head + positionBits, channelBits), locals: locals,
                localBits: localBits, points: points)
        }
    }

    private static func frame(of process: ProcessCode, _ system: TransitionSystem, _ table: ShapeTable) -> Frame {
        var points: [[(local: LocalID, offset: Int, shape: Shape)]] = []
        var localBits = 0
        for point in process.points {
            let shapes = point.liveLocals.map { ($0, table.shape(of: process.code.locals[$0].type)) }
            let total = shapes.reduce(0) { $0 + $1.1.bits }
            var offset = 0
            var row: [(local: LocalID, offset: Int, shape: Shape)] = []
            for (local, shape) in shapes {
                if total > 64 { offset = Shape.align(offset, for: shape) }
                row.append((local, offset, shape))
                offset += shape.bits
            }
            points.append(row)
            localBits = max(localBits, offset)
        }
        // A point with dense locals beside points with wide ones lies at a word's start then: still within one word.
        let hasIdle = process.startParameterCount != nil
        let sleeps = process.code.nodes.contains { if case .sleep = $0.operation { true } else { false } }
        let channels = system.channels.last.map { last in
            last.firstNumber + last.dimensions.reduce(1) { $0 * Int(system.types.count(of: $1) ?? 1) }
        }
        return Frame(
            positionBits: TypeTable.bits(forCount: Int128(process.points.count + (hasIdle ? 2 : 1))),
            channelBits: sleeps ? TypeTable.bits(forCount: Int128(channels ?? 1)) : 0, localBits: localBits,
            points: points)
    }

    /// The position code of a point.
    package static func code(ofPoint point: Int) -> Int { point + 1 }
    /// The position code of a finished process.
    package static let finishedCode = 0
    /// The position code of a process that was not started.
    package static func idleCode(_ process: ProcessCode) -> Int { process.points.count + 1 }
}

/// Gives out bits in words: first fit for what is narrow, whole words for what is wide.
private struct WordAllocator {
    private var free: [Int] = []

    var wordCount: Int { free.count }

    mutating func place(_ shape: Shape, count: Int) -> (offset: Int, stride: Int) {
        if shape.bits * count <= 64 { return (place(bits: shape.bits * count), shape.bits) }
        if shape.bits > 64 { return (placeWords(shape.wordCount * count), shape.wordCount * 64) }
        var stride = 1
        while stride < shape.bits { stride *= 2 }
        return (placeWords((stride * count + 63) / 64), stride)
    }

    mutating func place(bits: Int) -> Int {
        if bits == 0 { return 0 }
        if let word = free.firstIndex(where: { $0 >= bits }) {
            let offset = word * 64 + 64 - free[word]
            free[word] -= bits
            return offset
        }
        free.append(64 - bits)
        return (free.count - 1) * 64
    }

    mutating func placeWords(_ count: Int) -> Int {
        let start = free.count
        free += Array(repeating: 0, count: count)
        return start * 64
    }
}
