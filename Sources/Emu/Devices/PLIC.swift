// The platform-level interrupt controller: priorities, enables, claim and completion for each hart's two levels.

/// SiFive's PLIC as QEMU's `virt` has it: 95 sources, and for each hart a machine and a supervisor context.
///
/// RISC-V Platform-Level Interrupt Controller Specification.
package final class PLIC: Device {
    /// 6 MiB at 0x0c00_0000.
    package let region: Range<UInt64> = 0x0c00_0000..<0x0c60_0000
    /// Source numbers are below this.
    package static let sourceCount = 96
    private var priority = [UInt32](repeating: 0, count: PLIC.sourceCount)
    /// One bit for each source, as in `enabled`.
    private var pending: [UInt32] = [0, 0, 0]
    private var claimed: [UInt32] = [0, 0, 0]
    private var enabled: [[UInt32]]
    private var threshold: [UInt32]

    init(hartCount: Int) {
        enabled = Array(repeating: [0, 0, 0], count: 2 * hartCount)
        threshold = Array(repeating: 0, count: 2 * hartCount)
    }

    /// Its outputs go to the harts.
    package var isInterrupting: Bool { false }
    /// It never does.
    package func takeRaise() -> Bool { false }

    /// The gateway of a source, as QEMU has it: each raise of the line makes it pending, a low line does not stay so.
    ///
    /// A line that is only still high after completion is not pending again: kernels that never acknowledge the
    /// transmitter rely on it.
    func update(_ source: Int, isHigh: Bool, wasRaised: Bool) {
        if !isHigh { setPending(source, false) } else if wasRaised { setPending(source, true) }
    }

    private func setPending(_ source: Int, _ isPending: Bool) {
        let bit = UInt32(1) << UInt32(source & 31)
        if isPending { pending[source >> 5] |= bit } else { pending[source >> 5] &= ~bit }
    }

    /// The source a context should serve, or 0: the highest priority above the threshold, then the lowest number.
    private func best(_ context: Int) -> Int {
        var best = 0
        var bestPriority = threshold[context]
        for word in 0..<3 {
            var candidates = pending[word] & ~claimed[word] & enabled[context][word]
            while candidates != 0 {
                let source = word << 5 | candidates.trailingZeroBitCount
                candidates &= candidates - 1
                if priority[source] > bestPriority {
                    best = source
                    bestPriority = priority[source]
                }
            }
        }
        return best
    }

    /// Is a context's external interrupt line up? Contexts alternate: machine, supervisor of hart 0, and so on.
    func isAsserted(_ context: Int) -> Bool { best(context) != 0 }

    /// All registers are 32 bits wide; a claim is a read.
    package func read(_ offset: UInt64, width: Int, _ fabric: Fabric) -> UInt64? {
        guard width == 4 else { return nil }
        let word = Int(offset >> 2)
        switch offset {
        case 0..<0x1000: return word < Self.sourceCount ? UInt64(priority[word]) : 0
        case 0x1000..<0x1080: return word - 0x400 < 3 ? UInt64(pending[word - 0x400]) : 0
        case 0x2000..<0x20_0000:
            let context = Int((offset - 0x2000) >> 7)
            let index = word & 31
            return context < enabled.count && index < 3 ? UInt64(enabled[context][index]) : 0
        case 0x20_0000..<0x60_0000:
            let context = Int((offset - 0x20_0000) >> 12)
            guard context < threshold.count else { return 0 }
            if offset & 0xfff == 0 { return UInt64(threshold[context]) }
            return offset & 0xfff == 4 ? UInt64(claim(context)) : 0
        default: return 0
        }
    }

    /// Takes the best source regardless of the threshold having been met, as the line says.
    private func claim(_ context: Int) -> Int {
        let source = best(context)
        if source != 0 {
            setPending(source, false)
            claimed[source >> 5] |= 1 << UInt32(source & 31)
        }
        return source
    }

    /// A completion is a write of the source number.
    package func write(_ offset: UInt64, width: Int, value: UInt64, _ fabric: Fabric) -> Bool {
        guard width == 4 else { return false }
        let word = Int(offset >> 2)
        switch offset {
        case 4..<0x1000: if word < Self.sourceCount { priority[word] = UInt32(value & 7) }
        case 0x2000..<0x20_0000:
            let context = Int((offset - 0x2000) >> 7)
            let index = word & 31
            if context < enabled.count && index < 3 {
                enabled[context][index] = UInt32(truncatingIfNeeded: value) & (index == 0 ? ~1 : ~0)
            }
        case 0x20_0000..<0x60_0000:
            let context = Int((offset - 0x20_0000) >> 12)
            guard context < threshold.count else { return true }
            if offset & 0xfff == 0 { threshold[context] = UInt32(value & 7) }
            if offset & 0xfff == 4 { complete(context, Int(truncatingIfNeeded: value & 0xffff_ffff)) }
        default: break
        }
        return true
    }

    private func complete(_ context: Int, _ source: Int) {
        guard source > 0 && source < Self.sourceCount else { return }
        guard enabled[context][source >> 5] >> UInt32(source & 31) & 1 != 0 else { return }
        claimed[source >> 5] &= ~(1 << UInt32(source & 31))
    }

    /// Writes all registers.
    package func save(to writer: inout StateWriter) {
        writer.words(priority.map(UInt64.init))
        writer.words((pending + claimed).map(UInt64.init))
        writer.words(enabled.joined().map(UInt64.init))
        writer.words(threshold.map(UInt64.init))
    }

    /// Reads them back.
    package func restore(from reader: inout StateReader) -> Bool {
        let priorities = reader.words()
        let states = reader.words()
        let enables = reader.words()
        let thresholds = reader.words()
        let isWhole =
            priorities.count == Self.sourceCount && states.count == 6
            && enables.count == 3 * enabled.count && thresholds.count == threshold.count
        guard reader.isIntact, isWhole else { return false }
        priority = priorities.map { UInt32(truncatingIfNeeded: $0) }
        pending = states[..<3].map { UInt32(truncatingIfNeeded: $0) }
        claimed = states[3...].map { UInt32(truncatingIfNeeded: $0) }
        for context in enabled.indices {
            enabled[context] = (0..<3).map { UInt32(truncatingIfNeeded: enables[3 * context + $0]) }
        }
        threshold = thresholds.map { UInt32(truncatingIfNeeded: $0) }
        return true
    }
}
