// The meaning of each operator on words, in plain Swift: for folding constants and for checking models.

/// Arithmetic of words of 1 to 64 bits, kept in the low bits of a `UInt64`; truth values are 0 and 1.
enum WordArithmetic {
    static func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

    /// The word read as two's complement.
    static func signed(_ value: UInt64, _ width: Int) -> Int64 {
        Int64(bitPattern: value << UInt64(64 - width)) >> Int64(64 - width)
    }

    /// The value of an operator.
    ///
    /// - Parameters:
    ///   - node: the operator with its result's width and payload.
    ///   - width: bits of the operands; 0 for truth values.
    ///   - operands: their values.
    static func value(_ node: TermNode, width: Int, _ operands: (UInt64, UInt64, UInt64)) -> UInt64 {
        let (a, b, c) = operands
        let mask = mask(max(width, 1))
        switch node.operation {
        case .illSorted, .constant, .variable: return node.payload
        case .not: return a ^ 1
        case .and: return a & b
        case .or: return a | b
        case .choice: return a == 1 ? b : c
        case .equal: return a == b ? 1 : 0
        case .complement: return ~a & mask
        case .negate: return (0 &- a) & mask
        case .add: return (a &+ b) & mask
        case .subtract: return (a &- b) & mask
        case .multiply: return (a &* b) & mask
        case .unsignedDivide: return b == 0 ? mask : a / b
        case .unsignedRemainder: return b == 0 ? a : a % b
        case .signedDivide, .signedRemainder: return signedQuotient(node.operation, a, b, width) & mask
        case .bitAnd: return a & b
        case .bitOr: return a | b
        case .bitXor: return a ^ b
        case .shiftLeft: return b >= UInt64(width) ? 0 : a << b & mask
        case .logicalShiftRight: return b >= UInt64(width) ? 0 : a >> b
        case .arithmeticShiftRight:
            return UInt64(bitPattern: signed(a, width) >> Int64(min(b, UInt64(width - 1)))) & mask
        case .unsignedLess: return a < b ? 1 : 0
        case .signedLess: return signed(a, width) < signed(b, width) ? 1 : 0
        case .zeroExtend: return a
        case .signExtend: return UInt64(bitPattern: signed(a, width)) & Self.mask(Int(node.width))
        case .extract: return a >> node.payload & Self.mask(Int(node.width))
        case .unsignedProductOverflows:
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow || product > mask ? 1 : 0
        case .signedProductOverflows:
            let (product, overflow) = signed(a, width).multipliedReportingOverflow(by: signed(b, width))
            return overflow || signed(UInt64(bitPattern: product) & mask, width) != product ? 1 : 0
        }
    }

    private static func signedQuotient(_ operation: Operator, _ a: UInt64, _ b: UInt64, _ width: Int) -> UInt64 {
        let (left, right) = (signed(a, width), signed(b, width))
        if operation == .signedRemainder {
            return right == 0 ? a : right == -1 ? 0 : UInt64(bitPattern: left % right)
        }
        if right == 0 { return left < 0 ? 1 : .max }
        return right == -1 ? 0 &- a : UInt64(bitPattern: left / right)
    }
}
