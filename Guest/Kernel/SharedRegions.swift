// System B: regions that a process registers under a name, and that its children find in their window after exec.
//
// fork hands the records on, and a link to the address space that they speak of. exec maps the frames of each region
// into [WINDOW, TOP), one region after the other, and gives the link back.

private func record(_ p: Process, _ i: Int) -> UnsafeMutablePointer<shared> { proc_shared(p, i) }
private func taken(_ p: Process, _ i: Int) -> Bool { record(p, i).pointee.size != 0 }

/// With a link all records are the parent's. Without, those in the window were mapped by an exec, the others are the
/// process's own registrations.
private func inherited(_ p: Process, _ i: Int) -> Bool {
    taken(p, i) && (p.pointee.parent_mm != nil || record(p, i).pointee.addr >= WINDOW)
}

/// The address space that the inherited records speak of.
private func source(_ p: Process) -> AddressSpace { p.pointee.parent_mm ?? own_memory(p) }

private func bad_region(_ p: Process, _ addr: UInt64, _ size: Int64) -> Bool {
    size <= 0 || wraps(addr, UInt64(size)) || addr + UInt64(size) > p.pointee.sz
}

/// Each page is the process's own: what it has borrowed it cannot lend.
private func owns(_ p: Process, _ addr: UInt64, _ size: Int64) -> Bool {
    var va = pgrounddown(addr)
    while va < addr &+ UInt64(bitPattern: size) {
        guard let entry = leaf(p.pointee.pagetable, va), lendable(entry) else { return false }
        va += PGSIZE
    }
    return true
}

/// Between fork and exec the records are the parent's, and exec would map what the parent has at that address.
private func may_register(_ p: Process) -> Bool { p.pointee.parent_mm == nil }

private func exists(_ p: Process, _ name: UnsafePointer<CChar>) -> Bool { find_record(p, name) != nil }

private func find_record(_ p: Process, _ name: UnsafePointer<CChar>) -> Int? {
    for i in 0..<Int(NSHARED) where taken(p, i) && equal(shared_name(record(p, i)), name) { return i }
    return nil
}

/// Registers a region: its index; -1 for a bad region, -2 when the name exists, -3 when all records are taken.
@c @inline(never) func share_mem(_ name: UnsafePointer<CChar>, _ addr: UInt64, _ size: Int64) -> Int64 {
    let p = myproc()
    acquire(shared_lock_at())
    defer { release(shared_lock_at()) }
    acquire(proc_lock(p))
    let bad = bad_region(p, addr, size) || !owns(p, addr, size) || !may_register(p)
    release(proc_lock(p))
    if bad { return -1 }
    if exists(p, name) { return -2 }
    for i in 0..<Int(NSHARED) where !taken(p, i) {
        memmove(shared_name(record(p, i)), name, Int(SHARED_NAME))
        record(p, i).pointee.addr = addr
        record(p, i).pointee.size = size
        return Int64(i)
    }
    return -3
}

/// The address of the region of that name; FAILED when there is none.
@c @inline(never) func get_shared(_ name: UnsafePointer<CChar>) -> UInt64 {
    let p = myproc()
    acquire(shared_lock_at())
    defer { release(shared_lock_at()) }
    return find_record(p, name).map { record(p, $0).pointee.addr } ?? FAILED
}

/// fork and exec walk the records; here they stop.
private func past_end(_ p: Process, _ i: Int) -> Bool { i == Int(NSHARED) }

/// The records of a child are its parent's, and it holds the address space that they speak of until it execs or ends.
@c @inline(never) func shared_fork(_ p: Process, _ np: Process) {
    acquire(shared_lock_at())
    var i = 0
    while !past_end(p, i) {
        if taken(p, i) {
            record(np, i).pointee = record(p, i).pointee
            if np.pointee.parent_mm == nil {
                hold(source(p))
                np.pointee.parent_mm = source(p)
            }
        }
        i += 1
    }
    release(shared_lock_at())
}

private func hold(_ mm: AddressSpace) { mmdup(mm) }

/// The process will not map from its parent's memory any more.
func unlink(_ p: Process) {
    if let mm = p.pointee.parent_mm {
        p.pointee.parent_mm = nil
        mmput(mm)
    }
}

/// A slot goes back without any record.
@c @inline(never) func shared_free(_ p: Process) {
    acquire(shared_lock_at())
    for i in 0..<Int(NSHARED) { forget(p, i) }
    release(shared_lock_at())
}

private func forget(_ p: Process, _ i: Int) { memset(record(p, i), 0, MemoryLayout<shared>.size) }

// How many pages a region touches, how much of the window it takes, and where in the window it goes.

private func pages(_ addr: UInt64, _ size: Int64) -> UInt64 { npages(addr, UInt64(bitPattern: size)) }
private func room(_ p: Process, _ i: Int) -> UInt64 {
    pages(record(p, i).pointee.addr, record(p, i).pointee.size) * PGSIZE
}
private func place(_ p: Process, _ i: Int) -> UInt64 {
    var at = WINDOW
    for j in 0..<i where inherited(p, j) { at += room(p, j) }
    return at
}

/// For exec: the frames of every inherited region go into the new image's window. False when they do not fit, or there
/// is no memory for the table.
func share_regions(_ p: Process, _ new: AddressSpace) -> Bool {
    var i = 0
    while !past_end(p, i) {
        if inherited(p, i) {
            let count = pages(record(p, i).pointee.addr, record(p, i).pointee.size)
            let base = place(p, i)
            if base + count * PGSIZE > TOP { return false }
            if !share_region(source(p), record(p, i).pointee.addr, count, new, base) { return false }
        }
        i += 1
    }
    return true
}

private func share_region(
    _ from: AddressSpace, _ addr: UInt64, _ count: UInt64, _ new: AddressSpace, _ base: UInt64
) -> Bool {
    acquire(mm_lock(new))
    acquire(mm_lock(from))
    defer {
        release(mm_lock(from))
        release(mm_lock(new))
    }
    for k in 0..<count {
        if !share_page(from, pgrounddown(addr) + k * PGSIZE, new, base + k * PGSIZE) { return false }
        new.pointee.window = base + (k + 1) * PGSIZE
    }
    return true
}

/// After exec: inherited records are at their place in the window, own registrations go with the old image.
func settle(_ p: Process) {
    acquire(shared_lock_at())
    // From the last to the first: the place of a record depends on those before it.
    for i in (0..<Int(NSHARED)).reversed() {
        if inherited(p, i) {
            record(p, i).pointee.addr = place(p, i) + record(p, i).pointee.addr % PGSIZE
        } else {
            forget(p, i)
        }
    }
    release(shared_lock_at())
}

/// A registered region is not given back while its process lives: children have it mapped, or are about to.
func registered(_ p: Process, _ newsz: UInt64) -> Bool {
    for i in 0..<Int(NSHARED) where taken(p, i) && !inherited(p, i) {
        if record(p, i).pointee.addr + UInt64(record(p, i).pointee.size) > newsz { return true }
    }
    return false
}
