// The core-local interruptor: software interrupts, timers and the clock.

/// SiFive's CLINT as QEMU's `virt` has it: `msip` at 0, `mtimecmp` at 0x4000, `mtime` at 0xbff8.
package final class CLINT: Device {
    /// 64 KiB at 0x0200_0000.
    package let region: Range<UInt64> = 0x0200_0000..<0x0201_0000
    private(set) var softwarePending: [Bool]
    private(set) var compare: [UInt64]
    /// What `mtime` shows beyond the clock; changed by writes to it.
    private(set) var offset: UInt64 = 0

    init(hartCount: Int) {
        softwarePending = Array(repeating: false, count: hartCount)
        compare = Array(repeating: .max, count: hartCount)
    }

    /// The CLINT's lines go to the harts, not to the PLIC.
    package var isInterrupting: Bool { false }
    /// It never does.
    package func takeRaise() -> Bool { false }

    /// Is the timer of a hart due at a value of the clock?
    func timerIsDue(_ hart: Int, ticks: UInt64) -> Bool { ticks &+ offset >= compare[hart] }

    /// The clock's value at which the timer of a hart will be due, or nil when that is never.
    func deadline(_ hart: Int) -> UInt64? {
        let (value, underflow) = compare[hart].subtractingReportingOverflow(offset)
        return compare[hart] == .max ? nil : underflow ? 0 : value
    }

    /// Reads the 64-bit register an access falls into, and takes its part.
    package func read(_ address: UInt64, width: Int, _ fabric: Fabric) -> UInt64? {
        let shift = (address & 7) * 8
        let mask = UInt64.max >> UInt64(64 - 8 * width)
        switch address {
        case 0..<0x4000:
            let hart = Int(address >> 2)
            guard hart < softwarePending.count else { return 0 }
            return softwarePending[hart] && address & 3 == 0 ? 1 : 0
        case 0x4000..<0xbff8:
            let hart = Int((address - 0x4000) >> 3)
            guard hart < compare.count else { return 0 }
            return compare[hart] >> shift & mask
        case 0xbff8..<0xc000: return (fabric.ticks &+ offset) >> shift & mask
        default: return 0
        }
    }

    /// Writes a register or a half of it.
    package func write(_ address: UInt64, width: Int, value: UInt64, _ fabric: Fabric) -> Bool {
        let shift = (address & 7) * 8
        let mask = (UInt64.max >> UInt64(64 - 8 * width)) << shift
        switch address {
        case 0..<0x4000:
            let hart = Int(address >> 2)
            if hart < softwarePending.count && address & 3 == 0 { softwarePending[hart] = value & 1 != 0 }
        case 0x4000..<0xbff8:
            let hart = Int((address - 0x4000) >> 3)
            if hart < compare.count { compare[hart] = compare[hart] & ~mask | value << shift & mask }
        case 0xbff8..<0xc000:
            let old = fabric.ticks &+ offset
            offset = (old & ~mask | value << shift & mask) &- fabric.ticks
        default: break
        }
        return true
    }

    /// Writes all registers.
    package func save(to writer: inout StateWriter) {
        writer.words(softwarePending.map { $0 ? 1 : 0 })
        writer.words(compare)
        writer.word(offset)
    }

    /// Reads them back.
    package func restore(from reader: inout StateReader) -> Bool {
        let software = reader.words()
        let timers = reader.words()
        offset = reader.word()
        guard reader.isIntact, software.count == compare.count, timers.count == compare.count else { return false }
        softwarePending = software.map { $0 != 0 }
        compare = timers
        return true
    }
}
