// One hart runs, the others are held: what happens on it, as a replay looks at it.

package import Emu

/// What stopped a hart, with its next instruction not yet begun.
package enum HartEvent: Equatable, Sendable {
    /// At the entry of one of the kernel's primitives, with its first argument.
    case call(KernelPlaces.Primitive, argument: UInt64)
    /// At an address that was asked for.
    case reached(UInt64)
    /// Before an access to watched memory.
    case access(AccessAhead)
    /// It came to user mode.
    case user
    /// It has come from user mode into the kernel, for this cause; nothing is done yet.
    case trapped(UInt64)
    /// It waits for an interrupt.
    case waiting
    /// The guest ended the machine.
    case ended(Fabric.Outcome)
    /// Nothing of this within the limit.
    case limit
}

/// Runs harts one at a time.
package final class HartControl {
    /// The machine.
    package let machine: Machine
    /// Where the kernel is stopped.
    package let places: KernelPlaces
    /// Instructions of all harts since the replay began.
    package private(set) var instructionCount: UInt64 = 0

    /// Where it is kept who ran when; nil when that is not wanted.
    package var recording: RecordedRun?

    /// Takes a machine in hand.
    package init(_ machine: Machine, _ places: KernelPlaces) {
        self.machine = machine
        self.places = places
    }

    /// What was run until now does not count.
    func resetCount() { instructionCount = 0 }

    /// Runs a hart to the next event; the instruction that it is at is no event.
    ///
    /// - Parameters:
    ///   - index: the hart.
    ///   - limit: instructions at most.
    ///   - addresses: where to stop besides.
    ///   - watches: physical memory whose accesses are events.
    ///   - follows: whether calls of the kernel's primitives are events; of `panic` they always are.
    ///   - program: addresses in the program of a hart that is in user mode; its way into the kernel is an event, too, then.
    package func run(
        hart index: Int, limit: UInt64, addresses: Set<UInt64> = [], watches: [Watch] = [], follows: Bool = true,
        program: Set<UInt64>? = nil
    ) -> HartEvent {
        let entries = places.entries.keys.filter { follows || places.entries[$0] == .panic }
        let hart = machine.harts[index]
        let handler = program != nil && hart.privilege == .user ? hart[.stvec] & ~3 : nil
        let stops = Stops(
            breakpoints: addresses.union(entries).union(places.returns).union(program ?? []).union(
                handler.map { [$0] } ?? []),
            watches: watches)
        var left = limit
        while true {
            recording?.note(machine, hart: index)
            machine.stops = stops
            let before = machine.clock
            let stop = machine.run(hart: index, limit: left)
            let used = machine.clock &- before
            instructionCount += used
            left -= min(used, left)
            switch stop {
            case .limit: return .limit
            case .access(let access): return .access(access)
            case .visibleEvent: return .limit
            case .waiting: return .waiting
            case .ended(let outcome): return .ended(outcome)
            case .breakpoint:
                if hart.privilege == .user, let program, program.contains(hart.pc) { return .reached(hart.pc) }
                if hart.pc == handler, hart.privilege == .supervisor { return .trapped(hart[.scause]) }
                if let primitive = places.entries[hart.pc], hart.privilege == .supervisor {
                    return .call(primitive, argument: hart[x: 10])
                }
                if addresses.contains(hart.pc), hart.privilege == .supervisor { return .reached(hart.pc) }
                if places.returns.contains(hart.pc), hart.privilege == .supervisor {
                    if step(hart: index) { return .user }
                }
                if left == 0 { return .limit }
            }
        }
    }

    /// Executes one instruction.
    ///
    /// - Returns: whether the hart is in user mode after it.
    @discardableResult
    func step(hart index: Int) -> Bool {
        recording?.note(machine, hart: index)
        machine.stops = Stops()
        let before = machine.clock
        _ = machine.run(hart: index, limit: 1)
        instructionCount += machine.clock &- before
        return machine.harts[index].privilege == .user
    }

    /// Makes a hart's process, which is in user mode, issue a system call: registers as for `ecall`, and its trap.
    ///
    /// Neither the process's code nor any instruction of it is used: whatever program it runs, it can be driven.
    package func issue(hart index: Int, number: UInt64, arguments: [UInt64]) {
        let hart = machine.harts[index]
        precondition(hart.privilege == .user, "only a process in user mode makes a system call")
        hart[x: 17] = number
        for (offset, argument) in arguments.prefix(6).enumerated() { hart[x: 10 + offset] = argument }
        hart.enter(Trap(.userCall))
    }

    /// The timer fires on a hart, which is in user mode.
    func fireTimer(hart index: Int) {
        let hart = machine.harts[index]
        hart[.stimecmp] = 0
        machine.refreshLines(hart)
        for _ in 0..<2 where hart.privilege == .user { step(hart: index) }
        silenceTimer(hart: index)
    }

    /// No timer fires on a hart from now on.
    package func silenceTimer(hart index: Int) {
        machine.harts[index][.stimecmp] = .max
        let compare = UInt64(0x4000 + 8 * index)
        for device in machine.fabric.devices where device.region.lowerBound == 0x0200_0000 {
            _ = device.write(compare, width: 8, value: .max, machine.fabric)
            machine.fabric.deviceVersion += 1
        }
    }

    /// Ends a `wfi`, which the architecture allows at any time.
    package func wake(hart index: Int) { machine.harts[index][.waiting] = 0 }
}

extension AccessAhead {
    /// Whether it touches what is watched, in a way that is watched.
    func isWatched(by watch: Watch) -> Bool {
        guard isLoad && watch.onLoad || isStore && watch.onStore else { return false }
        return overlaps(address, count, watch.range) || nextCount != 0 && overlaps(next, nextCount, watch.range)
    }

    private func overlaps(_ start: UInt64, _ count: UInt64, _ range: Range<UInt64>) -> Bool {
        start < range.upperBound && range.lowerBound < start &+ count
    }
}
