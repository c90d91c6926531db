// Looking ahead: the instruction at `pc` and the access it will make, without touching TLBs, A bits or devices.

extension Hart {
    /// The instruction at `pc`; nil when it cannot be fetched or is illegal.
    func instructionAhead() -> Instruction? {
        guard let low = halfwordAhead(pc) else { return nil }
        if low & 3 != 3 { return try? decode(low) }
        guard let high = halfwordAhead(pc &+ 2) else { return nil }
        return try? decode(low | high << 16)
    }

    private func halfwordAhead(_ address: UInt64) -> UInt32? {
        guard let physical = destination(address, 2, .fetch), fabric.memory.contains(physical, 2) else { return nil }
        return UInt32(fabric.memory.load(physical, 2))
    }

    /// The access that an instruction at `pc` will make; nil when it makes none, or traps before.
    func accessAhead(_ i: Instruction) -> AccessAhead? {
        let address = self[x: Int(i.rs1)]
        let offset = address &+ UInt64(bitPattern: i.immediate)
        switch i.opcode {
        case .lb, .lbu: return plain(offset, 1, .load)
        case .lh, .lhu: return plain(offset, 2, .load)
        case .lw, .lwu: return plain(offset, 4, .load)
        case .ld: return plain(offset, 8, .load)
        case .sb: return plain(offset, 1, .store)
        case .sh: return plain(offset, 2, .store)
        case .sw: return plain(offset, 4, .store)
        case .sd: return plain(offset, 8, .store)
        case .flw: return hasFloat ? plain(offset, 4, .load) : nil
        case .fld: return hasFloat ? plain(offset, 8, .load) : nil
        case .fsw: return hasFloat ? plain(offset, 4, .store) : nil
        case .fsd: return hasFloat ? plain(offset, 8, .store) : nil
        case .lrW: return atomic(address, 4, .load)
        case .lrD: return atomic(address, 8, .load)
        case .scW: return conditional(address, 4)
        case .scD: return conditional(address, 8)
        case .amoswapW, .amoaddW, .amoxorW, .amoandW, .amoorW, .amominW, .amomaxW, .amominuW, .amomaxuW:
            return exchange(address, 4)
        case .amoswapD, .amoaddD, .amoxorD, .amoandD, .amoorD, .amominD, .amomaxD, .amominuD, .amomaxuD:
            return exchange(address, 8)
        case .cboZero: return zero(address, i)
        default: return nil
        }
    }

    private var hasFloat: Bool { self[.mstatus] & Status.fs != 0 }

    /// A load or store of 1, 2, 4 or 8 bytes, in one page or across two.
    private func plain(_ address: UInt64, _ width: UInt64, _ kind: Access) -> AccessAhead? {
        let memory = fabric.memory
        let room = 4096 - (address & 0xfff)
        let isStore = kind == .store
        if room >= width {
            guard let physical = destination(address, width, kind) else { return nil }
            if !memory.contains(physical, width) {
                guard physical & (width - 1) == 0, fabric.device(at: physical) != nil else { return nil }
            }
            return AccessAhead(address: physical, count: width, isLoad: !isStore, isStore: isStore)
        }
        guard let low = destination(address, room, kind), let high = destination(address &+ room, width - room, kind),
            memory.contains(low, room), memory.contains(high, width - room)
        else { return nil }
        return AccessAhead(
            address: low, count: room, next: high, nextCount: width - room, isLoad: !isStore, isStore: isStore)
    }

    private func atomic(_ address: UInt64, _ width: UInt64, _ kind: Access) -> AccessAhead? {
        guard address & (width - 1) == 0, let physical = destination(address, width, kind),
            fabric.memory.contains(physical, width)
        else { return nil }
        return AccessAhead(address: physical, count: width, isLoad: kind == .load, isStore: kind == .store)
    }

    private func conditional(_ address: UInt64, _ width: UInt64) -> AccessAhead? {
        guard let access = atomic(address, width, .store), reservation == access.address & ~7 else { return nil }
        return access
    }

    private func exchange(_ address: UInt64, _ width: UInt64) -> AccessAhead? {
        var access = atomic(address, width, .store)
        access?.isLoad = true
        return access
    }

    private func zero(_ address: UInt64, _ i: Instruction) -> AccessAhead? {
        let size = Hart.cacheBlockSize
        guard (try? checkEnvironment(i, .menvcfg, .senvcfg, Environment.cbze)) != nil,
            let physical = destination(address & ~(size - 1), size, .store), fabric.memory.contains(physical, size)
        else { return nil }
        return AccessAhead(address: physical, count: size, isLoad: false, isStore: true)
    }
}
