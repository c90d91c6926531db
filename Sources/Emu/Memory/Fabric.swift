// What the harts share: RAM, devices by address, reservations and the clock.

/// A memory-mapped device. It calls nobody: its interrupt is a line the machine reads.
package protocol Device: AnyObject {
    /// The physical addresses it answers to.
    var region: Range<UInt64> { get }
    /// True while the device asks for its interrupt.
    var isInterrupting: Bool { get }
    /// Whether the device raised its line, or raised it again, since the last call.
    func takeRaise() -> Bool
    /// Reads 1, 2, 4 or 8 bytes at an offset; nil is an access fault.
    func read(_ offset: UInt64, width: Int, _ fabric: Fabric) -> UInt64?
    /// Writes at an offset; false is an access fault.
    func write(_ offset: UInt64, width: Int, value: UInt64, _ fabric: Fabric) -> Bool
    /// All of the device's state, for hashes and snapshots.
    func save(to writer: inout StateWriter)
    /// Takes the state back; false when it does not parse.
    func restore(from reader: inout StateReader) -> Bool
}

/// A watcher of everything the harts do, at physical addresses. All methods have empty defaults.
package protocol Observer: AnyObject {
    /// An instruction retired.
    func retired(hart: Int, pc: UInt64, instruction: Instruction)
    /// A load, with the value read.
    func loaded(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool)
    /// A store, with the value written.
    func stored(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool)
    /// An atomic memory operation, with the values read and written.
    func exchanged(hart: Int, address: UInt64, width: Int, old: UInt64, new: UInt64)
    /// A fence of any kind.
    func fenced(hart: Int, instruction: Instruction)
    /// A trap was taken; the cause has bit 63 set for interrupts.
    func trapped(hart: Int, cause: UInt64, value: UInt64, pc: UInt64)
    /// A CSR was written.
    func controlWritten(hart: Int, csr: UInt16, value: UInt64)
}

extension Observer {
    /// Nothing.
    package func retired(hart: Int, pc: UInt64, instruction: Instruction) {}
    /// Nothing.
    package func loaded(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {}
    /// Nothing.
    package func stored(hart: Int, address: UInt64, width: Int, value: UInt64, isDevice: Bool) {}
    /// Nothing.
    package func exchanged(hart: Int, address: UInt64, width: Int, old: UInt64, new: UInt64) {}
    /// Nothing.
    package func fenced(hart: Int, instruction: Instruction) {}
    /// Nothing.
    package func trapped(hart: Int, cause: UInt64, value: UInt64, pc: UInt64) {}
    /// Nothing.
    package func controlWritten(hart: Int, csr: UInt16, value: UInt64) {}
}

/// What the harts share.
package final class Fabric {
    /// RAM.
    package let memory: PhysicalMemory
    /// Devices, found by address.
    package private(set) var devices: [any Device] = []
    /// Predecoded code, by page.
    package let code: CodeMap
    /// Physical address of each hart's reservation, or all ones.
    let reservations: UnsafeMutablePointer<UInt64>
    /// How many harts there are.
    package let hartCount: Int
    /// The clock at the access under way, in instructions.
    package var now: UInt64 = 0
    /// Instructions in a tick of `mtime`.
    package let instructionsPerTick: UInt64
    /// The watcher, or nil.
    package var observer: (any Observer)?
    /// Changes whenever a device may have changed.
    package var deviceVersion: UInt64 = 0
    /// The fast lookups of all harts, to be renewed when pages get marks.
    var lookups: [PageLookup] = []
    /// Pages that carry the `reserved` mark.
    var reservedPages: [Int] = []
    /// Set when a test finisher or `tohost` ended the run.
    package var outcome: Outcome?
    /// The word the host interface polls, when the image has one.
    package var hostInterface: HostInterface?
    /// Bytes printed through the host interface and not yet taken.
    package var hostOutput: [UInt8] = []

    /// How a guest ended.
    package enum Outcome: Equatable, Sendable {
        case pass
        case fail(UInt64)
        case reset
    }

    /// Harts' reservation words are outside of the harts, so that stores can find them.
    init(memory: PhysicalMemory, hartCount: Int, instructionsPerTick: UInt64) {
        self.memory = memory
        self.hartCount = hartCount
        self.instructionsPerTick = instructionsPerTick
        code = CodeMap(pageCount: memory.pageCount)
        reservations = .allocate(capacity: hartCount)
        reservations.initialize(repeating: .max, count: hartCount)
    }

    deinit { reservations.deallocate() }

    /// The value of `mtime`.
    package var ticks: UInt64 { now / instructionsPerTick }

    func attach(_ device: any Device) { devices.append(device) }

    /// The device that answers to an address.
    func device(at address: UInt64) -> (any Device)? {
        for device in devices where device.region.contains(address) { return device }
        return nil
    }

    /// Writes to RAM from a hart or a device: marks the page, drops predecoded code and others' reservations.
    ///
    /// - Parameter hart: who writes, or -1 for a device; a hart keeps its own reservation.
    func write(_ address: UInt64, _ width: Int, _ value: UInt64, by hart: Int) {
        prepareToWrite(address, UInt64(width), by: hart)
        memory.store(address, width, value)
        if let hostInterface, address == hostInterface.tohost { noteHostInterface() }
    }

    /// What must be noted before bytes of RAM change; the range is inside RAM and inside one page.
    func prepareToWrite(_ address: UInt64, _ count: UInt64, by hart: Int) {
        let page = memory.page(of: address)
        memory.markDirty(page)
        if memory.marks[page] & PageMark.code != 0 {
            code.drop(page)
            memory.marks[page] &= ~PageMark.code
        }
        for other in 0..<hartCount where other != hart {
            let reserved = reservations[other]
            if reserved != .max && reserved < address &+ count && address < reserved &+ 8 {
                reservations[other] = .max
            }
        }
    }

    /// Copies bytes from the host into RAM; false when the range is not all RAM.
    package func copyIn(_ source: UnsafeRawBufferPointer, to address: UInt64) -> Bool {
        guard memory.contains(address, UInt64(source.count)) else { return false }
        var offset = 0
        while offset < source.count {
            let target = address + UInt64(offset)
            let count = min(source.count - offset, PhysicalMemory.pageSize - Int(target & 0xfff))
            prepareToWrite(target, UInt64(count), by: -1)
            let piece = UnsafeRawBufferPointer(rebasing: source[offset..<offset + count])
            if let start = piece.baseAddress {
                (memory.bytes + Int(target - memory.base)).copyMemory(from: start, byteCount: count)
            }
            offset += count
        }
        return true
    }

    /// Copies bytes out of RAM, or nil when the range is not all RAM.
    package func copyOut(_ address: UInt64, count: Int) -> [UInt8]? {
        guard count >= 0, memory.contains(address, UInt64(max(count, 1))) else { return nil }
        return Array(UnsafeRawBufferPointer(start: memory.bytes + Int(address - memory.base), count: count))
    }
}
