// A walk of an Sv39 page table in a guest's memory, without the hardware: no faults, no bits set.

/// What a walk finds.
struct Sv39Walk {
    let memory: any GuestMemory

    /// The entry that ends the walk, where it lies, and the level of the table that it is in (0 for a page of 4 KiB).
    struct Entry {
        let place: MemoryPlace
        let value: UInt64
        let level: Int

        var isLeaf: Bool { value & 1 != 0 && value & 0xe != 0 }
        var isPointer: Bool { value & 1 != 0 && value & 0xe == 0 }
    }

    /// Walks to the entry for a virtual page.
    ///
    /// RISC-V Privileged Architecture, "Sv39: Page-Based 39-bit Virtual-Memory System".
    ///
    /// - Parameters:
    ///   - root: where the root table is: an address that the kernel uses, or physical, or a value of `satp`.
    ///   - isPointer: whether the kernel uses the root as an address.
    ///   - page: virtual page number.
    /// - Returns: the last entry that was looked at; nil when a table lies outside of memory or the page beyond the space.
    func entry(root: UInt64, isPointer: Bool, page: UInt64) -> Entry? {
        guard page < 1 << 27 else { return nil }
        var table = isPointer ? MemoryPlace(.kernel, root) : MemoryPlace(.physical, Self.physicalRoot(root))
        for level in [2, 1, 0] {
            let place = MemoryPlace(table.space, table.address &+ (page >> UInt64(9 * level) & 0x1ff) * 8)
            guard let value = memory.load(place, size: 8) else { return nil }
            let entry = Entry(place: place, value: value, level: level)
            if level == 0 || !entry.isPointer { return entry }
            table = MemoryPlace(.physical, (value >> 10 & 0xfff_ffff_ffff) << 12)
        }
        return nil
    }

    /// The leaf for a page as if all pages were of 4 KiB: of a larger one the part; 0 where there is none.
    func leaf(root: UInt64, isPointer: Bool, page: UInt64) -> UInt64 {
        guard root != 0, let entry = entry(root: root, isPointer: isPointer, page: page), entry.isLeaf else { return 0 }
        return entry.value | (page & ((1 << UInt64(9 * entry.level)) - 1)) << 10
    }

    /// Where a virtual address of a user program lies; nil where nothing is mapped.
    func physical(root: UInt64, address: UInt64) -> UInt64? {
        let leaf = leaf(root: root, isPointer: false, page: address >> 12)
        return leaf & 1 == 0 ? nil : (leaf >> 10 & 0xfff_ffff_ffff) << 12 | address & 0xfff
    }

    /// `satp` in mode Sv39, or the address itself.
    private static func physicalRoot(_ root: UInt64) -> UInt64 {
        root >> 60 == 8 ? (root & 0xfff_ffff_ffff) << 12 : root
    }
}
