// The end of a process: exit, wait and kill.

/// Ends the calling process. Its slot and its memory stay until its parent waits for it.
@c @inline(never) func exit(_ status: Int32) -> Never {
    let p = myproc()
    if p == initproc { panic("init exits") }
    if p.pointee.pid == SERVER_PID { abandon(p) }

    acquire(wait_lock_at())
    // The server has no parent while it lives.
    if p.pointee.parent == nil { p.pointee.parent = initproc }
    reparent(p)
    if let parent = p.pointee.parent { wakeup(parent) }
    acquire(proc_lock(p))
    p.pointee.xstate = status
    p.pointee.state = ZOMBIE
    release(wait_lock_at())
    sched()
    panic("a zombie runs")
}

/// Hands the children of p to init. The caller holds wait_lock.
private func reparent(_ p: Process) {
    guard let initproc else { panic("reparent: no init") }
    for i in 0..<Int(NPROC) where proc_at(i).pointee.parent == p {
        proc_at(i).pointee.parent = initproc
        wakeup(initproc)
    }
}

/// Waits until a child has ended, frees it, and gives its number and status. Nil when there is no child, or the caller
/// is killed.
func wait_child() -> (pid: Int32, status: Int32)? {
    let p = myproc()
    acquire(wait_lock_at())
    defer { release(wait_lock_at()) }
    while true {
        var has_children = false
        for i in 0..<Int(NPROC) where proc_at(i).pointee.parent == p {
            has_children = true
            let child = proc_at(i)
            acquire(proc_lock(child))  // it may still be in exit, on its own stack
            let is_dead = child.pointee.state == ZOMBIE
            let (pid, status) = (child.pointee.pid, child.pointee.xstate)
            release(proc_lock(child))
            if is_dead {
                freeproc(child)
                return (pid, status)
            }
        }
        if !has_children || killed(p) { return nil }
        sleep(p, wait_lock_at())
    }
}

/// The system call: the child's number, or -1; its status at `va`, unless that is 0.
@c @inline(never) func wait(_ va: UInt64) -> Int64 {
    guard let child = wait_child() else { return -1 }
    if va != 0 && !copyout(myproc(), va, child.status) { return -1 }
    return Int64(child.pid)
}

/// Tells the process of that number to end. It does so when it next returns to user mode; if it sleeps, it is woken.
/// init cannot be told: without it nothing goes on.
@c @inline(never) func kill(_ pid: Int32) -> Int64 {
    if pid <= 0 || pid == initproc?.pointee.pid { return -1 }
    for i in 0..<Int(NPROC) {
        let p = proc_at(i)
        acquire(proc_lock(p))
        let hit = p.pointee.pid == pid && p.pointee.state != ZOMBIE
        if hit { p.pointee.killed = 1 }
        release(proc_lock(p))
        if hit {
            wake_killed(p, pid)
            return 0
        }
    }
    return -1
}

/// Wakes the process under each lock that it may sleep with: between its test of `killed` and its sleep, which it makes
/// with that lock held, nobody can come. Without the lock it could be missed, and sleep on.
func wake_killed(_ p: Process, _ pid: Int32) {
    resume(p, pid, queue_lock())
    resume(p, pid, shared_lock_at())
    resume(p, pid, wait_lock_at())
    resume(p, pid, cons_lock())
    resume(p, pid, ticks_lock())
}

private func resume(_ p: Process, _ pid: Int32, _ lk: Lock) {
    acquire(lk)
    resume(p, pid)
    release(lk)
}

/// Makes the process runnable if it sleeps, wherever that is.
func resume(_ p: Process, _ pid: Int32) {
    acquire(proc_lock(p))
    if p.pointee.pid == pid && p.pointee.state == SLEEPING { p.pointee.state = RUNNABLE }
    release(proc_lock(p))
}

func setkilled(_ p: Process) {
    acquire(proc_lock(p))
    p.pointee.killed = 1
    release(proc_lock(p))
}

func killed(_ p: Process) -> Bool {
    acquire(proc_lock(p))
    let k = p.pointee.killed != 0
    release(proc_lock(p))
    return k
}
