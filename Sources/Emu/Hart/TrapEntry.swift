// Taking traps and returning from them: delegation, vectors, the status stack.

extension Hart {
    /// Enters the handler of an exception ("Trap Delegation", "mtvec", "mcause", "mtval").
    ///
    /// `pc` must still be the address of the instruction that trapped.
    package func enter(_ trap: Trap) {
        // An exception takes one unit of time, so that a handler that faults for ever cannot stop the clock.
        self[.clockOffset] += 1
        let isDelegated = privilege != .machine && self[.medeleg] >> UInt64(trap.cause.rawValue) & 1 != 0
        enter(cause: UInt64(trap.cause.rawValue), value: trap.value, isDelegated: isDelegated)
    }

    /// Enters the handler of the most urgent enabled interrupt, if there is one.
    ///
    /// - Returns: whether a trap was taken.
    package func enterPendingInterrupt() -> Bool {
        let pending = pendingInterrupts & self[.mie]
        if pending == 0 { return false }
        let status = self[.mstatus]
        let machineIsOpen = privilege < .machine || status & Status.mie != 0
        let supervisorIsOpen = privilege < .supervisor || privilege == .supervisor && status & Status.sie != 0
        let forMachine = machineIsOpen ? pending & ~self[.mideleg] : 0
        let forSupervisor = supervisorIsOpen ? pending & self[.mideleg] : 0
        let chosen = forMachine != 0 ? forMachine : forSupervisor
        for interrupt in Interrupt.byPriority where chosen & interrupt.bit != 0 {
            enter(cause: 1 << 63 | UInt64(interrupt.rawValue), value: 0, isDelegated: forMachine == 0)
            return true
        }
        return false
    }

    private func enter(cause: UInt64, value: UInt64, isDelegated: Bool) {
        fabric.observer?.trapped(hart: id, cause: cause, value: value, pc: pc)
        var status = self[.mstatus]
        let vector: UInt64
        if isDelegated {
            self[.scause] = cause
            self[.sepc] = pc
            self[.stval] = value
            status = moved(status, from: Status.sie, to: Status.spie) & ~Status.spp
            if privilege == .supervisor { status |= Status.spp }
            vector = self[.stvec]
        } else {
            self[.mcause] = cause
            self[.mepc] = pc
            self[.mtval] = value
            status = moved(status, from: Status.mie, to: Status.mpie) & ~Status.mpp | self[.privilege] << 11
            vector = self[.mtvec]
        }
        self[.mstatus] = status
        self[.waiting] = 0
        let isVectored = vector & 1 != 0 && cause >> 63 != 0
        pc = vector & ~3 &+ (isVectored ? 4 &* (cause & 0xff) : 0)
        privilege = isDelegated ? .supervisor : .machine
    }

    /// Copies one status bit to another and clears the first.
    private func moved(_ status: UInt64, from source: UInt64, to target: UInt64) -> UInt64 {
        let cleared = status & ~(source | target)
        return status & source != 0 ? cleared | target : cleared
    }

    /// `mret`: back to the mode in MPP.
    func returnFromMachine() {
        var status = self[.mstatus]
        let previous = Privilege(rawValue: UInt8(status >> 11 & 3)) ?? .user
        status = moved(status, from: Status.mpie, to: Status.mie) | Status.mpie
        status &= ~Status.mpp
        if previous != .machine { status &= ~Status.mprv }
        self[.mstatus] = status
        pc = self[.mepc]
        privilege = previous
    }

    /// `sret`: back to the mode in SPP.
    func returnFromSupervisor() {
        var status = self[.mstatus]
        let previous: Privilege = status & Status.spp != 0 ? .supervisor : .user
        status = moved(status, from: Status.spie, to: Status.sie) | Status.spie
        status &= ~(Status.spp | Status.mprv)
        self[.mstatus] = status
        pc = self[.sepc]
        privilege = previous
    }
}
