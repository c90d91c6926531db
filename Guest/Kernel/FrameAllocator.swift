// Physical memory: frames with a count of their users, and a list of those that have none.

let PGSIZE: UInt64 = 4096
let KERNBASE: UInt64 = 0x8000_0000
let PHYSTOP: UInt64 = KERNBASE + UInt64(NFRAME) * PGSIZE

/// What a frame is filled with when it is freed and when it is taken, so that whoever uses it in between, or trusts in
/// what it finds, is found out.
private enum Junk {
    static let freed: Int32 = 0x05
    static let taken: Int32 = 0x5a
}

func kinit() {
    initlock(kmem_lock(), "kmem")
    acquire(kmem_lock())
    var f = pgroundup(end_address())
    while f < PHYSTOP {
        kfree(f)
        f += PGSIZE
    }
    release(kmem_lock())
}

/// A free frame, filled with junk and counted once, or nil when there is none.
///
/// - Parameter owner: number of the process for whose memory it is, or 0 when it is the kernel's.
func kalloc(owner: Int32 = 0) -> UInt64? {
    acquire(kmem_lock())
    let f = kmem.free
    if f != 0 {
        kmem.free = word(at: f).pointee
        kmem.free_count -= 1
        refs(f).pointee = 1
        owner_at(index(f)).pointee = owner
    }
    release(kmem_lock())
    if f == 0 { return nil }
    memset(pointer(f), Junk.taken, Int(PGSIZE))
    return f
}

/// One more entry, or request, holds the frame.
func share(_ f: UInt64) {
    acquire(kmem_lock())
    if refs(f).pointee == 0 { panic("share: the frame is free") }
    if refs(f).pointee == .max { panic("share: too many") }
    refs(f).pointee += 1
    release(kmem_lock())
}

/// An entry that mapped the frame is gone. Clear the entry first: else the frame is mapped and free for a moment.
@inline(never) func drop(_ f: UInt64) {
    acquire(kmem_lock())
    if refs(f).pointee == 0 { panic("drop: the frame is free") }
    refs(f).pointee -= 1
    if unused(f) { kfree(f) }
    release(kmem_lock())
}

func unused(_ f: UInt64) -> Bool { refs(f).pointee == 0 }

/// Puts a frame on the free list; the caller holds `kmem.lock`.
private func kfree(_ f: UInt64) {
    if f % PGSIZE != 0 || f < end_address() || f >= PHYSTOP { panic("kfree: no frame") }
    memset(pointer(f), Junk.freed, Int(PGSIZE))
    word(at: f).pointee = kmem.free
    kmem.free = f
    kmem.free_count += 1
}

/// The process for whose memory the frame was taken.
func owner(_ f: UInt64) -> Int32 { owner_at(index(f)).pointee }

private func refs(_ f: UInt64) -> UnsafeMutablePointer<UInt32> { refs_at(index(f)) }

private func index(_ f: UInt64) -> Int {
    if f < KERNBASE || f >= PHYSTOP { panic("no frame has this address") }
    return Int((f - KERNBASE) / PGSIZE)
}

/// Memory at a physical address: the kernel has all of it mapped where it is.
func pointer(_ pa: UInt64) -> UnsafeMutableRawPointer {
    guard let p = UnsafeMutableRawPointer(bitPattern: UInt(pa)) else { panic("address 0") }
    return p
}

func word(at pa: UInt64) -> UnsafeMutablePointer<UInt64> { pointer(pa).assumingMemoryBound(to: UInt64.self) }

func pgroundup(_ x: UInt64) -> UInt64 { (x &+ (PGSIZE - 1)) & ~(PGSIZE - 1) }
func pgrounddown(_ x: UInt64) -> UInt64 { x & ~(PGSIZE - 1) }
