// Spinlocks: mutual exclusion between harts, and between a hart and its own interrupts.

typealias Lock = UnsafeMutablePointer<spinlock>

func initlock(_ lk: Lock, _ name: StaticString) {
    lk.pointee.name = c_string(name)
    lk.pointee.hart = -1
}

/// Spins until the lock is free. Interrupts are off on this hart until it is released: a handler that wanted the same
/// lock would wait for ever.
@c @inline(never) func acquire(_ lk: Lock) {
    push_off()
    if holding(lk) { panic("acquire: this hart has it", lk.pointee.name) }
    while swap_acquire(spinlock_word(lk), 1) != 0 {}
    lk.pointee.hart = Int32(hart_id())
}

@c @inline(never) func release(_ lk: Lock) {
    if !holding(lk) { panic("release: this hart does not have it", lk.pointee.name) }
    lk.pointee.hart = -1
    store_release(spinlock_word(lk), 0)
    pop_off()
}

/// Does this hart hold the lock? To be asked with interrupts off.
func holding(_ lk: Lock) -> Bool {
    load_acquire(spinlock_word(lk)) != 0 && lk.pointee.hart == Int32(hart_id())
}

/// Takes the locks of two slots, each once, in the order of the table: two that want the same two never wait for each
/// other.
func acquire_ordered(_ p: Process, _ q: Process) {
    acquire(proc_lock(p < q ? p : q))
    if p != q { acquire(proc_lock(p < q ? q : p)) }
}

func release_ordered(_ p: Process, _ q: Process) {
    if p != q { release(proc_lock(p < q ? q : p)) }
    release(proc_lock(p < q ? p : q))
}

// push_off and pop_off nest; interrupts come on again with the last pop_off if they were on before the first push_off.

func push_off() {
    let old = intr_get()
    intr_off()
    let c = mycpu()
    if c.pointee.noff == 0 { c.pointee.intena = old ? 1 : 0 }
    c.pointee.noff += 1
}

func pop_off() {
    let c = mycpu()
    if intr_get() { panic("pop_off: interrupts are on") }
    if c.pointee.noff < 1 { panic("pop_off: not pushed") }
    c.pointee.noff -= 1
    if c.pointee.noff == 0 && c.pointee.intena != 0 { intr_on() }
}
