// Running: whose turn it is, until when, and why the machine stopped.

/// Why `Machine.run` came back.
package enum StopReason: Equatable, Sendable {
    /// The guest ended itself.
    case ended(Fabric.Outcome)
    /// The limit was reached.
    case limit
    /// All harts wait, and only input, a timer or a device can wake them; the value is the clock of the first of these.
    case idle(until: UInt64?)
    /// The explicit schedule has no more turns.
    case scheduleEnded
}

/// Where a schedule is: part of the machine's state.
package struct TurnState: Equatable, Sendable {
    /// The schedule.
    package var schedule: Schedule
    /// Whose turn it is.
    package var hart = 0
    /// What is left of the turn, in instructions.
    package var left: UInt64 = 0
    /// The next turn of an explicit schedule, or the random generator's state.
    var position: UInt64 = 0
    /// The turn ends before the next visible event.
    var endsAtEvent = false

    /// At the start of a schedule.
    package init(_ schedule: Schedule) {
        self.schedule = schedule
        hart = -1
        if case .random(let seed, _) = schedule { position = seed }
    }

    var words: [UInt64] { [UInt64(bitPattern: Int64(hart)), left, position, endsAtEvent ? 1 : 0] }

    /// Begins the next turn; false when there is none.
    mutating func advance(hartCount: Int) -> Bool {
        endsAtEvent = false
        switch schedule {
        case .roundRobin(let quantum):
            hart = (hart + 1) % hartCount
            left = quantum
        case .random(_, let longest):
            hart = Int(random() % UInt64(hartCount))
            left = random() % longest + 1
        case .explicit(let turns):
            guard position < UInt64(turns.count), (0..<hartCount).contains(turns[Int(position)].hart) else {
                return false
            }
            let turn = turns[Int(position)]
            position += 1
            hart = turn.hart
            switch turn.until {
            case .instructions(let count): left = count
            case .visibleEvent:
                left = .max
                endsAtEvent = true
            }
        }
        return true
    }

    private mutating func random() -> UInt64 {
        position &+= 0x9e37_79b9_7f4a_7c15
        var value = position
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}

extension Machine {
    /// Runs until the guest ends, the limit is reached, or nothing can happen.
    ///
    /// - Parameters:
    ///   - limit: instructions of all harts together.
    ///   - skipsIdleTime: when all harts wait, the clock jumps to what may wake one instead of stopping.
    package func run(limit: UInt64, skipsIdleTime: Bool = true) -> StopReason {
        let end = clock.addingReportingOverflow(limit).overflow ? UInt64.max : clock + limit
        while true {
            if let outcome = fabric.outcome { return .ended(outcome) }
            if clock >= end { return .limit }
            if turns.left == 0 {
                // While all wait, time passes and nobody's turn begins: so it does not matter where runs are cut.
                if let wakeUp = sleepTime() {
                    guard skipsIdleTime, let time = wakeUp else { return .idle(until: wakeUp) }
                    clock = max(clock, min(time, end))
                    continue
                }
                guard turns.advance(hartCount: harts.count) else { return .scheduleEnded }
            }
            let hart = harts[turns.hart]
            let budget = min(turns.left, end - clock)
            // `left` starts at the largest number: the first instruction of such a turn is always executed.
            let (used, stop) =
                turns.endsAtEvent
                ? runGuarded(hart, budget: budget, .visibleEvents, skipsFirst: turns.left == .max)
                : (runTurn(hart, budget: budget), nil)
            turns.left -= min(used, turns.left)
            // A waiting hart gives up the rest of its turn.
            if hart[.waiting] != 0 || stop != nil { turns.left = 0 }
        }
    }

    /// Goes as far as one can without time passing: to a turn, and into the handler of an interrupt.
    ///
    /// `run` does the same first, so asking changes nothing.
    ///
    /// - Returns: the hart that executes the next instruction, at its `pc`; nil when that cannot be said yet.
    package func prepareNext() -> Hart? {
        if fabric.outcome != nil { return nil }
        if turns.left == 0 && (sleepTime() != nil || !turns.advance(hartCount: harts.count)) { return nil }
        let hart = harts[turns.hart]
        hart[.clockOffset] = clock &- hart[.retired]
        refreshLines(hart)
        if hart[.waiting] != 0 {
            if !isAwake(hart) { return nil }
            hart[.waiting] = 0
        }
        _ = hart.enterPendingInterrupt()
        return hart
    }

    /// When all harts wait: the clock of the first timer or device that may wake one, if any. Nil when one is awake.
    private func sleepTime() -> UInt64?? {
        if harts.contains(where: { $0[.waiting] == 0 }) { return .none }
        var first: UInt64?
        for hart in harts {
            hart[.clockOffset] = clock &- hart[.retired]
            refreshLines(hart)
            if isAwake(hart) { return .none }
            if let time = wakeTime(hart) { first = min(first ?? .max, time) }
        }
        return .some(first)
    }

    /// The clock at which a waiting hart may be woken, by a timer or by the end of a device's request, if it will.
    func wakeTime(_ hart: Hart) -> UInt64? {
        let timers = Interrupt.machineTimer.bit | Interrupt.supervisorTimer.bit
        return hart[.mie] & timers != 0 ? nextDeadline(hart) : nextRequestEnd
    }

    /// Gives a hart up to `budget` instructions, or until a stop in force is found; the clock moves by what it used.
    ///
    /// - Parameter skipped: the address of an instruction that is no stop when it is the first to be executed.
    func runTurn(_ hart: Hart, budget: UInt64, skipping skipped: UInt64? = nil) -> UInt64 {
        hart[.clockOffset] = clock &- hart[.retired]
        let start = clock
        guardReservations(hart)
        var skipped = skipped
        while clock - start < budget {
            refreshLines(hart)
            if hart[.waiting] != 0 {
                if !isAwake(hart) { break }
                hart[.waiting] = 0
            }
            if hart.enterPendingInterrupt() { skipped = nil }
            var limit = budget - (clock - start)
            if skipped == hart.pc {
                skipped = nil
                clock += blocks.stops.suspended { hart.runReference(limit: 1, blocks.stops) }
                if fabric.outcome != nil { break }
                continue
            }
            if let deadline = nextDeadline(hart), deadline > clock { limit = min(limit, deadline - clock) }
            switch fabric.observer == nil ? executor : .reference {
            case .fast: clock += hart.runFast(limit: limit, blocks)
            case .reference: clock += hart.runReference(limit: limit, blocks.stops)
            }
            if fabric.outcome != nil || blocks.stops.isOn && blocks.stops.found != nil { break }
        }
        return clock - start
    }

    /// Marks pages on which other harts hold reservations, so that this hart's stores there are seen.
    private func guardReservations(_ hart: Hart) {
        let memory = fabric.memory
        for page in fabric.reservedPages { memory.marks[page] &= ~PageMark.reserved }
        fabric.reservedPages.removeAll(keepingCapacity: true)
        for other in harts where other.id != hart.id && other.reservation != .max {
            let page = memory.page(of: other.reservation)
            memory.marks[page] |= PageMark.reserved
            fabric.reservedPages.append(page)
        }
        if !fabric.reservedPages.isEmpty {
            hart.pages.forgetAll()
            hart.contextChanged()
        }
    }
}
