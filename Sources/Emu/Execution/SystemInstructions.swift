// System instructions: CSR access, environment calls, waiting, and their permissions.

extension Hart {
    /// The cause of `ecall` at the current privilege.
    var callCause: ExceptionCause {
        switch privilege {
        case .user: .userCall
        case .supervisor: .supervisorCall
        case .machine: .machineCall
        }
    }

    /// The common part of the six CSR instructions ("Zicsr").
    ///
    /// `csrrw` with rd = x0 does not read; no CSR of this machine has a side effect of reading, so nothing tells.
    func exchangeControl(
        _ i: Instruction, _ operand: UInt64, writes: Bool, _ combine: (UInt64, UInt64) -> UInt64
    ) throws(Trap) {
        let row = try checkControl(ControlTable.row(of: i.csr), writes: writes, i.word)
        let old = readControl(row)
        if writes {
            // Software's bit of SEIP is set and cleared, not the line's ("mip and mie").
            let base = row.slot == .mip ? old & ~self[.lines] | self[.mip] : old
            writeControl(row, combine(row.rule.isPending ? base : old, operand))
        }
        self[x: Int(i.rd)] = old
    }

    /// Throws unless in M-mode, or in S-mode with the trap bit clear.
    func requireSupervisor(_ i: Instruction, forbiddenBy bit: UInt64) throws(Trap) {
        if privilege == .user || privilege == .supervisor && self[.mstatus] & bit != 0 {
            throw Trap(.illegalInstruction, UInt64(i.word))
        }
    }

    /// Throws unless the cache-block instruction is enabled for the current privilege.
    func checkEnvironment(_ i: Instruction, _ machine: Slot, _ supervisor: Slot, _ bits: UInt64) throws(Trap) {
        let isEnabled =
            privilege == .machine
            || self[machine] & bits != 0 && (privilege == .supervisor || self[supervisor] & bits != 0)
        if !isEnabled { throw Trap(.illegalInstruction, UInt64(i.word)) }
    }

    /// `wfi` ("Wait for Interrupt"): waits until an interrupt is pending and enabled in `mie`, whatever `mstatus` says.
    ///
    /// In U-mode it is always illegal, as there is no bounded time it would wait.
    func waitForInterrupt(_ i: Instruction) throws(Trap) {
        if privilege == .user || privilege == .supervisor && self[.mstatus] & Status.tw != 0 {
            throw Trap(.illegalInstruction, UInt64(i.word))
        }
        self[.waiting] = 1
        requestAttention()
    }
}
