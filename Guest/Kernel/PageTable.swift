// Sv39: three levels of 512 entries, from addresses to frames.

typealias Table = UnsafeMutablePointer<UInt64>

/// Bits of an entry.
enum PTE {
    static let V: UInt64 = 1 << 0
    static let R: UInt64 = 1 << 1
    static let W: UInt64 = 1 << 2
    static let X: UInt64 = 1 << 3
    static let U: UInt64 = 1 << 4
    /// One of the two bits that the hardware leaves to the kernel: this entry maps a frame that another process owns.
    static let S: UInt64 = 1 << 8

    /// What may be done with the page: the bits that a second entry for its frame takes over.
    static let permissions = R | W | X | U

    static func frame(_ entry: UInt64) -> UInt64 { (entry >> 10) << 12 }
    static func entry(_ frame: UInt64, _ flags: UInt64) -> UInt64 { (frame >> 12) << 10 | flags }
    static func is_leaf(_ entry: UInt64) -> Bool { entry & (R | W | X) != 0 }
}

/// One bit less than Sv39 has, so that no address needs its sign extended.
let MAXVA: UInt64 = 1 << 38
let TRAMPOLINE = MAXVA - PGSIZE
let TRAPFRAME = TRAMPOLINE - PGSIZE

func px(_ level: UInt64, _ va: UInt64) -> Int { Int(va >> (12 + 9 * level) & 0x1ff) }

/// What satp holds for a table.
func satp(_ table: Table) -> UInt64 { 8 << 60 | UInt64(UInt(bitPattern: table)) >> 12 }

/// An empty table, or nil when there is no frame.
func uvmcreate() -> Table? {
    guard let f = kalloc() else { return nil }
    memset(pointer(f), 0, Int(PGSIZE))
    return word(at: f)
}

/// The place of the entry of an address; nil when the table has none for it, and none is made.
///
/// - Parameter alloc: whether missing tables of the lower levels are made.
func walk(_ table: Table?, _ va: UInt64, alloc: Bool = false) -> UnsafeMutablePointer<UInt64>? {
    guard var table else { panic("walk: this page table was freed") }
    if va >= MAXVA { panic("walk") }
    for level in (1...2 as ClosedRange<UInt64>).reversed() {
        let entry = table + px(level, va)
        if load_entry(entry) & PTE.V != 0 {
            table = word(at: PTE.frame(load_entry(entry)))
        } else {
            guard alloc, let lower = uvmcreate() else { return nil }
            store_entry(entry, PTE.entry(UInt64(UInt(bitPattern: lower)), PTE.V))
            table = lower
        }
    }
    return table + px(0, va)
}

/// The leaf of an address, or nil.
func leaf(_ table: Table?, _ va: UInt64) -> UInt64? {
    guard let place = walk(table, va), load_entry(place) & PTE.V != 0 else { return nil }
    return load_entry(place)
}

/// Enters one leaf. False when a page for a lower level of the table is needed and there is none.
@inline(never) func mappages(_ table: Table?, _ va: UInt64, _ frame: UInt64, _ flags: UInt64) -> Bool {
    guard let place = walk(table, va, alloc: true) else { return false }
    if load_entry(place) & PTE.V != 0 { panic("mappages: remap") }
    store_entry(place, PTE.entry(frame, flags | PTE.V))
    return true
}

/// Clears one leaf and gives what it was; the caller puts the frame back, when no hart can reach it any more.
@inline(never) func clear_leaf(_ table: Table?, _ va: UInt64) -> UInt64 {
    guard let place = walk(table, va), load_entry(place) & PTE.V != 0 else { panic("uvmunmap: not mapped") }
    let entry = load_entry(place)
    if !PTE.is_leaf(entry) { panic("uvmunmap: not a leaf") }
    store_entry(place, 0)
    return entry
}

/// Frees the table itself. Its leaves must be gone: their frames could not be found any more.
func freewalk(_ table: Table) {
    for i in 0..<512 {
        let entry = load_entry(table + i)
        if entry & PTE.V == 0 { continue }
        if PTE.is_leaf(entry) { panic("freewalk: leaf") }
        freewalk(word(at: PTE.frame(entry)))
    }
    drop(UInt64(UInt(bitPattern: table)))
}
