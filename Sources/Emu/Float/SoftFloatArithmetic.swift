// Floating-point addition, multiplication, division, square root and fused multiply-add.

extension SoftFloat {
    /// `a + b`.
    package static func add(_ a: UInt64, _ b: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags) -> UInt64 {
        if isNaN(a) || isNaN(b) { return nan(a, b, flags: &flags) }
        let (x, y) = (unpack(a), unpack(b))
        if x.kind == .infinity {
            return y.kind == .infinity && x.isNegative != y.isNegative ? invalid(&flags) : a
        }
        if y.kind == .infinity { return b }
        if x.kind == .zero || y.kind == .zero {
            guard x.kind == y.kind else { return x.kind == .zero ? b : a }
            return x.isNegative == y.isNegative ? a : zeroSum(mode)
        }
        let aIsLarger = (x.exponent, x.significand) >= (y.exponent, y.significand)
        let (large, small) = aIsLarger ? (x, y) : (y, x)
        let aligned = shiftRightJam(small.significand >> 1, large.exponent - small.exponent)
        if x.isNegative == y.isNegative {
            let sum = large.significand >> 1 + aligned
            return normalizeAndRound(x.isNegative, large.exponent + 1, sum, mode, &flags)
        }
        let difference = large.significand >> 1 - aligned
        if difference == 0 { return zeroSum(mode) }
        return normalizeAndRound(large.isNegative, large.exponent + 1, difference, mode, &flags)
    }

    /// `a - b`.
    package static func subtract(_ a: UInt64, _ b: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags) -> UInt64 {
        add(a, isNaN(b) ? b : b ^ Format.signBit, mode, &flags)
    }

    /// The zero that a difference of equal numbers gives.
    private static func zeroSum(_ mode: RoundingMode) -> UInt64 { mode == .down ? Format.signBit : 0 }

    /// `a · b`.
    package static func multiply(_ a: UInt64, _ b: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags) -> UInt64 {
        if isNaN(a) || isNaN(b) { return nan(a, b, flags: &flags) }
        let (x, y) = (unpack(a), unpack(b))
        let isNegative = x.isNegative != y.isNegative
        if x.kind == .infinity || y.kind == .infinity {
            if x.kind == .zero || y.kind == .zero { return invalid(&flags) }
            return signed(Format.infinity, isNegative)
        }
        if x.kind == .zero || y.kind == .zero { return signed(0, isNegative) }
        let product = x.significand.multipliedFullWidth(by: y.significand)
        let top = product.high << 1 | product.low >> 63 | (product.low << 1 == 0 ? 0 : 1)
        return normalizeAndRound(isNegative, x.exponent + y.exponent + 1, top, mode, &flags)
    }

    /// `a / b`.
    package static func divide(_ a: UInt64, _ b: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags) -> UInt64 {
        if isNaN(a) || isNaN(b) { return nan(a, b, flags: &flags) }
        let (x, y) = (unpack(a), unpack(b))
        let isNegative = x.isNegative != y.isNegative
        if x.kind == .infinity { return y.kind == .infinity ? invalid(&flags) : signed(Format.infinity, isNegative) }
        if y.kind == .infinity { return signed(0, isNegative) }
        if y.kind == .zero {
            if x.kind == .zero { return invalid(&flags) }
            flags.insert(.divideByZero)
            return signed(Format.infinity, isNegative)
        }
        if x.kind == .zero { return signed(0, isNegative) }
        let (quotient, remainder) = y.significand.dividingFullWidth((x.significand >> 2, x.significand << 62))
        let sticky: UInt64 = remainder == 0 ? 0 : 1
        return normalizeAndRound(isNegative, x.exponent - y.exponent, quotient | sticky, mode, &flags)
    }

    /// The square root of `a`.
    package static func squareRoot(_ a: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags) -> UInt64 {
        if isNaN(a) { return nan(a, flags: &flags) }
        let x = unpack(a)
        if x.kind == .zero { return a }
        if x.isNegative { return invalid(&flags) }
        if x.kind == .infinity { return a }
        let isOdd = x.exponent & 1 != 0
        var rest = UInt128(x.significand) << (isOdd ? 63 : 62)
        var root: UInt128 = 0
        var bit: UInt128 = 1 << 124
        while bit != 0 {
            if rest >= root + bit {
                rest -= root + bit
                root = root >> 1 + bit
            } else {
                root >>= 1
            }
            bit >>= 2
        }
        let sticky: UInt64 = rest == 0 ? 0 : 1
        return round(false, x.exponent >> 1, UInt64(root) | sticky, mode, &flags)
    }

    /// `a · b + c` with one rounding.
    package static func fusedMultiplyAdd(
        _ a: UInt64, _ b: UInt64, _ c: UInt64, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let (x, y, z) = (unpack(a), unpack(b), unpack(c))
        let isInfinityTimesZero =
            x.kind == .infinity && y.kind == .zero || x.kind == .zero && y.kind == .infinity
        if isInfinityTimesZero { flags.insert(.invalid) }
        if isNaN(a) || isNaN(b) || isNaN(c) || isInfinityTimesZero { return nan(a, b, c, flags: &flags) }
        let isNegative = x.isNegative != y.isNegative
        if x.kind == .infinity || y.kind == .infinity {
            if z.kind == .infinity && z.isNegative != isNegative { return invalid(&flags) }
            return signed(Format.infinity, isNegative)
        }
        if z.kind == .infinity { return c }
        if x.kind == .zero || y.kind == .zero {
            guard z.kind == .zero else { return c }
            return isNegative == z.isNegative ? c : zeroSum(mode)
        }
        // The product's leading one goes to bit 125, so that a sum has room at bit 126.
        var product = UInt128(x.significand) * UInt128(y.significand)
        var exponent = x.exponent + y.exponent
        if product >> 125 != 0 { exponent += 1 } else { product <<= 1 }
        guard z.kind == .finite else { return roundWide(isNegative, exponent, product, mode, &flags) }
        var addend = UInt128(z.significand) << 63
        if exponent >= z.exponent {
            addend = shiftRightJam(addend, exponent - z.exponent)
        } else {
            product = shiftRightJam(product, z.exponent - exponent)
            exponent = z.exponent
        }
        if isNegative == z.isNegative {
            return roundWide(isNegative, exponent, product + addend, mode, &flags)
        }
        if product == addend { return zeroSum(mode) }
        return product > addend
            ? roundWide(isNegative, exponent, product - addend, mode, &flags)
            : roundWide(z.isNegative, exponent, addend - product, mode, &flags)
    }

    /// Rounds a 128-bit significand whose bit 125 has weight `2^exponent`.
    private static func roundWide(
        _ isNegative: Bool, _ exponent: Int, _ significand: UInt128, _ mode: RoundingMode, _ flags: inout FloatFlags
    ) -> UInt64 {
        let shift = significand.leadingZeroBitCount - 1
        let top = significand << UInt128(shift)
        let sticky: UInt64 = UInt64(truncatingIfNeeded: top) == 0 ? 0 : 1
        return round(isNegative, exponent + 1 - shift, UInt64(top >> 64) | sticky, mode, &flags)
    }

    private static func shiftRightJam(_ value: UInt128, _ count: Int) -> UInt128 {
        if count == 0 { return value }
        if count > 127 { return value == 0 ? 0 : 1 }
        return value >> UInt128(count) | (value << UInt128(128 - count) == 0 ? 0 : 1)
    }
}
