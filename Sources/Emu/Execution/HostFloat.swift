// When the host's floating point may stand in for soft float: results and flags are then provably the same.

/// Conditions for using the host's double arithmetic.
///
/// With rounding to nearest even, operands that are normal numbers and a result that is a normal number, IEEE 754
/// leaves one possible result, which the host gives as well; invalid, division by zero, overflow and underflow cannot
/// have happened, and inexact is required to be set already, so that it does not matter whether it would be raised.
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
}
