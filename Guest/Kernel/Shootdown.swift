// Translations on other harts: asking them to forget, and keeping frames until they have.

/// Returns when every hart has forgotten all translations that it had when this was called.
///
/// The caller holds no spinlock. One at a time: a hart's flag has one meaning.
func shootdown() {
    acquiresleep(shootdown_lock_at())
    push_off()
    sfence_vma()
    let me = hart_id()
    for hart in 0..<Int(NHART) where hart != me && is_online(hart) {
        store_release(cpu_fence(cpu_at(hart)), 1)
        write_device32(Device.clint + UInt64(hart) * 4, 1)
    }
    pop_off()
    // From here on this process may move to another hart, which answers as all others do.
    for hart in 0..<Int(NHART) { while load_acquire(cpu_fence(cpu_at(hart))) != 0 {} }
    releasesleep(shootdown_lock_at())
}

private func is_online(_ hart: Int) -> Bool { load_acquire(cpu_online(cpu_at(hart))) != 0 }

/// What a hart does for another that asks it.
func answer_fence() {
    let flag = cpu_fence(mycpu())
    if load_acquire(flag) == 0 { return }
    sfence_vma()
    store_release(flag, 0)
}

/// Entries that are cleared, and whose frames are not yet given back. A chain of frames: of each the first word leads
/// to the next, the others hold entries.
struct FrameList {
    private var first: UInt64 = 0
    private var room: UInt64 = 0
    private var count: UInt64 = 0

    private static let entries_of_frame = PGSIZE / 8 - 1

    /// Makes room for n entries; false, and there is none, when memory is short.
    mutating func reserve(_ n: UInt64) -> Bool {
        while room < n {
            guard let f = kalloc() else {
                drop_all()
                return false
            }
            word(at: f).pointee = first
            first = f
            room += Self.entries_of_frame
        }
        return true
    }

    mutating func append(_ entry: UInt64) {
        place(count).pointee = entry
        count += 1
    }

    private func place(_ i: UInt64) -> UnsafeMutablePointer<UInt64> {
        var f = first
        for _ in 0..<(i / Self.entries_of_frame) { f = word(at: f).pointee }
        return word(at: f) + Int(i % Self.entries_of_frame) + 1
    }

    /// Gives all frames back, and the list's own.
    mutating func drop_all() {
        for i in 0..<count { put_back(place(i).pointee) }
        while first != 0 {
            let next = word(at: first).pointee
            drop(first)
            first = next
        }
        (room, count) = (0, 0)
    }
}
