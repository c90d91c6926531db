// What a machine is made of, as one value.

/// The choices a machine is made from.
package struct Configuration: Sendable {
    /// 1 to 8.
    package var hartCount = 1
    /// Bytes of RAM, a whole number of pages.
    package var memorySize: UInt64 = 128 << 20
    /// Instructions in one tick of the 10 MHz clock.
    package var instructionsPerTick: UInt64 = 10
    /// The kernel's command line, in the device tree.
    package var bootArguments = ""
    /// An initial RAM disk.
    package var initialDisk: [UInt8]?
    /// The disk's contents, or nil for no disk.
    package var disk: [UInt8]?
    /// The disk refuses writes.
    package var diskIsReadOnly = false
    /// The shortest time of a disk request, in units of the clock; with 0 it is served inside the notifying store.
    package var diskLatency: UInt64 = 1000
    /// What is typed goes to the virtio console instead of the UART.
    package var typesIntoConsole = false
    /// The seed of the entropy device.
    package var entropySeed: UInt64 = 1
    /// A and D bits fault instead of being set, until software asks otherwise (Svade).
    package var trapsOnAccessedAndDirty = false
    /// How harts take turns.
    package var schedule = Schedule.roundRobin(quantum: 10_000)

    /// The default: one hart, 128 MiB, no disk.
    package init() {}

    /// The longest that `diskLatency` may say.
    static let longestLatency: UInt64 = 1 << 40

    /// The first address of RAM.
    package static let memoryBase: UInt64 = 0x8000_0000
}

/// How harts take turns: a value, printable and repeatable.
package enum Schedule: Equatable, Sendable {
    /// Each hart in order, this many instructions.
    case roundRobin(quantum: UInt64)
    /// A hart at random, for a random number of instructions up to the longest.
    case random(seed: UInt64, longest: UInt64)
    /// These turns, then nothing.
    case explicit([Turn])

    /// One turn of an explicit schedule.
    package struct Turn: Equatable, Sendable {
        /// Who runs.
        package var hart: Int
        /// When the turn ends.
        package var until: Limit

        /// Makes a turn.
        package init(hart: Int, until: Limit) {
            self.hart = hart
            self.until = until
        }
    }

    /// The end of a turn.
    package enum Limit: Equatable, Sendable {
        /// After this many instructions.
        case instructions(UInt64)
        /// Before the next access to a watched page, fence, CSR or device instruction that follows the first
        /// instruction of the turn.
        case visibleEvent
    }
}

extension Schedule: CustomStringConvertible {
    /// The form that `init(parsing:)` reads.
    package var description: String {
        switch self {
        case .roundRobin(let quantum): "round-robin:\(quantum)"
        case .random(let seed, let longest): "random:0x\(String(seed, radix: 16)):\(longest)"
        case .explicit(let turns):
            "turns:"
                + turns.map { turn in
                    switch turn.until {
                    case .instructions(let count): "\(turn.hart)x\(count)"
                    case .visibleEvent: "\(turn.hart)v"
                    }
                }.joined(separator: ",")
        }
    }

    /// Reads what `description` prints; nil when it does not parse.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch (parts.first, parts.count) {
        case ("round-robin", 2):
            guard let quantum = UInt64(parts[1]), quantum > 0 else { return nil }
            self = .roundRobin(quantum: quantum)
        case ("random", 3):
            let digits = parts[1].hasPrefix("0x") ? UInt64(parts[1].dropFirst(2), radix: 16) : UInt64(parts[1])
            guard let seed = digits, let longest = UInt64(parts[2]), longest > 0 else { return nil }
            self = .random(seed: seed, longest: longest)
        case ("turns", 2):
            var turns: [Turn] = []
            for part in parts[1].split(separator: ",") {
                if part.hasSuffix("v"), let hart = Int(part.dropLast()) {
                    turns.append(Turn(hart: hart, until: .visibleEvent))
                    continue
                }
                let numbers = part.split(separator: "x")
                guard numbers.count == 2, let hart = Int(numbers[0]), let count = UInt64(numbers[1]) else { return nil }
                turns.append(Turn(hart: hart, until: .instructions(count)))
            }
            self = .explicit(turns)
        default: return nil
        }
    }
}
