// Processes: the table of slots, and how a process gets one, more memory, and a child.

func procinit() {
    initlock(wait_lock_at(), "wait_lock")
    initlock(pid_lock_at(), "pid_lock")
    for i in 0..<Int(NPROC) {
        let p = proc_at(i)
        initlock(proc_lock(p), "proc")
        p.pointee.kstack = kstack_address(i)
        guard let f = kalloc() else { panic("procinit: no memory") }
        p.pointee.trapframe = pointer(f).assumingMemoryBound(to: trapframe.self)
        p.pointee.current.src_pid = -1
    }
}

/// A number that no process has had, except that of the server, which is handed out by itself.
func allocpid() -> Int32 {
    acquire(pid_lock_at())
    let number = nextpid
    nextpid += number + 1 == SERVER_PID ? 2 : 1
    release(pid_lock_at())
    return number
}

/// Finds a free slot and makes it USED, which keeps everybody else away; nil when the table is full.
func allocproc(number: Int32? = nil) -> Process? {
    for i in 0..<Int(NPROC) {
        let p = proc_at(i)
        acquire(proc_lock(p))
        defer { release(proc_lock(p)) }
        if p.pointee.state == UNUSED {
            p.pointee.state = USED
            p.pointee.pid = number ?? allocpid()
            p.pointee.killed = 0
            p.pointee.channel = nil
            p.pointee.start = nil
            memset(proc_context(p), 0, MemoryLayout<context>.size)
            p.pointee.context.ra = forkret_address()
            p.pointee.context.sp = p.pointee.kstack + UInt64(KERNEL_STACK) * PGSIZE
            return p
        }
    }
    return nil
}

/// Gives a slot back with all that the process had. The caller holds wait_lock when the process had a parent.
func freeproc(_ p: Process) {
    acquire(proc_lock(p))
    let mm = p.pointee.mm
    mm?.pointee.sz = p.pointee.sz
    p.pointee.mm = nil
    p.pointee.pagetable = nil
    p.pointee.sz = 0
    release(proc_lock(p))
    shared_free(p)
    if let mm { mmput(mm) }
    unlink(p)
    p.pointee.parent = nil
    acquire(proc_lock(p))
    p.pointee.pid = 0
    p.pointee.xstate = 0
    p.pointee.state = UNUSED
    release(proc_lock(p))
}

/// Makes a process without a parent that begins with a program: init, and the crypto server.
func spawn(_ program: StaticString, number: Int32? = nil) -> Process? {
    guard let p = allocproc(number: number) else { return nil }
    guard let mm = mmalloc(for: p) else {
        freeproc(p)
        return nil
    }
    acquire(proc_lock(p))
    p.pointee.mm = mm
    p.pointee.pagetable = mm.pointee.pagetable
    p.pointee.sz = 0
    p.pointee.start = c_string(program)
    release(proc_lock(p))
    return p
}

func make_runnable(_ p: Process) {
    acquire(proc_lock(p))
    p.pointee.state = RUNNABLE
    release(proc_lock(p))
}

func userinit() {
    guard let p = spawn("init") else { panic("userinit: no memory") }
    initproc = p
    make_runnable(p)
}

/// A new process, and a slot, with a copy of the caller's memory, and its records. The child's number, or -1.
@c @inline(never) func fork() -> Int64 {
    let p = myproc()
    guard let np = allocproc() else { return -1 }
    if !copy_memory(p, np) {
        freeproc(np)
        return -1
    }
    np.pointee.trapframe.pointee = p.pointee.trapframe.pointee
    trapframe_argument(np.pointee.trapframe, 0).pointee = 0
    memmove(proc_name(np), proc_name(p), Int(PROGRAM_NAME))
    shared_fork(p, np)
    let number = np.pointee.pid
    acquire(wait_lock_at())
    np.pointee.parent = p
    release(wait_lock_at())
    make_runnable(np)
    return Int64(number)
}

/// The caller's memory is copied as it is at one moment: others map into it and out of it.
private func copy_memory(_ p: Process, _ np: Process) -> Bool {
    guard let mm = mmalloc(for: np) else { return false }
    lock_for_copy(p, np)
    let copied = uvmcopy(own_memory(p), mm, p.pointee.sz, owner: np.pointee.pid)
    np.pointee.mm = mm
    np.pointee.pagetable = mm.pointee.pagetable
    np.pointee.sz = copied ? p.pointee.sz : mm.pointee.sz
    unlock_after_copy(p, np)
    return copied
}

func lock_for_copy(_ p: Process, _ np: Process) { acquire_ordered(p, np) }
func unlock_after_copy(_ p: Process, _ np: Process) { release_ordered(p, np) }

/// Moves the end of the caller's memory by n bytes. False, and nothing is done, where that cannot be.
@c @inline(never) func growproc(_ n: Int64) -> Bool {
    let p = myproc()
    acquire(proc_lock(p))
    let done = resize(p, n)
    release(proc_lock(p))
    return done
}

func resize(_ p: Process, _ n: Int64) -> Bool {
    let sz = p.pointee.sz
    let newsz = sz &+ UInt64(bitPattern: n)
    if n >= 0 {
        if newsz < sz || newsz > limit() { return false }
        if !uvmalloc(own_memory(p), sz, newsz, PTE.R | PTE.W | PTE.U, owner: p.pointee.pid) { return false }
    } else {
        if n.magnitude > sz || registered(p, newsz) { return false }
        uvmdealloc(own_memory(p), sz, newsz)
    }
    p.pointee.sz = newsz
    return true
}

/// Where ordinary memory ends at the latest.
func limit() -> UInt64 { WINDOW }
