// Floating-point comparison, minimum and maximum, and conversions to and from integers and other formats.

extension SoftFloat {
    /// `a == b`; only a signaling NaN is invalid.
    package static func isEqual(_ a: UInt64, _ b: UInt64, _ flags: inout FloatFlags) -> Bool {
        if isNaN(a) || isNaN(b) {
            if isSignaling(a) || isSignaling(b) { flags.insert(.invalid) }
            return false
        }
        return a == b || (a | b) & ~Format.signBit == 0
    }

    /// `a < b`, or `a <= b`; any NaN is invalid.
    package static func isLess(_ a: UInt64, _ b: UInt64, orEqual: Bool, _ flags: inout FloatFlags) -> Bool {
        if isNaN(a) || isNaN(b) {
            flags.insert(.invalid)
            return false
        }
        if (a | b) & ~Format.signBit == 0 { return orEqual }
        return a == b ? orEqual : isOrdered(a, b)
    }

    /// `a < b` for numbers, with -0 below +0.
    private static func isOrdered(_ a: UInt64, _ b: UInt64) -> Bool {
        let aIsNegative = a & Format.signBit != 0
        let bIsNegative = b & Format.signBit != 0
        if aIsNegative != bIsNegative { return aIsNegative }
        return aIsNegative ? a > b : a < b
    }

    /// IEEE 754-2019 `minimumNumber` or `maximumNumber`.
    package static func extremum(_ a: UInt64, _ b: UInt64, wantsMaximum: Bool, _ flags: inout FloatFlags) -> UInt64 {
        if isSignaling(a) || isSignaling(b) { flags.insert(.invalid) }
        if isNaN(a) { return isNaN(b) ? Format.canonicalNaN : b }
        if isNaN(b) { return a }
        return isOrdered(a, b) == wantsMaximum ? b : a
    }

    /// Converts to an integer, sign-extended to 64 bits as `fcvt` writes it; saturates with the invalid flag.
    package static func toInteger(
        _ bits: UInt64, _ target: IntegerFormat, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let x = unpack(bits)
        let isNegative = x.isNegative && x.kind != .nan
        guard x.kind == .zero || x.kind == .finite && x.exponent <= 63 else {
            return saturated(target, isNegative, &flags)
        }
        if x.kind == .zero { return 0 }
        // 64 bits before the binary point and 64 after it.
        let wide = UInt128(x.significand) << 64
        let shift = 62 - x.exponent
        let fixed: UInt128
        if shift < 0 {
            fixed = wide << 1
        } else if shift > 127 {
            fixed = 1
        } else {
            fixed = wide >> UInt128(shift) | ((wide << UInt128(127 - shift)) << 1 == 0 ? 0 : 1)
        }
        let fraction = UInt64(truncatingIfNeeded: fixed)
        let integer = UInt64(fixed >> 64)
        let roundsUp: Bool
        switch mode {
        case .nearestEven: roundsUp = fraction > 1 << 63 || fraction == 1 << 63 && integer & 1 != 0
        case .nearestAway: roundsUp = fraction >= 1 << 63
        case .towardZero: roundsUp = false
        case .down: roundsUp = isNegative && fraction != 0
        case .up: roundsUp = !isNegative && fraction != 0
        }
        let (magnitude, overflow) = integer.addingReportingOverflow(roundsUp ? 1 : 0)
        if overflow || magnitude > limit(target, isNegative) { return saturated(target, isNegative, &flags) }
        if fraction != 0 { flags.insert(.inexact) }
        let value = isNegative ? 0 &- magnitude : magnitude
        return target.width == 32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
    }

    /// The largest magnitude the integer format holds on that side of zero.
    private static func limit(_ target: IntegerFormat, _ isNegative: Bool) -> UInt64 {
        if !target.isSigned { return isNegative ? 0 : UInt64.max >> UInt64(64 - target.width) }
        return (1 << UInt64(target.width - 1)) - (isNegative ? 0 : 1)
    }

    private static func saturated(_ target: IntegerFormat, _ isNegative: Bool, _ flags: inout FloatFlags) -> UInt64 {
        flags.insert(.invalid)
        let magnitude = limit(target, isNegative)
        let value = isNegative ? 0 &- magnitude : magnitude
        return target.width == 32 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
    }

    /// Converts an integer register.
    package static func fromInteger(
        _ value: UInt64, _ source: IntegerFormat, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let isNegative: Bool
        let magnitude: UInt64
        switch source {
        case .int32:
            isNegative = Int32(truncatingIfNeeded: value) < 0
            magnitude = UInt64(Int32(truncatingIfNeeded: value).magnitude)
        case .uint32:
            isNegative = false
            magnitude = value & 0xffff_ffff
        case .int64:
            isNegative = Int64(bitPattern: value) < 0
            magnitude = Int64(bitPattern: value).magnitude
        case .uint64:
            isNegative = false
            magnitude = value
        }
        if magnitude == 0 { return 0 }
        if magnitude >> 63 != 0 { return round(isNegative, 63, shiftRightJam(magnitude, 1), mode, &flags) }
        return normalizeAndRound(isNegative, 62, magnitude, mode, &flags)
    }

    /// Converts to another format.
    package static func convert<Target: FloatFormat>(
        _ bits: UInt64, to target: Target.Type, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let x = unpack(bits)
        switch x.kind {
        case .nan:
            if isSignaling(bits) { flags.insert(.invalid) }
            return Target.canonicalNaN
        case .infinity: return SoftFloat<Target>.signed(Target.infinity, x.isNegative)
        case .zero: return SoftFloat<Target>.signed(0, x.isNegative)
        case .finite: return SoftFloat<Target>.round(x.isNegative, x.exponent, x.significand, mode, &flags)
        }
    }
}
