// Loads, stores, atomics, fetches and cache-block operations by virtual address: the exact, unhurried way.

extension Hart {
    /// Loads 1, 2, 4 or 8 bytes, zero-extended; misaligned addresses work in RAM.
    func load(_ address: UInt64, _ width: Int) throws(Trap) -> UInt64 {
        let room = 4096 - Int(address & 0xfff)
        if room < width {
            let low = try loadPiece(address, room, tval: address)
            let next = address &+ UInt64(room)
            let high = try loadPiece(next, width - room, tval: next)
            return low | high << UInt64(8 * room)
        }
        let physical = try translate(address, UInt64(width), .load, tval: address)
        let value: UInt64
        if fabric.memory.contains(physical, UInt64(width)) {
            value = fabric.memory.load(physical, width)
            noteGrant(.load, address, physical)
        } else {
            value = try loadDevice(physical, width, tval: address)
        }
        fabric.observer?.loaded(
            hart: id, address: physical, width: width, value: value,
            isDevice: !fabric.memory.contains(physical, UInt64(width)))
        return value
    }

    /// A part of a load that crosses pages: any number of bytes of RAM.
    private func loadPiece(_ address: UInt64, _ count: Int, tval: UInt64) throws(Trap) -> UInt64 {
        let physical = try translate(address, UInt64(count), .load, tval: tval)
        guard fabric.memory.contains(physical, UInt64(count)) else { throw Trap(.loadAccessFault, tval) }
        var value: UInt64 = 0
        for index in 0..<count {
            value |= fabric.memory.load(physical + UInt64(index), 1) << UInt64(8 * index)
        }
        fabric.observer?.loaded(hart: id, address: physical, width: count, value: value, isDevice: false)
        return value
    }

    private func loadDevice(_ physical: UInt64, _ width: Int, tval: UInt64) throws(Trap) -> UInt64 {
        guard physical & UInt64(width - 1) == 0, let device = fabric.device(at: physical) else {
            throw Trap(.loadAccessFault, tval)
        }
        fabric.now = now
        fabric.deviceVersion += 1
        requestAttention()
        guard let value = device.read(physical - device.region.lowerBound, width: width, fabric) else {
            throw Trap(.loadAccessFault, tval)
        }
        return value
    }

    /// Stores the low bytes of a value; both pages of a crossing store are checked before anything is written.
    func store(_ address: UInt64, _ width: Int, _ value: UInt64) throws(Trap) {
        let room = 4096 - Int(address & 0xfff)
        if room < width { return try storeAcross(address, room, width, value) }
        let physical = try translate(address, UInt64(width), .store, tval: address)
        let isMemory = fabric.memory.contains(physical, UInt64(width))
        if isMemory {
            storeMemory(physical, width, value)
            noteGrant(.store, address, physical)
        } else {
            try storeDevice(physical, width, value, tval: address)
        }
        fabric.observer?.stored(hart: id, address: physical, width: width, value: value, isDevice: !isMemory)
    }

    private func storeMemory(_ physical: UInt64, _ width: Int, _ value: UInt64) {
        let marks = fabric.memory.marks[fabric.memory.page(of: physical)]
        if marks & (PageMark.code | PageMark.host) != 0 { requestAttention() }
        fabric.write(physical, width, value, by: id)
    }

    private func storeAcross(_ address: UInt64, _ room: Int, _ width: Int, _ value: UInt64) throws(Trap) {
        let next = address &+ UInt64(room)
        let low = try translate(address, UInt64(room), .store, tval: address)
        let high = try translate(next, UInt64(width - room), .store, tval: next)
        guard fabric.memory.contains(low, UInt64(room)) else { throw Trap(.storeAccessFault, address) }
        guard fabric.memory.contains(high, UInt64(width - room)) else { throw Trap(.storeAccessFault, next) }
        for index in 0..<width {
            let target = index < room ? low + UInt64(index) : high + UInt64(index - room)
            storeMemory(target, 1, value >> UInt64(8 * index))
        }
        let mask = UInt64.max >> UInt64(64 - 8 * room)
        let rest = value >> UInt64(8 * room)
        fabric.observer?.stored(hart: id, address: low, width: room, value: value & mask, isDevice: false)
        fabric.observer?.stored(hart: id, address: high, width: width - room, value: rest, isDevice: false)
    }

    private func storeDevice(_ physical: UInt64, _ width: Int, _ value: UInt64, tval: UInt64) throws(Trap) {
        guard physical & UInt64(width - 1) == 0, let device = fabric.device(at: physical) else {
            throw Trap(.storeAccessFault, tval)
        }
        fabric.now = now
        fabric.deviceVersion += 1
        requestAttention()
        let mask = UInt64.max >> UInt64(64 - 8 * width)
        guard device.write(physical - device.region.lowerBound, width: width, value: value & mask, fabric) else {
            throw Trap(.storeAccessFault, tval)
        }
    }

    /// Lets the fast executor use a page from now on, when nothing but the access itself would have to be checked.
    private func noteGrant(_ access: Access, _ address: UInt64, _ physical: UInt64) {
        let memory = fabric.memory
        let page = memory.page(of: physical)
        switch access {
        case .load, .fetch: if memory.marks[page] & PageMark.watched != 0 { return }
        case .store: if memory.marks[page] != PageMark.dirty { return }
        }
        let privilege = access == .fetch ? self.privilege : dataPrivilege
        if isProtected(physical & ~0xfff, 4096, access, privilege) { return }
        pages.note(access, virtual: address, host: memory.pointer(toPage: page))
    }

    /// The two or four bytes at `pc`.
    ///
    /// - Throws: a fault whose value is the address of the halfword that cannot be fetched.
    func fetch() throws(Trap) -> UInt32 {
        let address = pc
        let physical = try fetchAddress(address)
        let low = UInt32(fabric.memory.load(physical, 2))
        if low & 3 != 3 { return low }
        let next = try fetchAddress(address &+ 2)
        return low | UInt32(fabric.memory.load(next, 2)) << 16
    }

    /// Where the halfword at a virtual address is.
    func fetchAddress(_ address: UInt64) throws(Trap) -> UInt64 {
        let physical = try translate(address, 2, .fetch, tval: address)
        guard fabric.memory.contains(physical, 2) else { throw Trap(.instructionAccessFault, address) }
        noteGrant(.fetch, address, physical)
        return physical
    }

    /// The physical address of an atomic access: aligned, and in RAM.
    private func atomicAddress(_ address: UInt64, _ width: Int, _ access: Access) throws(Trap) -> UInt64 {
        if address & UInt64(width - 1) != 0 {
            throw Trap(access == .load ? .loadMisaligned : .storeMisaligned, address)
        }
        let physical = try translate(address, UInt64(width), access, tval: address)
        guard fabric.memory.contains(physical, UInt64(width)) else { throw Trap(access.accessFault, address) }
        return physical
    }

    /// `lr`: loads, sign-extended, and reserves the doubleword.
    func loadReserved(_ address: UInt64, _ width: Int) throws(Trap) -> UInt64 {
        let physical = try atomicAddress(address, width, .load)
        reservation = physical & ~7
        let value = fabric.memory.load(physical, width)
        fabric.observer?.loaded(hart: id, address: physical, width: width, value: value, isDevice: false)
        return extended(value, width)
    }

    /// `sc`: 0 when the reservation held and the value was written, 1 otherwise.
    func storeConditional(_ address: UInt64, _ width: Int, _ value: UInt64) throws(Trap) -> UInt64 {
        let physical = try atomicAddress(address, width, .store)
        let holds = reservation == physical & ~7
        reservation = .max
        guard holds else { return 1 }
        storeMemory(physical, width, value)
        fabric.observer?.stored(hart: id, address: physical, width: width, value: value, isDevice: false)
        return 0
    }

    /// An atomic read-modify-write; returns the old value, sign-extended.
    func exchange(
        _ address: UInt64, _ width: Int, _ operand: UInt64, _ combine: (UInt64, UInt64) -> UInt64
    ) throws(Trap) -> UInt64 {
        let physical = try atomicAddress(address, width, .store)
        let old = extended(fabric.memory.load(physical, width), width)
        let new = combine(old, extended(operand, width))
        storeMemory(physical, width, new)
        fabric.observer?.exchanged(hart: id, address: physical, width: width, old: old, new: new)
        return old
    }

    private func extended(_ value: UInt64, _ width: Int) -> UInt64 {
        width == 4 ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: value))) : value
    }

    /// Size of a cache block ("Cache-Block Zero Instructions").
    static let cacheBlockSize: UInt64 = 64

    /// `cbo.zero`.
    func zeroBlock(_ address: UInt64) throws(Trap) {
        let start = address & ~(Self.cacheBlockSize - 1)
        let physical = try translate(start, Self.cacheBlockSize, .store, tval: address)
        guard fabric.memory.contains(physical, Self.cacheBlockSize) else { throw Trap(.storeAccessFault, address) }
        for offset in stride(from: 0, to: Self.cacheBlockSize, by: 8) { storeMemory(physical + offset, 8, 0) }
        fabric.observer?.stored(hart: id, address: physical, width: 64, value: 0, isDevice: false)
    }

    /// The other cache-block operations: memory is coherent, so only permission is checked; either kind will do.
    func manageBlock(_ address: UInt64) throws(Trap) {
        let start = address & ~(Self.cacheBlockSize - 1)
        let physical: UInt64
        do {
            physical = try translate(start, Self.cacheBlockSize, .load, tval: address)
        } catch {
            physical = try translate(start, Self.cacheBlockSize, .store, tval: address)
        }
        guard fabric.memory.contains(physical, Self.cacheBlockSize) else { throw Trap(.storeAccessFault, address) }
    }
}
