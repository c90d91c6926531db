// What of a packed state moves when elements of symmetric sorts are exchanged: operations on its words.

import Model

/// One thing that moves with the elements. All of them, in order, exchange elements in a state where it stands.
struct SymmetryOperation {
    enum Kind {
        /// Blocks of bits, one for each value of a table, change places.
        case blocks
        /// A field names an element, and names another one.
        case reference
        /// A field is the number of an interned struct, in which something moves.
        case interned
    }

    let kind: Kind
    /// The same for what the elements have in the same place; tells places apart.
    let family: UInt64
    /// Conditions under which there is anything at all, as a range of `SymmetryPlan.guards`.
    var guards = 0..<0
    /// The elements in whose parts it lies, as a range of `SymmetryPlan.points`.
    var points = 0..<0
    /// Of blocks and references: the values that are exchanged.
    var table = 0
    /// Of a field: its bit offset.
    var offset = 0
    /// Bits of a block or field.
    var bits = 0
    /// Of blocks: the first of their bit offsets in `SymmetryPlan.offsets`.
    var offsets = 0
    /// Of blocks: the first of the masks, each of so many words as a block, of what does not move within them. Of an
    /// interned struct the same for its words.
    var masks = 0
    /// Where the mask depends on a field beside each block: the first of its offsets, and its bits.
    var selector = (offsets: 0, bits: 0)
    /// Whether a block holds anything that does not move within it.
    var hasPlainBits = true
    /// Of an interned struct: its table, its words, and what moves in them.
    var pool = (table: 0, words: 0, body: 0..<0)
}

/// A field that must have, or exceed, a value.
struct SymmetryGuard {
    let offset: Int
    let bits: Int
    /// The field must be greater.
    let least: UInt64
}

/// A process whose locals hold what moves.
struct SymmetryFrame {
    /// Where its position lies.
    let offset: Int
    let bits: Int
    /// Its first range in `SymmetryPlan.ranges`.
    let first: Int
}

/// A set of values that are exchanged: elements of a sort, process instances, holders of locks, channels.
struct SymmetryTable {
    /// The first of its entries among those of all tables.
    let first: Int
    /// Number of values.
    let count: Int
}

/// How states of a layout are changed by exchanging elements. Owns its memory; threads share it.
final class SymmetryPlan: @unchecked Sendable {
    let group: SymmetryGroup
    let layout: StateLayout
    let operations: UnsafePointer<SymmetryOperation>
    let guards: UnsafePointer<SymmetryGuard>
    let points: UnsafePointer<Int32>
    let offsets: UnsafePointer<Int>
    let masks: UnsafePointer<UInt64>
    let tables: UnsafePointer<SymmetryTable>
    /// Per entry of all tables: where its pieces begin; one more at the end.
    let pieceStarts: UnsafePointer<Int32>
    /// Points that an entry is made of, with what its value changes by when the point goes up by one.
    let pieces: UnsafePointer<(point: Int32, stride: Int32)>
    /// Per entry: what of the value stays as it is.
    let contents: UnsafePointer<UInt64>
    /// Entries that have pieces.
    let moving: [Int32]
    let entryCount: Int
    /// What moves whatever processes do.
    let always: Range<Int>
    /// Processes whose locals hold what moves.
    let frames: UnsafePointer<SymmetryFrame>
    let frameCount: Int
    /// What moves within locals, by frame and position.
    let ranges: UnsafePointer<Range<Int>>
    /// The number of permutations; the greatest number when there are more.
    let order: UInt64
    /// Whether elements refer to each other, so that what is said of one can depend on another.
    let isRelational: Bool
    /// Words of the largest interned struct, for each level of structs within structs.
    let internedWords: Int
    /// Words of all blocks of the largest set of them.
    let blockWords: Int
    let pidTable: Int

    /// The plan of a layout; nil when there is nothing to exchange.
    init?(_ layout: StateLayout) {
        group = SymmetryGroup(of: layout.system)
        guard !group.orbits.isEmpty else { return nil }
        self.layout = layout
        var planner = SymmetryPlanner(layout, group)
        planner.run()
        operations = Self.copy(planner.operations)
        guards = Self.copy(planner.guards)
        points = Self.copy(planner.points)
        offsets = Self.copy(planner.offsets)
        masks = Self.copy(planner.masks)
        tables = Self.copy(planner.tables.tables)
        pieceStarts = Self.copy(planner.tables.pieceStarts)
        pieces = Self.copy(planner.tables.pieces)
        contents = Self.copy(planner.tables.contents)
        moving = planner.tables.moving
        entryCount = planner.tables.contents.count
        always = planner.always
        frames = Self.copy(planner.frames)
        frameCount = planner.frames.count
        ranges = Self.copy(planner.ranges)
        order = group.order
        isRelational = planner.isRelational
        internedWords = planner.internedWords
        blockWords = planner.blockWords
        pidTable = planner.tables.pidTable
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count + 1)
        memory.initialize(from: elements, count: elements.count)
        return UnsafePointer(memory)
    }

    deinit {
        operations.deallocate()
        guards.deallocate()
        points.deallocate()
        offsets.deallocate()
        masks.deallocate()
        tables.deallocate()
        pieceStarts.deallocate()
        pieces.deallocate()
        contents.deallocate()
        frames.deallocate()
        ranges.deallocate()
    }
}
