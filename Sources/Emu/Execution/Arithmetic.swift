// Integer arithmetic that needs more than an operator: division's corners, mixed products, rotations.

/// The bits as a two's-complement number.
@inline(__always)
func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }

/// The low 32 bits, sign-extended.
@inline(__always)
func sign32(_ value: UInt64) -> UInt64 { UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) }

/// "M" Extension for Integer Multiplication and Division; "B" Extension for Bit Manipulation.
enum Arithmetic {
    static func multiplyHighMixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let high = a.multipliedFullWidth(by: b).high
        return signed(a) < 0 ? high &- b : high
    }

    static func divide(_ a: Int64, _ b: Int64) -> UInt64 {
        if b == 0 { return .max }
        return UInt64(bitPattern: a.dividedReportingOverflow(by: b).partialValue)
    }

    static func divide(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? .max : a / b }

    static func remainder(_ a: UInt64, _ b: UInt64) -> UInt64 { b == 0 ? a : a % b }

    static func remainder(_ a: Int64, _ b: Int64) -> UInt64 {
        if b == 0 { return UInt64(bitPattern: a) }
        return b == -1 ? 0 : UInt64(bitPattern: a % b)
    }

    static func divideWord(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (a, b) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
        return b == 0 ? .max : sign32(UInt64(a / b))
    }

    static func remainderWord(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (a, b) = (UInt32(truncatingIfNeeded: a), UInt32(truncatingIfNeeded: b))
        return sign32(UInt64(b == 0 ? a : a % b))
    }

    static func rotateRight(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value >> (count & 63) | value << ((64 &- count) & 63)
    }

    static func rotateWordRight(_ value: UInt64, _ count: UInt64) -> UInt64 {
        let word = UInt32(truncatingIfNeeded: value)
        let count = UInt32(truncatingIfNeeded: count & 31)
        return sign32(UInt64(word >> count | word << ((32 &- count) & 31)))
    }

    /// `orc.b`: each byte all ones if any of its bits is set.
    static func orCombineBytes(_ value: UInt64) -> UInt64 {
        var bits = value | value >> 4 & 0x0f0f_0f0f_0f0f_0f0f
        bits |= bits >> 2 & 0x3f3f_3f3f_3f3f_3f3f
        bits |= bits >> 1
        return (bits & 0x0101_0101_0101_0101) &* 0xff
    }
}
