// Visible events: what other harts or devices could notice, and so where an explicit schedule may cut.

extension Machine {
    /// Makes accesses to the pages of a range visible events.
    package func watch(_ range: Range<UInt64>) {
        setWatch(range) { $0 | PageMark.watched }
    }

    /// Takes `watch` back.
    package func unwatch(_ range: Range<UInt64>) {
        setWatch(range) { $0 & ~PageMark.watched }
    }

    private func setWatch(_ range: Range<UInt64>, _ change: (UInt8) -> UInt8) {
        let memory = fabric.memory
        for address in stride(from: range.lowerBound & ~0xfff, to: range.upperBound, by: PhysicalMemory.pageSize)
        where memory.contains(address, 1) {
            memory.marks[memory.page(of: address)] = change(memory.marks[memory.page(of: address)])
        }
        for lookup in fabric.lookups { lookup.renew() }
    }

    /// Is the hart's next instruction a visible event: an atomic, a fence, a CSR or system instruction, or an access to a
    /// watched page or a device?
    ///
    /// Looks without touching: no TLB, A bit or device changes. What cannot be fetched is visible, as it will trap.
    func isAtVisibleEvent(_ hart: Hart) -> Bool {
        guard let low = peek(hart, hart.pc, count: 2) else { return true }
        let high = low[0] & 3 == 3 ? peek(hart, hart.pc &+ 2, count: 2) : [0, 0]
        guard let high else { return true }
        let word = (low + high).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let instruction = Decoder.shared.decode(word) else { return true }
        let row = InstructionTable.rows[Int(instruction.row)]
        switch instruction.opcode {
        case .fence, .fencei, .ecall, .ebreak: return true
        case .lb, .lh, .lw, .ld, .lbu, .lhu, .lwu, .sb, .sh, .sw, .sd, .flw, .fsw, .fld, .fsd:
            let address = hart[x: Int(instruction.rs1)] &+ UInt64(bitPattern: instruction.immediate)
            guard let physical = hart.peekTranslation(address), fabric.memory.contains(physical, 1) else { return true }
            return fabric.memory.marks[fabric.memory.page(of: physical)] & PageMark.watched != 0
        default:
            return [.atomic, .csr, .privileged, .svinval, .cacheManagement, .cacheZero].contains(row.set)
        }
    }
}
