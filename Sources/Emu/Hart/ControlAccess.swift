// Reading and writing control and status registers: privilege, existence, and the rule of each row.

extension Hart {
    /// The trap that every refused CSR access raises.
    private func refused(_ instruction: UInt32) -> Trap { Trap(.illegalInstruction, UInt64(instruction)) }

    /// Checks that an instruction may access a CSR ("CSR Address Mapping Conventions").
    ///
    /// - Throws: an illegal-instruction trap when the register does not exist, needs more privilege, is read-only, or
    ///   is switched off by a counter-enable, environment or status register.
    func checkControl(_ row: ControlRow?, writes: Bool, _ instruction: UInt32) throws(Trap) -> ControlRow {
        guard let row else { throw refused(instruction) }
        if self[.privilege] < UInt64(row.address >> 8 & 3) || writes && row.address >> 10 == 3 {
            throw refused(instruction)
        }
        switch row.rule {
        case .fflags, .frm, .fcsr:
            if self[.mstatus] & Status.fs == 0 { throw refused(instruction) }
        case .cycle, .time, .instret, .hpmCounter:
            if !counterIsEnabled(UInt64(row.address & 31)) { throw refused(instruction) }
        case .satp:
            if privilege == .supervisor && self[.mstatus] & Status.tvm != 0 { throw refused(instruction) }
        case .stimecmp:
            let isEnabled = self[.menvcfg] & Environment.stce != 0 && self[.mcounteren] & 2 != 0
            if privilege != .machine && !isEnabled { throw refused(instruction) }
        case .plain, .constant, .hartID, .mcycle, .minstret, .mcountinhibit, .mstatus, .sstatus, .mip, .sip, .sie,
            .menvcfg, .senvcfg, .pmpConfiguration, .pmpAddress:
            break
        }
        return row
    }

    /// May the current privilege read a user counter ("Machine Counter-Enable (mcounteren) Register")?
    private func counterIsEnabled(_ index: UInt64) -> Bool {
        if privilege == .machine { return true }
        if self[.mcounteren] >> index & 1 == 0 { return false }
        return privilege == .supervisor || self[.scounteren] >> index & 1 != 0
    }

    /// The value of a CSR, after `checkControl`.
    package func readControl(_ row: ControlRow) -> UInt64 {
        switch row.rule {
        case .plain, .menvcfg, .senvcfg, .satp, .stimecmp, .pmpConfiguration, .pmpAddress, .mcountinhibit:
            return self[row.slot]
        case .constant(let value): return value
        case .hartID: return UInt64(id)
        case .fflags: return self[.fcsr] & 0x1f
        case .frm: return self[.fcsr] >> 5 & 7
        case .fcsr: return self[.fcsr]
        case .cycle, .mcycle: return counter(.cycleBase, inhibitBit: 1)
        case .instret, .minstret: return counter(.instretBase, inhibitBit: 4)
        case .time: return now / fabric.instructionsPerTick
        case .hpmCounter: return 0
        case .mstatus: return statusWithSummary
        case .sstatus: return statusWithSummary & Status.supervisorView
        case .mip: return pendingInterrupts
        case .sip: return pendingInterrupts & self[.mideleg]
        case .sie: return self[.mie] & self[.mideleg]
        }
    }

    private var statusWithSummary: UInt64 {
        let status = self[.mstatus]
        return status & Status.fs == Status.fs ? status | Status.sd : status
    }

    private func counter(_ base: Slot, inhibitBit: UInt64) -> UInt64 {
        self[.mcountinhibit] & inhibitBit != 0 ? self[base] : self[.retired] &+ self[base]
    }

    /// Writes a CSR after `checkControl`; fields take what they can hold and keep the rest.
    package func writeControl(_ row: ControlRow, _ value: UInt64) {
        switch row.rule {
        case .plain: self[row.slot] = self[row.slot] & ~row.mask | value & row.mask
        case .constant, .hartID, .cycle, .time, .instret, .hpmCounter: break
        case .fflags: setFloatControl(self[.fcsr] & 0xe0 | value & 0x1f)
        case .frm: setFloatControl(self[.fcsr] & 0x1f | (value & 7) << 5)
        case .fcsr: setFloatControl(value & 0xff)
        case .mcycle: writeCounter(.cycleBase, inhibitBit: 1, value)
        case .minstret: writeCounter(.instretBase, inhibitBit: 4, value)
        case .mcountinhibit: writeInhibit(value & row.mask)
        case .mstatus: writeStatus(value, Status.writable)
        case .sstatus: writeStatus(value, Status.writable & Status.supervisorView)
        case .mip: writePending(value, row.mask)
        case .sip: writePending(value, self[.mideleg] & Interrupt.supervisorSoftware.bit)
        case .sie: self[.mie] = self[.mie] & ~self[.mideleg] | value & self[.mideleg]
        case .menvcfg, .senvcfg: writeEnvironment(row, value)
        case .satp: writeTranslation(value)
        case .stimecmp: self[.stimecmp] = value
        case .pmpConfiguration: writePMPConfiguration(row.slot, value)
        case .pmpAddress: writePMPAddress(row.slot.rawValue - Slot.pmpaddr0.rawValue, value & row.mask)
        }
        fabric.observer?.controlWritten(hart: id, csr: row.address, value: value)
        if row.rule.concernsInterrupts || row.slot == .mie || row.slot == .mideleg { requestAttention() }
    }

    private func setFloatControl(_ value: UInt64) {
        self[.fcsr] = value
        self[.mstatus] |= Status.fs
    }

    /// The write takes the place of the increment of the writing instruction.
    private func writeCounter(_ base: Slot, inhibitBit: UInt64, _ value: UInt64) {
        self[base] = self[.mcountinhibit] & inhibitBit != 0 ? value : value &- self[.retired] &- 1
    }

    private func writeInhibit(_ value: UInt64) {
        let counters: [(Slot, UInt64)] = [(.cycleBase, 1), (.instretBase, 4)]
        for (base, bit) in counters where (self[.mcountinhibit] ^ value) & bit != 0 {
            // Inhibition starts, and ends, with the instruction after the write.
            let next = self[.retired] &+ 1
            self[base] = value & bit != 0 ? self[base] &+ next : self[base] &- next
        }
        self[.mcountinhibit] = value
    }

    private func writeStatus(_ value: UInt64, _ mask: UInt64) {
        var status = self[.mstatus] & ~mask | value & mask
        // MPP holds only modes that exist; 2 is none of them.
        if status >> 11 & 3 == 2 { status = status & ~Status.mpp | self[.mstatus] & Status.mpp }
        self[.mstatus] = status
        contextChanged()
    }

    private func writePending(_ value: UInt64, _ mask: UInt64) {
        var mask = mask
        if self[.menvcfg] & Environment.stce != 0 { mask &= ~Interrupt.supervisorTimer.bit }
        self[.mip] = self[.mip] & ~mask | value & mask
    }

    private func writeEnvironment(_ row: ControlRow, _ value: UInt64) {
        var value = value
        // 2 is reserved in CBIE.
        if value >> 4 & 3 == 2 { value = value & ~Environment.cbie | self[row.slot] & Environment.cbie }
        self[row.slot] = self[row.slot] & ~row.mask | value & row.mask
        if row.slot == .menvcfg && value & Environment.stce != 0 { self[.mip] &= ~Interrupt.supervisorTimer.bit }
    }

    /// `satp`: a mode that is not supported makes the whole write void.
    private func writeTranslation(_ value: UInt64) {
        let mode = value >> 60
        guard mode == 0 || mode == 8 || mode == 9 else { return }
        self[.satp] = value
        contextChanged()
    }
}

extension ControlRule {
    /// True for `mip` and `sip`, whose reads show lines that writes do not set.
    var isPending: Bool {
        switch self {
        case .mip, .sip: true
        case .plain, .constant, .hartID, .fflags, .frm, .fcsr, .cycle, .time, .instret, .hpmCounter, .mcycle, .minstret,
            .mcountinhibit, .mstatus, .sstatus, .sie, .menvcfg, .senvcfg, .satp, .stimecmp, .pmpConfiguration,
            .pmpAddress:
            false
        }
    }

    /// True where a write can make an interrupt pending or enabled, or move the next timer event.
    var concernsInterrupts: Bool {
        switch self {
        case .mstatus, .sstatus, .mip, .sip, .sie, .menvcfg, .stimecmp: true
        case .plain, .constant, .hartID, .fflags, .frm, .fcsr, .cycle, .time, .instret, .hpmCounter, .mcycle, .minstret,
            .mcountinhibit, .senvcfg, .satp, .pmpConfiguration, .pmpAddress:
            false
        }
    }
}
