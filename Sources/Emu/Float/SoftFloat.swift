// Floating point in integer arithmetic: unpacking, rounding with exact flags, and classification.

/// IEEE 754 arithmetic on raw bits.
///
/// Every operation is exact up to one rounding, and sets exactly the flags that the standard asks for; tininess is
/// detected after rounding, as RISC-V requires. The RISC-V Instruction Set Manual, Volume I, "Single-Precision
/// Floating-Point"; IEEE Std 754-2019.
package enum SoftFloat<Format: FloatFormat> {
    enum Kind { case zero, finite, infinity, nan }

    /// A number taken apart: the significand has its leading one at bit 62, so the value is `significand · 2^(e-62)`.
    struct Parts {
        var isNegative: Bool
        var kind: Kind
        var exponent: Int
        var significand: UInt64
    }

    static func unpack(_ bits: UInt64) -> Parts {
        let fraction = bits & Format.fractionMask
        let biased = Int(bits >> UInt64(Format.fractionWidth)) & Format.exponentMask
        let isNegative = bits & Format.signBit != 0
        if biased == Format.exponentMask {
            return Parts(isNegative: isNegative, kind: fraction == 0 ? .infinity : .nan, exponent: 0, significand: 0)
        }
        let up = UInt64(62 - Format.fractionWidth)
        if biased != 0 {
            let significand = (fraction | (Format.fractionMask + 1)) << up
            return Parts(
                isNegative: isNegative, kind: .finite, exponent: biased - Format.bias, significand: significand)
        }
        guard fraction != 0 else {
            return Parts(isNegative: isNegative, kind: .zero, exponent: 0, significand: 0)
        }
        let shift = fraction.leadingZeroBitCount - 1
        let exponent = Format.lowestExponent + 62 - Format.fractionWidth - shift
        return Parts(isNegative: isNegative, kind: .finite, exponent: exponent, significand: fraction << UInt64(shift))
    }

    static func signed(_ bits: UInt64, _ isNegative: Bool) -> UInt64 { isNegative ? bits | Format.signBit : bits }

    static func isNaN(_ bits: UInt64) -> Bool { bits & ~Format.signBit > Format.infinity }

    static func isSignaling(_ bits: UInt64) -> Bool { isNaN(bits) && bits & Format.quietBit == 0 }

    /// The canonical NaN, with the invalid flag when an operand signals.
    static func nan(_ operands: UInt64..., flags: inout FloatFlags) -> UInt64 {
        for operand in operands where isSignaling(operand) { flags.insert(.invalid) }
        return Format.canonicalNaN
    }

    static func invalid(_ flags: inout FloatFlags) -> UInt64 {
        flags.insert(.invalid)
        return Format.canonicalNaN
    }

    /// Shifts right and keeps in the lowest bit whether anything was lost.
    static func shiftRightJam(_ value: UInt64, _ count: Int) -> UInt64 {
        if count == 0 { return value }
        if count > 63 { return value == 0 ? 0 : 1 }
        return value >> UInt64(count) | (value << UInt64(64 - count) == 0 ? 0 : 1)
    }

    /// What is added before the low bits are cut off.
    private static func increment(_ isNegative: Bool, _ low: UInt64, _ mode: RoundingMode) -> UInt64 {
        switch mode {
        case .nearestEven, .nearestAway: (low + 1) >> 1
        case .towardZero: 0
        case .down: isNegative ? low : 0
        case .up: isNegative ? 0 : low
        }
    }

    /// Normalises a significand that is not zero, then rounds.
    static func normalizeAndRound(
        _ isNegative: Bool, _ exponent: Int, _ significand: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let shift = significand.leadingZeroBitCount - 1
        return round(isNegative, exponent - shift, significand << UInt64(shift), mode, &flags)
    }

    /// Rounds a normalised significand (leading one at bit 62, lowest bit sticky) into the format.
    static func round(
        _ isNegative: Bool, _ exponent: Int, _ significand: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let dropped = UInt64(62 - Format.fractionWidth)
        let low = (UInt64(1) << dropped) - 1
        let added = increment(isNegative, low, mode)
        var exponent = exponent
        var value = significand
        var isTiny = false
        if exponent < Format.lowestExponent {
            isTiny = exponent < Format.lowestExponent - 1 || value + added < 1 << 63
            value = shiftRightJam(value, Format.lowestExponent - exponent)
            exponent = Format.lowestExponent
        }
        let rest = value & low
        value = (value + added) >> dropped
        if mode == .nearestEven && rest == (low + 1) >> 1 { value &= ~1 }
        if rest != 0 {
            flags.insert(.inexact)
            if isTiny { flags.insert(.underflow) }
        }
        if value > Format.fractionMask << 1 | 1 {
            value >>= 1
            exponent += 1
        }
        let biased = value > Format.fractionMask ? exponent + Format.bias : 0
        if biased >= Format.exponentMask {
            flags.formUnion([.overflow, .inexact])
            let toInfinity = increment(isNegative, 1, mode) != 0
            return signed(toInfinity ? Format.infinity : Format.infinity - 1, isNegative)
        }
        return signed(UInt64(biased) << UInt64(Format.fractionWidth) | value & Format.fractionMask, isNegative)
    }

    /// The ten-bit class mask of `fclass`.
    package static func classify(_ bits: UInt64) -> UInt64 {
        let isNegative = bits & Format.signBit != 0
        let magnitude = bits & ~Format.signBit
        if magnitude > Format.infinity { return magnitude & Format.quietBit != 0 ? 1 << 9 : 1 << 8 }
        if magnitude == Format.infinity { return isNegative ? 1 << 0 : 1 << 7 }
        if magnitude == 0 { return isNegative ? 1 << 3 : 1 << 4 }
        if magnitude <= Format.fractionMask { return isNegative ? 1 << 2 : 1 << 5 }
        return isNegative ? 1 << 1 : 1 << 6
    }
}
