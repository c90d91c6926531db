// Between kernel and user memory, through the page table: every address that a program passes goes through here.

/// The physical address of a user address, when the page is there and its entry has all of `flags`.
private func physical(_ mm: AddressSpace, _ va: UInt64, _ flags: UInt64) -> UInt64? {
    guard va < MAXVA, let entry = leaf(mm.pointee.pagetable, va), entry & (flags | PTE.U) == flags | PTE.U else {
        return nil
    }
    return PTE.frame(entry) | va % PGSIZE
}

/// Copies to user memory. Another process may unmap what it has lent: so each page is copied under the lock of the
/// entries.
func copyout(_ mm: AddressSpace, _ va: UInt64, _ source: UnsafeRawPointer, _ count: UInt64) -> Bool {
    copy(mm, va, count, PTE.W) { pa, done, n in memmove(pointer(pa), source + Int(done), Int(n)) }
}

func copyin(_ mm: AddressSpace, _ va: UInt64, _ target: UnsafeMutableRawPointer, _ count: UInt64) -> Bool {
    copy(mm, va, count, PTE.R) { pa, done, n in memmove(target + Int(done), pointer(pa), Int(n)) }
}

private func copy(
    _ mm: AddressSpace, _ va: UInt64, _ count: UInt64, _ flags: UInt64,
    _ page: (_ pa: UInt64, _ done: UInt64, _ count: UInt64) -> Void
) -> Bool {
    if va &+ count < va { return false }
    var done: UInt64 = 0
    while done < count {
        let n = min(count - done, PGSIZE - (va + done) % PGSIZE)
        acquire(mm_lock(mm))
        let pa = physical(mm, va + done, flags)
        if let pa { page(pa, done, n) }
        release(mm_lock(mm))
        if pa == nil { return false }
        done += n
    }
    return true
}

// The same for the calling process, and for one value.

func own_memory(_ p: Process) -> AddressSpace {
    guard let mm = p.pointee.mm else { panic("a process without memory runs") }
    return mm
}

func copyout<Value: BitwiseCopyable>(_ p: Process, _ va: UInt64, _ value: Value) -> Bool {
    var value = value
    return copyout(own_memory(p), va, &value, UInt64(MemoryLayout<Value>.size))
}

func copyin<Value: BitwiseCopyable>(_ p: Process, _ va: UInt64, into value: inout Value) -> Bool {
    copyin(own_memory(p), va, &value, UInt64(MemoryLayout<Value>.size))
}

/// Copies a string with its zero; false when it has none among the first `limit` bytes, or an address is bad.
func copyinstr(_ p: Process, _ va: UInt64, _ target: UnsafeMutablePointer<CChar>, limit: Int) -> Bool {
    if va == 0 { return false }
    for i in 0..<limit {
        if !copyin(p, va &+ UInt64(i), into: &target[i]) { return false }
        if target[i] == 0 { return true }
    }
    return false
}

/// The frame behind a word of the calling process's memory, with a reference of its own, and the word's physical
/// address. The caller drops the frame.
func hold_word(_ p: Process, _ va: UInt64) -> UInt64? {
    if va % 4 != 0 { return nil }
    let mm = own_memory(p)
    acquire(mm_lock(mm))
    let pa = physical(mm, va, PTE.R)
    if let pa { share(pgrounddown(pa)) }
    release(mm_lock(mm))
    return pa
}
