// Runs of one hart, the others held: fast up to a breakpoint, a watched access or a visible event, and exact there.

extension Machine {
    /// Runs one hart while the others are held, until it is at a stop of `stops`, waits, or the limit is reached.
    ///
    /// It is a turn of an explicit schedule that ends early: interrupts are taken, timers and devices go on, and
    /// `turns:` with the same harts and instruction counts goes the same way. The turn of `turns` is not touched.
    ///
    /// A stop is before the instruction, exactly: nothing of it has happened, not even the TLB entry or the A bit of its
    /// fetch. The instruction that the hart is at when the run begins is no stop, so calling again goes on from one; and
    /// a limit that is reached at a stop is told as that stop, so none is missed (with limit 0 it only looks). A stop is
    /// told a second time when an interrupt came between.
    ///
    /// Page-table walks, fetches and devices' own accesses to memory are not watched; an access that will trap is none.
    /// Speed is that of `run` where neither watched pages nor blocks at breakpoints are met: an access to a page that
    /// holds watched bytes, but not to them, costs some fifty plain instructions.
    ///
    /// - Parameters:
    ///   - index: which hart.
    ///   - limit: instructions, and traps, at most; `clock` says how many there were.
    /// - Returns: why it ended.
    package func run(hart index: Int, limit: UInt64) -> HartStop {
        if let outcome = fabric.outcome { return .ended(outcome) }
        let hart = harts[index]
        let stop = runGuarded(hart, budget: limit, .everything, skipsFirst: limit > 0).stop
        if let outcome = fabric.outcome { return .ended(outcome) }
        if let stop { return stop }
        guard hart[.waiting] != 0 else { return .limit }
        hart[.clockOffset] = clock &- hart[.retired]
        refreshLines(hart)
        return isAwake(hart) ? .limit : .waiting(until: wakeTime(hart))
    }

    /// Makes accesses to a physical range stops and visible events.
    package func watch(_ range: Range<UInt64>) {
        if !stops.watches.contains(Watch(range)) { stops.watches.append(Watch(range)) }
    }

    /// Takes `watch` back.
    package func unwatch(_ range: Range<UInt64>) { stops.watches.removeAll { $0 == Watch(range) } }

    /// Gives a hart a turn with stops in force.
    ///
    /// - Returns: the time used, and the stop that the hart is at.
    func runGuarded(
        _ hart: Hart, budget: UInt64, _ kind: StopGuard.Kind, skipsFirst: Bool
    ) -> (used: UInt64, stop: HartStop?) {
        let stops = blocks.stops
        stops.begin(kind)
        defer { stops.end() }
        let used = runTurn(hart, budget: budget, skipping: skipsFirst ? hart.pc : nil)
        if stops.found == nil && fabric.outcome == nil && hart[.waiting] == 0 && !stops.isAtBreakpoint(hart) {
            _ = stops.isAtEvent(hart)
        }
        return (used, stops.found)
    }

    /// Puts other stops in force; pages with watched bytes are marked, so that the fast path never has them.
    func stopsChanged(from old: Stops) {
        guard stops != old else { return }
        blocks.stops.set(stops)
        guard stops.watches != old.watches else { return }
        for watch in old.watches { setMark(watch.range) { $0 & ~PageMark.watched } }
        for watch in stops.watches { setMark(watch.range) { $0 | PageMark.watched } }
        for lookup in fabric.lookups { lookup.renew() }
    }

    private func setMark(_ range: Range<UInt64>, _ change: (UInt8) -> UInt8) {
        let memory = fabric.memory
        let inside = range.clamped(to: memory.base..<memory.base + memory.size)
        if inside.isEmpty { return }
        for page in memory.page(of: inside.lowerBound)...memory.page(of: inside.upperBound - 1) {
            memory.marks[page] = change(memory.marks[page])
        }
    }
}
