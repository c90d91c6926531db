// System B, waiting: a process sleeps until a word of shared memory is set, whoever sets it.

private func is_set(_ word: UnsafePointer<UInt32>) -> Bool { load_acquire(word) != 0 }

/// Sleeps while the word is 0. The word is tested under the lock that wake_shared takes: either the test sees the new
/// value, or the sleeper is on the channel when the wakeup comes. -1 when the address is bad or the caller is killed.
@c @inline(never) func sys_wait_shared(_ va: UInt64) -> Int64 {
    let p = myproc()
    guard let pa = hold_word(p, va) else { return -1 }
    defer { drop(pgrounddown(pa)) }
    let word = pointer(pa).assumingMemoryBound(to: UInt32.self)
    acquire(shared_lock_at())
    defer { release(shared_lock_at()) }
    while !is_set(word) {
        if killed(p) { return -1 }
        sleep(word, shared_lock_at())
    }
    return 0
}

/// Wakes those who wait for the word. Processes know it by different addresses: what they share is the frame.
@c @inline(never) func sys_wake_shared(_ va: UInt64) -> Int64 {
    guard let pa = hold_word(myproc(), va) else { return -1 }
    acquire(shared_lock_at())
    wakeup(pointer(pa))
    release(shared_lock_at())
    drop(pgrounddown(pa))
    return 0
}
