// Sorts of terms, and the operators that make terms of terms.

/// What a term stands for: a truth value, or a word of 1 to 64 bits.
package enum Sort: Hashable, Sendable {
    case bool
    /// A machine word; signedness belongs to operators.
    case bits(Int)

    /// The widest word: products are told to overflow rather than computed in more bits.
    package static let greatestWidth = 64

    /// Bits of a word; nil for a truth value.
    package var width: Int? { if case .bits(let width) = self { width } else { nil } }
}

/// What a term is made by. Division, remainder and shifts are total, as SMT-LIB's theory of bit-vectors defines them.
package enum Operator: UInt8, Sendable, CaseIterable {
    /// The result of operands that do not go together; whatever is made of it is ill-sorted too.
    case illSorted
    case constant, variable
    case not, and, or
    /// A choice between two terms of one sort.
    case choice
    case equal
    case complement, negate
    case add, subtract, multiply
    case unsignedDivide, unsignedRemainder
    /// Truncating toward zero; the remainder has the sign of the dividend.
    case signedDivide, signedRemainder
    case bitAnd, bitOr, bitXor
    case shiftLeft, logicalShiftRight, arithmeticShiftRight
    case unsignedLess, signedLess
    case zeroExtend, signExtend
    /// Some bits from `payload` up.
    case extract
    case unsignedProductOverflows, signedProductOverflows
}

/// A term of one `TermPool`: an index, so that terms cost nothing to copy and chains of any depth are freed at once.
package struct Term: Hashable, Sendable {
    /// Operands have lower indices than what is made of them.
    package let index: Int32

    /// The term of every mistake.
    package static let illSorted = Term(index: 0)

    init(index: Int32) { self.index = index }
}

/// What a pool keeps of a term; equal nodes are one term.
struct TermNode: Hashable {
    let operation: Operator
    /// 0 for a truth value.
    let width: UInt8
    let first: Int32
    let second: Int32
    let third: Int32
    /// A constant's bits, a variable's number, an extract's lowest bit.
    let payload: UInt64

    init(
        _ operation: Operator, width: Int, _ first: Term? = nil, _ second: Term? = nil, _ third: Term? = nil,
        payload: UInt64 = 0
    ) {
        self.operation = operation
        self.width = UInt8(width)
        self.first = first?.index ?? -1
        self.second = second?.index ?? -1
        self.third = third?.index ?? -1
        self.payload = payload
    }

    var sort: Sort { width == 0 ? .bool : .bits(Int(width)) }

    /// In few words, since most of the work on terms is to find them.
    func hash(into hasher: inout Hasher) {
        let kind = UInt64(operation.rawValue) << 8 | UInt64(width)
        let ends = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
        hasher.combine(kind << 32 ^ UInt64(UInt32(bitPattern: third)))
        hasher.combine(ends)
        hasher.combine(payload)
    }
}
