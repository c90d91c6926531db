// Address translation: virtual to physical through TLB or page table, with faults, A and D.

extension Hart {
    /// Translates the address of an access that lies inside one page.
    ///
    /// - Parameters:
    ///   - address: the virtual address.
    ///   - count: how many bytes, for PMP.
    ///   - tval: the address a fault reports.
    /// - Returns: the physical address; physical memory protection has been checked.
    /// - Throws: a page fault or an access fault.
    func translate(_ address: UInt64, _ count: UInt64, _ access: Access, tval: UInt64) throws(Trap) -> UInt64 {
        let privilege = access == .fetch ? self.privilege : dataPrivilege
        let physical =
            privilege == .machine || self[.satp] >> 60 == 0
            ? address : try lookUp(address, access, privilege, tval: tval)
        if isProtected(physical, count, access, privilege) { throw Trap(access.accessFault, tval) }
        return physical
    }

    /// Through the TLB, or the page table where the TLB has nothing that grants the access.
    private func lookUp(
        _ address: UInt64, _ access: Access, _ privilege: Privilege, tval: UInt64
    ) throws(Trap) -> UInt64 {
        let page = address >> 12
        if let target = remembered(page, access, privilege) { return target | address & 0xfff }
        let slot = tlbSlot(access, page)
        let leaf = try walk(address, access, privilege, tval: tval)
        if leaf.missing != 0 { try updateEntry(leaf.place, leaf.entry | leaf.missing, access, tval) }
        if slot.pointee.generation == self[.tlbGeneration] { pages.forget(access, slot.pointee.page) }
        tlbsChanged = true
        slot.pointee = TLBEntry(
            page: page, target: leaf.target, info: leaf.flags | leaf.extraBits << 8 | addressSpace << 16,
            generation: self[.tlbGeneration])
        return leaf.target | address & 0xfff
    }

    /// The physical page that the TLB has for a virtual one, when its entry grants the access.
    private func remembered(_ page: UInt64, _ access: Access, _ privilege: Privilege) -> UInt64? {
        let entry = tlbSlot(access, page).pointee
        guard entry.generation == self[.tlbGeneration], entry.page == page else { return nil }
        let space = addressSpace
        let isOurs = entry.space == space || entry.isGlobal && entry.space >> 16 == space >> 16
        return isOurs && grants(entry.flags, access, privilege) ? entry.target : nil
    }

    /// Where an access that lies inside one page will go, as `translate` finds it but changing nothing: no TLB entry is
    /// made and no A or D bit is set.
    ///
    /// - Returns: the physical address; nil when the access will fault.
    func destination(_ address: UInt64, _ count: UInt64, _ access: Access) -> UInt64? {
        let privilege = access == .fetch ? self.privilege : dataPrivilege
        var physical = address
        if privilege != .machine && self[.satp] >> 60 != 0 {
            if let target = remembered(address >> 12, access, privilege) {
                physical = target | address & 0xfff
            } else {
                guard let leaf = try? walk(address, access, privilege, tval: address) else { return nil }
                if leaf.missing != 0 && isProtected(leaf.place, 8, .store, .supervisor) { return nil }
                physical = leaf.target | address & 0xfff
            }
        }
        return isProtected(physical, count, access, privilege) ? nil : physical
    }

    /// Do a leaf's flags allow the access ("Virtual Address Translation Process", steps 5 to 7)?
    private func grants(_ flags: UInt64, _ access: Access, _ privilege: Privilege) -> Bool {
        let status = self[.mstatus]
        if flags & PTE.user != 0 {
            if privilege == .supervisor && (access == .fetch || status & Status.sum == 0) { return false }
        } else if privilege == .user {
            return false
        }
        switch access {
        case .fetch: return flags & PTE.execute != 0
        case .store: return flags & PTE.write != 0
        case .load: return flags & PTE.read != 0 || status & Status.mxr != 0 && flags & PTE.execute != 0
        }
    }

    /// What a walk found.
    struct Leaf {
        /// Physical address of the 4 KiB page.
        var target: UInt64
        /// The PTE's low eight bits.
        var flags: UInt64
        /// Page-number bits that the leaf does not translate.
        var extraBits: UInt64
        /// The PTE, and its physical address.
        var entry: UInt64
        var place: UInt64 = 0
        /// A and D bits that the access must set.
        var missing: UInt64 = 0
    }

    /// Walks the page table ("Virtual Address Translation Process"), and changes nothing yet.
    private func walk(
        _ address: UInt64, _ access: Access, _ privilege: Privilege, tval: UInt64
    ) throws(Trap) -> Leaf {
        let fault = Trap(access.pageFault, tval)
        let levelCount = self[.satp] >> 60 == 8 ? 3 : 4
        let unused = UInt64(64 - 12 - 9 * levelCount)
        guard UInt64(bitPattern: Int64(bitPattern: address << unused) >> Int64(unused)) == address else { throw fault }
        var table = (self[.satp] & (1 << 44 - 1)) << 12
        for level in (0..<levelCount).reversed() {
            let entryAddress = table + (address >> UInt64(12 + 9 * level) & 511) * 8
            let entry = try readEntry(entryAddress, access, tval)
            let isReserved =
                entry & PTE.valid == 0 || entry & (PTE.read | PTE.write) == PTE.write || entry & PTE.reserved != 0
            if isReserved { throw fault }
            if entry & (PTE.read | PTE.write | PTE.execute) == 0 {
                if entry & (PTE.napot | PTE.user | PTE.accessed | PTE.dirty) != 0 { throw fault }
                table = (entry >> 10 & (1 << 44 - 1)) << 12
                continue
            }
            guard grants(entry, access, privilege) else { throw fault }
            var leaf = try leaf(entry, level, address, fault)
            leaf.place = entryAddress
            leaf.missing = (PTE.accessed | (access == .store ? PTE.dirty : 0)) & ~entry
            if leaf.missing != 0 && self[.menvcfg] & Environment.adue == 0 { throw fault }
            return leaf
        }
        throw fault
    }

    /// The translation a leaf gives: superpages must be aligned, NAPOT ranges are 64 KiB ("Svnapot").
    private func leaf(_ entry: UInt64, _ level: Int, _ address: UInt64, _ fault: Trap) throws(Trap) -> Leaf {
        var number = entry >> 10 & (1 << 44 - 1)
        var extraBits = UInt64(9 * level)
        if entry & PTE.napot != 0 {
            guard level == 0, number & 15 == 8 else { throw fault }
            number &= ~15
            extraBits = 4
        }
        let offset = (UInt64(1) << extraBits) - 1
        guard number & offset == 0 else { throw fault }
        return Leaf(
            target: (number | address >> 12 & offset) << 12, flags: entry & 0xff, extraBits: extraBits,
            entry: entry)
    }

    private func readEntry(_ address: UInt64, _ access: Access, _ tval: UInt64) throws(Trap) -> UInt64 {
        guard fabric.memory.contains(address, 8), !isProtected(address, 8, .load, .supervisor) else {
            throw Trap(access.accessFault, tval)
        }
        return fabric.memory.load(address, 8)
    }

    private func updateEntry(_ address: UInt64, _ entry: UInt64, _ access: Access, _ tval: UInt64) throws(Trap) {
        if isProtected(address, 8, .store, .supervisor) { throw Trap(access.accessFault, tval) }
        fabric.write(address, 8, entry, by: id)
        requestAttention()
    }
}
