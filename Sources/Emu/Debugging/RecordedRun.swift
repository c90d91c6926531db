// A run in which somebody chose who executes, and changed registers in between: kept so that it can be gone along again.

/// Which hart ran when, with the machine as it was before each stretch.
///
/// Within a stretch the machine goes the same way again; between two of them lies what was changed from outside, which the
/// snapshot at the beginning of the next one has.
package final class RecordedRun {
    /// Instructions of one hart without a change from outside.
    private struct Stretch {
        let hart: Int
        let snapshot: Snapshot
        var clock: UInt64 { snapshot.clock }
    }

    private var stretches: [Stretch] = []
    /// The clock at its end.
    package private(set) var end: UInt64 = 0

    /// Nothing has run yet.
    package init() {}

    /// The clock at its beginning.
    package var start: UInt64 { stretches.first?.clock ?? 0 }

    /// A hart is about to run.
    package func note(_ machine: Machine, hart: Int) {
        // After a stretch in which nothing was executed the machine may have been changed: the later snapshot counts.
        while let last = stretches.last, last.clock >= machine.clock { stretches.removeLast() }
        stretches.append(Stretch(hart: hart, snapshot: machine.snapshot()))
    }

    /// Nothing more will run.
    package func finish(_ machine: Machine) { end = machine.clock }

    private func index(at clock: UInt64) -> Int? {
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].clock <= clock { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    /// The hart that executes next; nil at the end.
    func nextHart(_ machine: Machine) -> Hart? {
        guard machine.clock < end, let index = index(at: machine.clock) else { return nil }
        enter(machine, stretches[index])
        return machine.harts[stretches[index].hart]
    }

    private func enter(_ machine: Machine, _ stretch: Stretch) {
        if machine.clock == stretch.clock { machine.restore(stretch.snapshot) }
    }

    /// Goes on along the recorded way.
    ///
    /// - Parameter limit: instructions, and traps, at most.
    func run(_ machine: Machine, limit: UInt64) -> StopReason {
        machine.stops = Stops()
        var left = limit
        while left > 0, machine.clock < end, let index = index(at: machine.clock) {
            let stretch = stretches[index]
            enter(machine, stretch)
            let next = index + 1 < stretches.count ? stretches[index + 1].clock : end
            let before = machine.clock
            _ = machine.run(hart: stretch.hart, limit: min(left, next - before))
            if machine.clock == before { break }
            left -= min(left, machine.clock - before)
        }
        return machine.clock >= end ? .scheduleEnded : .limit
    }

    /// The snapshot to start from to get to an instant.
    func base(for clock: UInt64) -> Snapshot? { index(at: clock).map { stretches[$0].snapshot } }

    /// Snapshots from the latest back, each with the clock before which it is the one to start from.
    func segments(before end: UInt64) -> [(base: Snapshot, end: UInt64)] {
        var end = end
        return stretches.reversed().compactMap { stretch in
            guard stretch.clock < end else { return nil }
            defer { end = stretch.clock }
            return (stretch.snapshot, end)
        }
    }

    /// Brings the machine to an instant of the run.
    package func go(_ machine: Machine, to clock: UInt64) {
        guard let base = base(for: clock) else { return }
        machine.restore(base)
        if clock > base.clock { _ = run(machine, limit: clock - base.clock) }
    }

    /// The last store to a range of physical memory.
    ///
    /// - Parameters:
    ///   - machine: the machine; it is left somewhere on the way.
    ///   - range: physical bytes.
    ///   - clock: only what is before it.
    /// - Returns: who stored, at which instruction and clock; nil when nobody has since the beginning.
    /// - Complexity: as many instructions as lie between the store and `clock`, one at a time.
    package func lastStore(
        _ machine: Machine, to range: Range<UInt64>, before clock: UInt64
    ) -> (hart: Int, pc: UInt64, clock: UInt64)? {
        let watcher = WatchObserver()
        watcher.watches = [
            WatchObserver.Watch(
                address: range.lowerBound, physical: range.lowerBound, count: UInt64(range.count), onLoad: false,
                onStore: true)
        ]
        machine.fabric.observer = watcher
        defer { machine.fabric.observer = nil }
        for (base, end) in segments(before: clock) {
            machine.restore(base)
            var last: (hart: Int, pc: UInt64, clock: UInt64)?
            while machine.clock < end, let hart = nextHart(machine) {
                let (before, pc) = (machine.clock, hart.pc)
                watcher.hit = nil
                _ = run(machine, limit: 1)
                if watcher.hit != nil { last = (hart.id, pc, before) }
                if machine.clock == before { break }
            }
            if let last { return last }
        }
        return nil
    }
}
