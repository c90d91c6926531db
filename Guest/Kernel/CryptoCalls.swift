// System A, the crypto service's calls: a client submits, the server takes and removes, and no request is left without
// an end.
//
// A client's pages are found when it submits, in its own address space, and the request counts as a user of their
// frames. From then on the client may exec, shrink or die: nobody looks into its page table any more.

/// Starts the server, as a process without a parent. Only init may, and only when there is none.
func start_server() -> Int64 {
    if myproc() != initproc || find(Int32(SERVER_PID)) != nil { return -1 }
    guard let p = spawn("crypto_srv", number: Int32(SERVER_PID)) else { return -1 }
    set_serving(true)
    make_runnable(p)
    return Int64(SERVER_PID)
}

/// Submits [op, op + size) of the caller's memory. 0 when the request is accepted: it will end DONE or ERROR, in the
/// state word of the operation. Otherwise -1.
@c @inline(never) func crypto_op(_ op: UInt64, _ size: UInt64) -> Int64 {
    if op % 8 != 0 || size < 8 || wraps(op, size) { return refuse() }
    let p = myproc()
    guard let pages = hold_pages(p, op, size) else { return refuse() }
    if shmem_queue_insert(p.pointee.pid, Int32(SERVER_PID), op, size, pages) { return 0 }
    release_pages(pages, npages(op, size))
    return -1
}

/// No lock is held here.
private func refuse() -> Int64 { -1 }

/// The entries of the caller's pages that [va, va + size) touches, each counted, in a frame of their own.
private func hold_pages(_ p: Process, _ va: UInt64, _ size: UInt64) -> UnsafeMutablePointer<UInt64>? {
    acquire(proc_lock(p))
    defer { release(proc_lock(p)) }
    let n = npages(va, size)
    if va &+ size > p.pointee.sz || n > PGSIZE / 8 { return nil }
    guard let f = kalloc() else { return nil }
    let pages = word(at: f)
    for i in 0..<n {
        guard let entry = leaf(p.pointee.pagetable, va + i * PGSIZE), lendable(entry), entry & PTE.W != 0 else {
            release_pages(pages, i)
            return nil
        }
        share(PTE.frame(entry))
        pages[Int(i)] = entry
    }
    return pages
}

private func release_pages(_ pages: UnsafeMutablePointer<UInt64>, _ n: UInt64) {
    for i in 0..<Int(n) { drop(PTE.frame(pages[i])) }
    drop(UInt64(UInt(bitPattern: pages)))
}

/// The kernel ends a request that no server will end. The state word is the second of the operation, which is aligned,
/// so it lies in the first page.
private func complete(_ r: shmem_request) {
    guard let pages = r.pages else { return }
    let operation = pointer(PTE.frame(pages[0]) | r.src_va % PGSIZE)
    let state = (operation + 4).assumingMemoryBound(to: UInt32.self)
    if load_acquire(state) == UInt32(CRYPTO_INIT) { store_release(state, UInt32(CRYPTO_ERROR)) }
}

/// Ends a request that was accepted, and gives its pages back.
func fail(_ r: shmem_request) {
    complete(r)
    give_back(r)
}

private func give_back(_ r: shmem_request) {
    if let pages = r.pages { release_pages(pages, npages(r.src_va, r.size)) }
}

private func is_server(_ p: Process) -> Bool { p.pointee.pid == SERVER_PID }
private func has_request(_ p: Process) -> Bool { p.pointee.current.src_pid != -1 }
private func failed(_ to: UInt64) -> Bool { to == FAILED }

/// Waits for a request, and maps its pages at the end of the server's memory. Address and size go to where the two
/// arguments point. 0, or -1: then no request was taken, or the one that was taken has ended in ERROR.
@c @inline(never) func sys_take_shared_memory_request(_ va: UInt64, _ size: UInt64) -> Int64 {
    let p = myproc()
    if !is_server(p) || has_request(p) { return -1 }
    // Before anything is taken: what cannot be told to the server should stay where it is.
    if !copyout(p, va, UInt64(0)) || !copyout(p, size, UInt64(0)) { return -1 }
    var r = free_request()
    if !shmem_queue_remove(&r) { return -1 }
    let to = map_request(p, r)
    if failed(to) {
        fail(r)
        return -1
    }
    p.pointee.current = r
    p.pointee.current_va = to
    return copyout(p, va, to) && copyout(p, size, r.size) ? 0 : -1
}

/// The entry that is mapped for page i of the request: the one that the client had when it submitted.
private func page_to_map(_ r: shmem_request, _ i: UInt64) -> UInt64? { r.pages?[Int(i)] }

private func map_request(_ p: Process, _ r: shmem_request) -> UInt64 {
    acquire(proc_lock(p))
    defer { release(proc_lock(p)) }
    let n = npages(r.src_va, r.size)
    let to = next_page(p.pointee.sz)
    if n > (limit() - to) / PGSIZE { return FAILED }
    for i in 0..<n {
        guard let entry = page_to_map(r, i), lend(p, to + i * PGSIZE, entry) else {
            undo(p, to, i)
            return FAILED
        }
    }
    p.pointee.sz = to + n * PGSIZE
    return result(to, n, r.src_va, r.size)
}

/// Unmaps the request that was taken, which the server has ended. The state word is not looked at: a client that has
/// seen the end may be using the operation again.
@c @inline(never) func sys_remove_shared_memory_request(_ va: UInt64, _ size: UInt64) -> Int64 {
    let p = myproc()
    if !is_server(p) || !has_request(p) { return -1 }
    if va != p.pointee.current_va || size != p.pointee.current.size { return -1 }
    if !unmap_shared_pages(p.pointee.pid, va, size) { return -1 }
    let r = p.pointee.current
    p.pointee.current = free_request()
    give_back(r)
    return 0
}

/// The server exits: nobody may wait for it any longer.
func abandon(_ p: Process) {
    if has_request(p) {
        fail(p.pointee.current)
        p.pointee.current = free_request()
    }
    set_serving(false)
}
