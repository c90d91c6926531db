// Who runs: one scheduler for each hart, and how a process gives its hart away.

/// Runs processes, one after the other, for ever.
///
/// A process gives the hart back with its own lock held, and so it gets it: between taking it from the table and being
/// on its stack nobody else can see it.
func scheduler() -> Never {
    let c = mycpu()
    c.pointee.proc = nil
    store_release(cpu_online(c), 1)
    while true {
        intr_on()
        var found = false
        for i in 0..<Int(NPROC) {
            let p = proc_at(i)
            acquire(proc_lock(p))
            if p.pointee.state == RUNNABLE {
                found = true
                p.pointee.state = RUNNING
                c.pointee.proc = p
                swtch(cpu_context(c), proc_context(p))
                c.pointee.proc = nil
            }
            release(proc_lock(p))
        }
        // Nothing to do before the next interrupt: at the latest that of the timer.
        if !found { wfi() }
    }
}

/// Gives the hart to its scheduler. The caller holds the lock of its process, and no other.
func sched() {
    let p = myproc()
    if !holding(proc_lock(p)) { panic("sched: the process is not locked") }
    if mycpu().pointee.noff != 1 { panic("sched: another lock is held") }
    if p.pointee.state == RUNNING { panic("sched: still running") }
    if intr_get() { panic("sched: interrupts are on") }
    let intena = mycpu().pointee.intena
    swtch(proc_context(p), cpu_context(mycpu()))
    mycpu().pointee.intena = intena  // it may be another hart
}

/// Lets others run.
func yield() {
    let p = myproc()
    acquire(proc_lock(p))
    p.pointee.state = RUNNABLE
    sched()
    release(proc_lock(p))
}

/// A process runs here first, with its lock held from the scheduler.
@c func forkret() {
    let p = myproc()
    release(proc_lock(p))
    if let program = p.pointee.start {
        p.pointee.start = nil
        // Memory may be short: init tries again when the server has ended.
        if !start(program) {
            if p == initproc { panic("there is no init") }
            exit(-1)
        }
    }
    usertrapret()
}

/// Sleeps on the channel. The lock is let go of only when nobody can wake this process unseen any more, and is held
/// again on return; whatever was waited for is to be looked at again.
@c @inline(never) func sleep(_ channel: UnsafeRawPointer, _ lk: Lock) {
    let p = myproc()
    acquire(proc_lock(p))
    release(lk)
    p.pointee.channel = channel
    p.pointee.state = SLEEPING
    sched()
    p.pointee.channel = nil
    release(proc_lock(p))
    acquire(lk)
}

/// Wakes all that sleep on the channel. The caller holds the lock that they sleep with.
@c @inline(never) func wakeup(_ channel: UnsafeRawPointer) {
    let me = current_process()
    for i in 0..<Int(NPROC) where proc_at(i) != me {
        let p = proc_at(i)
        acquire(proc_lock(p))
        if p.pointee.state == SLEEPING && p.pointee.channel == channel { p.pointee.state = RUNNABLE }
        release(proc_lock(p))
    }
}
