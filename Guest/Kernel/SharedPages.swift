// System A, pages: map_shared_pages and unmap_shared_pages, between the memories of two processes.
//
// `sz` and `pagetable` of a process are guarded by its lock, for its own sbrk, exec, fork and exit as for these calls:
// that is the whole protocol between a process and those who map into it or out of it.

/// -1, as the register has it.
let FAILED = UInt64.max

// Small pieces, where the mistakes are made.

func argument(_ x: UInt64) -> UInt64 { x }
func empty(_ size: UInt64) -> Bool { size == 0 }
func wraps(_ va: UInt64, _ size: UInt64) -> Bool { va &+ size < va }

/// How many pages [va, va + size) touches.
func npages(_ va: UInt64, _ size: UInt64) -> UInt64 {
    let first = pgrounddown(va)
    let end = va &+ size
    return end <= first ? 0 : (end - 1 - first) / PGSIZE + 1
}

private func is_process(_ p: Process, _ number: Int32) -> Bool { number > 0 && p.pointee.pid == number }
/// The slot may have changed hands since it was found; asked with its lock held.
private func still(_ p: Process, _ number: Int32) -> Bool { is_process(p, number) }
private func alive(_ p: Process) -> Bool { p.pointee.state != ZOMBIE && p.pointee.state != USED }
private func permitted(_ p: Process, _ q: Process, _ caller: Process) -> Bool { caller == p || caller == q }

private func in_source(_ va: UInt64, _ size: UInt64, _ sz: UInt64) -> Bool { va &+ size <= sz }
/// What a process has borrowed it cannot lend, nor what it cannot use itself.
func lendable(_ entry: UInt64) -> Bool { entry & PTE.S == 0 && entry & PTE.U != 0 }
/// Where the destination's memory goes on.
func next_page(_ sz: UInt64) -> UInt64 { pgroundup(sz) }
func result(_ to: UInt64, _ n: UInt64, _ va: UInt64, _ size: UInt64) -> UInt64 { to + va % PGSIZE }

private func in_region(_ va: UInt64, _ size: UInt64, _ sz: UInt64) -> Bool { va &+ size <= sz }
private func is_last(_ va: UInt64, _ n: UInt64, _ sz: UInt64) -> Bool {
    pgrounddown(va) + n * PGSIZE >= pgroundup(sz)
}
private func removable(_ entry: UInt64) -> Bool { entry & PTE.S != 0 }
/// Who has the region may give it back, and who has lent it may take it back.
private func entitled(_ q: Process, _ entry: UInt64, _ caller: Process) -> Bool {
    caller == q || owner(PTE.frame(entry)) == caller.pointee.pid
}
private func shrunk(_ sz: UInt64, _ va: UInt64, _ size: UInt64) -> UInt64 { pgrounddown(va) }

/// The process of that number, when there is one. Its slot is not locked: what was found may be over by now.
func find(_ number: Int32) -> Process? {
    for i in 0..<Int(NPROC) {
        let p = proc_at(i)
        acquire(proc_lock(p))
        let hit = is_process(p, number)
        release(proc_lock(p))
        if hit { return p }
    }
    return nil
}

private func lock_both(_ p: Process, _ q: Process) { acquire_ordered(p, q) }
private func unlock_both(_ p: Process, _ q: Process) { release_ordered(p, q) }

private func lock_and_size(_ p: Process, _ q: Process) -> UInt64 {
    lock_both(p, q)
    return q.pointee.sz
}

/// Enters a leaf that shares its frame: counted first, so that at no moment there are more entries than the count says.
func lend(_ q: Process, _ va: UInt64, _ entry: UInt64) -> Bool {
    let mm = own_memory(q)
    share(PTE.frame(entry))
    acquire(mm_lock(mm))
    let entered = mappages(mm.pointee.pagetable, va, PTE.frame(entry), entry & PTE.permissions | PTE.S)
    release(mm_lock(mm))
    if !entered { drop(PTE.frame(entry)) }
    return entered
}

/// Maps the pages of [src_va, src_va + size) of one process at the end of the other's memory.
///
/// Source or destination makes the call. The address in the destination has the same place in its page as `src_va`; or
/// FAILED, and nothing is mapped.
@c @inline(never) func map_shared_pages(
    _ src_pid: Int32, _ dst_pid: Int32, _ src_va: UInt64, _ size: UInt64
) -> UInt64 {
    let size = argument(size)
    if empty(size) || wraps(src_va, size) { return FAILED }
    guard let p = find(src_pid), let q = find(dst_pid) else { return FAILED }
    if !permitted(p, q, myproc()) { return FAILED }
    let sz = lock_and_size(p, q)
    var to = FAILED
    if still(p, src_pid) && still(q, dst_pid) && alive(p) && alive(q) && p != q {
        to = share_pages(p, q, sz, src_va, size)
    }
    unlock_both(p, q)
    return to
}

private func share_pages(_ p: Process, _ q: Process, _ sz: UInt64, _ va: UInt64, _ size: UInt64) -> UInt64 {
    let n = npages(va, size)
    let to = next_page(sz)
    if !in_source(va, size, p.pointee.sz) || to > limit() || n > (limit() - to) / PGSIZE { return FAILED }
    var first: UInt64?
    for i in 0..<n {
        let entry = source_entry(p, va, i, first)
        if i == 0 { first = entry }
        guard let entry, lendable(entry), lend(q, to + i * PGSIZE, entry) else {
            undo(q, to, i)
            return FAILED
        }
    }
    q.pointee.sz = to + n * PGSIZE
    return result(to, n, va, size)
}

/// The entry of page i of the range. Each page is looked up: neighbours need not have neighbouring frames.
private func source_entry(_ p: Process, _ va: UInt64, _ i: UInt64, _ first: UInt64?) -> UInt64? {
    leaf(p.pointee.pagetable, va + i * PGSIZE)
}

func undo(_ q: Process, _ to: UInt64, _ n: UInt64) {
    let mm = own_memory(q)
    acquire(mm_lock(mm))
    remove(mm, to, to + n * PGSIZE)
    release(mm_lock(mm))
}

/// Takes a region away that was mapped by map_shared_pages, from the end of the destination's memory: anywhere else it
/// would leave a hole, on which exit and fork panic.
///
/// When the call returns no hart can reach the frames through that region any more.
@c @inline(never) func unmap_shared_pages(_ dst_pid: Int32, _ dst_va: UInt64, _ size: UInt64) -> Bool {
    let size = argument(size)
    if empty(size) || wraps(dst_va, size) { return false }
    guard let q = find(dst_pid) else { return false }
    var frames = FrameList()
    acquire(proc_lock(q))
    var done = false
    if still(q, dst_pid) && alive(q) { done = remove_region(q, dst_va, size, &frames) }
    finish_unmap(q)
    frames.drop_all()
    return done
}

/// The lock is given up first: a hart that spins for it has its interrupts off, and would never answer.
private func finish_unmap(_ q: Process) {
    release(proc_lock(q))
    if q != myproc() { shootdown() }
}

/// Clears the entries, and lowers the size. The caller holds the lock of q.
private func remove_region(_ q: Process, _ va: UInt64, _ size: UInt64, _ frames: inout FrameList) -> Bool {
    let n = npages(va, size)
    let low = pgrounddown(va)
    if !in_region(va, size, q.pointee.sz) || !is_last(va, n, q.pointee.sz) { return false }
    for i in 0..<n {
        let entry = leaf(q.pointee.pagetable, low + i * PGSIZE)
        if let entry, !removable(entry) || !entitled(q, entry, myproc()) { return false }
    }
    // A hart that runs q forgets what it knew when it is told, and until then the frames are kept. The caller's own
    // translations are gone before it is back in user mode.
    if q != myproc() && !frames.reserve(n) { return false }
    let mm = own_memory(q)
    acquire(mm_lock(mm))
    for i in 0..<n where leaf(mm.pointee.pagetable, low + i * PGSIZE) != nil {
        let entry = clear_leaf(mm.pointee.pagetable, low + i * PGSIZE)
        if q == myproc() { put_back(entry) } else { frames.append(entry) }
    }
    release(mm_lock(mm))
    q.pointee.sz = shrunk(q.pointee.sz, va, size)
    return true
}
