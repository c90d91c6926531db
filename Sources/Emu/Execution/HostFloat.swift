// When the host's floating point may stand in for soft float: results and flags are then provably the same.

/// Conditions for using the host's arithmetic.
///
/// With rounding to nearest even, operands that are normal numbers and a result that is a normal number, IEEE 754
/// leaves one possible result, which the host gives as well; invalid, division by zero, overflow and underflow cannot
/// have happened, and inexact is required to be set already, so that it does not matter whether it would be raised.
/// A result of the smallest exponent is left out: it may have been rounded up from a tiny one, which is an underflow.
enum HostFloat {
    /// The unit is on and dirty, inexact is set, and the instruction rounds to nearest even.
    @inline(__always)
    static func isReady(_ words: UnsafeMutablePointer<UInt64>, _ rounding: UInt8) -> Bool {
        let control = words[Slot.fcsr.rawValue]
        let roundsToNearest = rounding == 0 || rounding == 7 && control >> 5 == 0
        return words[Slot.mstatus.rawValue] & Status.fs == Status.fs && control & 1 != 0 && roundsToNearest
    }

    /// A normal number: neither zero, subnormal, infinite nor NaN.
    @inline(__always)
    static func isPlain(_ bits: UInt64) -> Bool { (bits >> 52 &+ 1) & 0x7ff > 1 }

    /// A normal number that cannot have been tiny before it was rounded.
    @inline(__always)
    static func isSafe(_ bits: UInt64) -> Bool { (bits >> 52 &+ 1) & 0x7ff > 2 }

    /// The value of a boxed single that is a normal number, or nil.
    @inline(__always)
    static func single(_ bits: UInt64) -> Float? {
        bits >> 32 == 0xffff_ffff && (bits >> 23 &+ 1) & 0xff > 1
            ? Float(bitPattern: UInt32(truncatingIfNeeded: bits)) : nil
    }

    /// A single's bits in a box of ones, or nil when it is not a normal number or may have been tiny.
    @inline(__always)
    static func boxed(_ value: Float) -> UInt64? {
        let bits = UInt64(value.bitPattern)
        return (bits >> 23 &+ 1) & 0xff > 2 ? bits | 0xffff_ffff << 32 : nil
    }
}
