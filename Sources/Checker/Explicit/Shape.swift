// How a value of a type lies in bits, so that no scalar crosses a 64-bit word.

package import Model

/// The packed form of a type. Equal values have equal bits: what is unused is zero.
///
/// A shape of at most 64 bits is narrow: it lies within one word and fits a register. A wide one starts at a word and
/// its parts are placed by the same rule within it.
package indirect enum Shape: Hashable {
    /// A number, an element of a sort or enum, a truth value, a lock: `value - lower` in so many bits.
    case scalar(bits: Int, lower: Int64)
    /// A flag at bit 0; the payload at its offset, zero when nil.
    case optional(Shape, payloadOffset: Int, bits: Int)
    case structure([(offset: Int, shape: Shape)], bits: Int)
    /// Elements at multiples of the stride.
    case array(Shape, count: Int, stride: Int, bits: Int)
    /// The count at bit 0, elements from their offset on, zero beyond the count.
    case sequence(Shape, max: Int, countBits: Int, elementOffset: Int, stride: Int, bits: Int)
    /// One bit per element of the type.
    case set(bits: Int)
    /// A struct of more than 64 bits by its number in an intern table.
    case interned(table: Int, Shape, bits: Int)

    /// Bits from first to last.
    package var bits: Int {
        switch self {
        case .scalar(let bits, _), .optional(_, _, let bits), .structure(_, let bits), .array(_, _, _, let bits),
            .sequence(_, _, _, _, _, let bits), .set(let bits), .interned(_, _, let bits):
            bits
        }
    }

    /// Whether it fits a register.
    package var isNarrow: Bool { bits <= 64 }

    /// Words of a wide shape.
    package var wordCount: Int { (bits + 63) / 64 }

    /// Where a part goes that does not fit before `offset`: narrow parts stay within a word, wide ones start one.
    static func align(_ offset: Int, for shape: Shape) -> Int {
        if shape.bits == 0 { return offset }
        if shape.isNarrow, offset % 64 + shape.bits <= 64 { return offset }
        return (offset + 63) / 64 * 64
    }
}

extension Shape {
    /// Shapes are equal when their structure is.
    package static func == (left: Shape, right: Shape) -> Bool { "\(left)" == "\(right)" }

    /// Hashes the width, which tells most shapes apart.
    package func hash(into hasher: inout Hasher) { hasher.combine(bits) }
}

/// Makes the shapes of types; one for each layout, since numbers of interned structs are its own.
package final class ShapeTable {
    /// What type identifiers stand for.
    let types: TypeTable
    /// Where wide structs are kept.
    let pool: InternPool
    private var shapes: [Type: Shape] = [:]

    /// A table for the types of one system.
    package init(_ types: TypeTable, _ pool: InternPool) {
        self.types = types
        self.pool = pool
    }

    /// The packed form of values of a type.
    package func shape(of type: Type) -> Shape {
        if let known = shapes[type] { return known }
        let shape = makeShape(of: type)
        shapes[type] = shape
        return shape
    }

    private func makeShape(of type: Type) -> Shape {
        switch type {
        case .bool: return .scalar(bits: 1, lower: 0)
        case .integer(let integer):
            let bits = TypeTable.bits(forCount: integer.upper - integer.lower + 1)
            // A full 64-bit range needs no bias; every other one starts at its least value.
            return .scalar(bits: bits, lower: bits == 64 ? 0 : Int64(truncatingIfNeeded: integer.lower))
        case .sort, .pid, .enumeration:
            return .scalar(bits: TypeTable.bits(forCount: types.count(of: type) ?? 1), lower: 0)
        case .lock: return .scalar(bits: TypeTable.bits(forCount: Int128(types.pidCount) + 1), lower: 0)
        case .optional(let wrapped):
            let payload = shape(of: wrapped)
            let offset = Shape.align(1, for: payload)
            return .optional(payload, payloadOffset: offset, bits: offset + payload.bits)
        case .structure(let id): return interned(structure(types.structures[id].fields.map { shape(of: $0.type) }))
        case .array(let element, let index):
            let count = Int(types.count(of: index) ?? 0)
            let shape = shape(of: element)
            let stride = stride(of: shape, count: count, before: 0)
            return .array(shape, count: count, stride: stride, bits: stride * count)
        case .set(let element): return .set(bits: Int(types.count(of: element) ?? 0))
        case .sequence(let element, let max): return sequence(shape(of: element), max)
        case .null, .void, .invalid: return .scalar(bits: 0, lower: 0)
        }
    }

    private func sequence(_ element: Shape, _ max: Int) -> Shape {
        let countBits = TypeTable.bits(forCount: Int128(max) + 1)
        let stride = stride(of: element, count: max, before: countBits)
        let isDense = countBits + max * element.bits <= 64
        let offset = isDense || stride == 0 ? countBits : (countBits + stride - 1) / stride * stride
        return .sequence(
            element, max: max, countBits: countBits, elementOffset: offset, stride: stride, bits: offset + stride * max)
    }

    /// Dense within one word; beyond it a power of two or whole words, so that no element crosses a word.
    private func stride(of element: Shape, count: Int, before offset: Int) -> Int {
        if offset + element.bits * count <= 64 { return element.bits }
        if element.bits > 64 { return element.wordCount * 64 }
        var stride = 1
        while stride < element.bits { stride *= 2 }
        return stride
    }

    private func structure(_ fields: [Shape]) -> Shape {
        var offset = 0
        var placed: [(offset: Int, shape: Shape)] = []
        for field in fields {
            offset = Shape.align(offset, for: field)
            placed.append((offset, field))
            offset += field.bits
        }
        return .structure(placed, bits: offset)
    }

    private func interned(_ shape: Shape) -> Shape {
        guard !shape.isNarrow, let table = pool.addTable(wordCount: shape.wordCount) else { return shape }
        return .interned(table: table, shape, bits: pool.idBits)
    }
}
