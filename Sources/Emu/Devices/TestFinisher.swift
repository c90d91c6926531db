// SiFive's test finisher: a store ends the run with a verdict.

/// The device through which a guest says that it is done.
package final class TestFinisher: Device {
    /// One page at 0x0010_0000.
    package let region: Range<UInt64> = 0x0010_0000..<0x0010_1000

    /// It never interrupts.
    package var isInterrupting: Bool { false }
    /// It never does.
    package func takeRaise() -> Bool { false }

    /// Reads as zero.
    package func read(_ offset: UInt64, width: Int, _ fabric: Fabric) -> UInt64? { 0 }

    /// 0x5555 passes, 0x3333 fails with a code in the upper half, 0x7777 resets.
    package func write(_ offset: UInt64, width: Int, value: UInt64, _ fabric: Fabric) -> Bool {
        guard offset == 0 else { return true }
        switch value & 0xffff {
        case 0x5555: fabric.outcome = .pass
        case 0x3333: fabric.outcome = .fail(value >> 16 & 0xffff)
        case 0x7777: fabric.outcome = .reset
        default: break
        }
        return true
    }

    /// It has no state.
    package func save(to writer: inout StateWriter) {}
    /// It has no state.
    package func restore(from reader: inout StateReader) -> Bool { true }
}
