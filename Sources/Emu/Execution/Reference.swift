// The reference executor: fetch, decode, execute, one instruction at a time.

extension Hart {
    /// Runs up to `limit` instructions, or until one asks for attention or traps, or a stop in force is found.
    ///
    /// A trap enters its handler and ends the run; it takes as much time as an instruction, but does not retire.
    ///
    /// - Returns: how much time passed.
    func runReference(limit: UInt64, _ stops: StopGuard) -> UInt64 {
        var count: UInt64 = 0
        self[.attention] = 0
        while count < limit {
            if stops.isOn && (stops.isAtBreakpoint(self) || stops.isAtEvent(self)) { return count }
            do {
                try step()
            } catch {
                enter(error)
                return count + 1
            }
            count += 1
            if self[.attention] != 0 { return count }
        }
        return count
    }

    /// Executes the instruction at `pc`.
    func step() throws(Trap) {
        let address = pc
        let instruction = try decode(try fetch())
        pc = try execute(instruction)
        self[.retired] += 1
        fabric.observer?.retired(hart: id, pc: address, instruction: instruction)
    }
}
