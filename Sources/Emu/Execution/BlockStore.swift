// Building blocks: decoding straight-line code of one page into operations.

/// Memory for predecoded blocks, and what the fast executor needs to find them.
final class BlockStore {
    static let capacity = 1 << 20
    static let longestBlock = 64
    let operations: UnsafeMutablePointer<BlockOperation>
    /// A table without blocks.
    let emptyTable: UnsafeMutablePointer<UInt32>
    /// The stops in force.
    let stops = StopGuard()
    private let fabric: Fabric
    private var used = 0

    init(fabric: Fabric) {
        self.fabric = fabric
        operations = .allocate(capacity: Self.capacity)
        emptyTable = .allocate(capacity: CodeMap.entryCount)
        emptyTable.initialize(repeating: 0, count: CodeMap.entryCount)
    }

    deinit {
        operations.deallocate()
        emptyTable.deallocate()
    }

    var tables: UnsafeMutablePointer<UnsafeMutablePointer<UInt32>?> { fabric.code.tables }

    /// The table with the blocks of a page, as it is seen at a virtual address.
    func table(_ physicalPage: Int, at virtual: UInt64) -> UnsafeMutablePointer<UInt32> {
        let own = fabric.code.table(physicalPage)
        return stops.pages == 0 ? own : stops.table(virtual & ~0xfff, own, physicalPage, fabric.code)
    }

    /// Builds the block at a physical address, which is that of the hart's `pc`.
    ///
    /// - Returns: how many instructions it has; 0 when the first one crosses into the next page or is illegal.
    func build(at physical: UInt64, _ hart: Hart) -> Int {
        let memory = fabric.memory
        let page = memory.page(of: physical)
        let start = physical & ~0xfff
        if used + Self.longestBlock + 1 > Self.capacity {
            fabric.code.dropAll()
            used = 0
        }
        var offset = Int(physical & 0xfff)
        var count = 0
        let virtual = hart.pc & ~0xfff
        while count < Self.longestBlock && offset < PhysicalMemory.pageSize {
            if count > 0 && stops.isBreakpoint(virtual | UInt64(offset)) { break }
            var word = UInt32(memory.load(start + UInt64(offset), 2))
            if word & 3 == 3 {
                if offset + 4 > PhysicalMemory.pageSize { break }
                word |= UInt32(memory.load(start + UInt64(offset) + 2, 2)) << 16
            }
            guard let instruction = try? hart.decode(word) else { break }
            operations[used + count] = BlockOperation(instruction, offset: UInt16(offset))
            count += 1
            offset += Int(instruction.lengthInBytes)
            if instruction.opcode.endsBlock { break }
        }
        if count == 0 { return 0 }
        fuse(operations + used, count)
        operations[used + count] = BlockOperation(endAt: UInt16(offset))
        mark(page)
        table(page, at: virtual)[Int(physical & 0xfff) >> 1] = UInt32(used) << 8 | UInt32(count)
        used += count + 1
        return count
    }

    /// Puts pairs of operations into one dispatch each, from the front.
    private func fuse(_ block: UnsafeMutablePointer<BlockOperation>, _ count: Int) {
        var index = 0
        while index + 1 < count { index += block[index].fuse(with: block[index + 1]) ? 2 : 1 }
    }

    /// From now on stores to the page are noticed.
    private func mark(_ page: Int) {
        if fabric.memory.marks[page] & PageMark.code != 0 { return }
        fabric.memory.marks[page] |= PageMark.code
        for lookup in fabric.lookups { lookup.renew() }
    }
}

extension Hart {
    /// Runs up to `limit` instructions, or until one asks for attention or traps, or a stop in force is found: the same
    /// steps as `runReference`.
    ///
    /// - Returns: how much time passed.
    func runFast(limit: UInt64, _ store: BlockStore) -> UInt64 {
        let all = Int(min(limit, 1 << 40))
        let stops = store.stops
        var left = all
        self[.attention] = 0
        while left > 0 && self[.attention] == 0 {
            if stops.isOn && stops.isAtBreakpoint(self) { break }
            let used = runBlocks(limit: left, store)
            left -= used
            if stops.isOn && stops.found != nil { break }
            if used > 0 { continue }
            if stops.isOn && stops.isAtEvent(self) { break }
            do {
                if hasNewBlock(store) { continue }
                left -= 1
                try step()
            } catch {
                enter(error)
            }
        }
        return UInt64(all - left)
    }

    /// Builds a block at `pc` where there is none; false when there was one, too long for what is left, or cannot be.
    private func hasNewBlock(_ store: BlockStore) -> Bool {
        let address = pc
        let wasGranted = pages.isGranted(.fetch, address)
        let physical: UInt64
        do { physical = try fetchAddress(address) } catch { return false }
        guard pages.isGranted(.fetch, address) else { return false }
        let table = store.table(fabric.memory.page(of: physical), at: address)
        if table[Int(physical & 0xfff) >> 1] != 0 { return !wasGranted }
        return store.build(at: physical, self) > 0
    }
}
