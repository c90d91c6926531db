// The way back: snapshots taken while the guest ran, and the last stop before an instant.

/// Where a run stopped, or would have stopped.
struct DebugStop {
    /// The clock at the stop.
    var clock: UInt64
    /// The hart it concerns.
    var hart: Int
    /// What the stop reply says of the reason, with its semicolon; empty for a step.
    var reason: String
}

/// Snapshots in order of time.
///
/// Between two of them the machine goes the same way again. What a person changes by hand is not part of that way: a
/// snapshot follows each change and is kept for good.
struct DebugHistory {
    private struct Entry {
        let snapshot: Snapshot
        let isPinned: Bool
    }

    private var entries: [Entry] = []
    /// Between snapshots while the guest runs, in units of the clock.
    static let interval: UInt64 = 200_000
    private static let capacity = 256

    /// Starts with the machine as it is.
    init(_ machine: Machine) { entries = [Entry(snapshot: machine.snapshot(), isPinned: true)] }

    /// The earliest clock that can be gone back to.
    var start: UInt64 { entries.first?.snapshot.clock ?? 0 }

    /// Snapshots from the latest back, each with the clock before which it is the one to start from.
    func segments(before end: UInt64) -> [(base: Snapshot, end: UInt64)] {
        var end = end
        return entries.reversed().compactMap { entry in
            guard entry.snapshot.clock < end else { return nil }
            defer { end = entry.snapshot.clock }
            return (entry.snapshot, end)
        }
    }

    /// The snapshot to start from to get to an instant.
    func base(for clock: UInt64) -> Snapshot? { entries.last { $0.snapshot.clock <= clock }?.snapshot }

    /// Takes a snapshot when the last one is long ago.
    mutating func note(_ machine: Machine) {
        guard let last = entries.last, machine.clock >= last.snapshot.clock + Self.interval else { return }
        entries.append(Entry(snapshot: machine.snapshot(), isPinned: false))
        guard entries.count > Self.capacity else { return }
        // Every other one of the older three quarters goes.
        let recent = entries.count * 3 / 4
        entries = entries.enumerated().filter { $1.isPinned || $0 >= recent || $0 % 2 == 0 }.map(\.element)
    }

    /// The machine was changed by hand: what had come after now will not come again.
    mutating func noteChange(_ machine: Machine) {
        entries.removeAll { $0.snapshot.clock > machine.clock }
        entries.append(Entry(snapshot: machine.snapshot(), isPinned: true))
    }
}
