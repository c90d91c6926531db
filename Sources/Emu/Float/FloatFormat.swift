// Binary floating-point formats, rounding modes and exception flags.

/// The widths that make an IEEE 754 binary format.
package protocol FloatFormat {
    /// Bits of the trailing significand.
    static var fractionWidth: Int { get }
    /// Bits of the biased exponent.
    static var exponentWidth: Int { get }
}

/// binary32, the F extension.
package enum SingleFormat: FloatFormat {
    /// 23 bits.
    package static var fractionWidth: Int { 23 }
    /// 8 bits.
    package static var exponentWidth: Int { 8 }
}

/// binary64, the D extension.
package enum DoubleFormat: FloatFormat {
    /// 52 bits.
    package static var fractionWidth: Int { 52 }
    /// 11 bits.
    package static var exponentWidth: Int { 11 }
}

extension FloatFormat {
    static var bias: Int { (1 << (exponentWidth - 1)) - 1 }
    /// The exponent of the smallest normal number.
    static var lowestExponent: Int { 1 - bias }
    static var exponentMask: Int { (1 << exponentWidth) - 1 }
    static var fractionMask: UInt64 { (1 << UInt64(fractionWidth)) - 1 }
    static var signBit: UInt64 { 1 << UInt64(fractionWidth + exponentWidth) }
    static var infinity: UInt64 { UInt64(exponentMask) << UInt64(fractionWidth) }
    static var quietBit: UInt64 { 1 << UInt64(fractionWidth - 1) }
    /// The only NaN the unit makes: positive, quiet, no payload.
    package static var canonicalNaN: UInt64 { infinity | quietBit }
}

/// Accrued exception flags, as in `fflags` ("Floating-Point Control and Status Register").
package struct FloatFlags: OptionSet, Sendable {
    /// The five bits.
    package var rawValue: UInt8
    /// Makes a set from `fflags` bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// NX.
    package static let inexact = FloatFlags(rawValue: 1)
    /// UF.
    package static let underflow = FloatFlags(rawValue: 2)
    /// OF.
    package static let overflow = FloatFlags(rawValue: 4)
    /// DZ.
    package static let divideByZero = FloatFlags(rawValue: 8)
    /// NV.
    package static let invalid = FloatFlags(rawValue: 16)
}

/// Rounding modes, with the encoding of `frm`.
package enum RoundingMode: UInt8, Sendable, CaseIterable {
    case nearestEven = 0
    case towardZero = 1
    case down = 2
    case up = 3
    case nearestAway = 4
}

/// An integer format that floating-point values convert to and from.
package enum IntegerFormat: UInt8, Sendable, CaseIterable {
    case int32, uint32, int64, uint64

    var isSigned: Bool { self == .int32 || self == .int64 }
    var width: Int { self == .int32 || self == .uint32 ? 32 : 64 }
}
