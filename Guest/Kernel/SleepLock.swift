// Sleep locks: who waits for one sleeps, and who holds one may sleep.

typealias SleepLock = UnsafeMutablePointer<sleeplock>

func initsleeplock(_ lk: SleepLock, _ name: StaticString) {
    initlock(sleeplock_lock(lk), name)
}

/// Not to be interrupted by kill: holders are done soon.
func acquiresleep(_ lk: SleepLock) {
    acquire(sleeplock_lock(lk))
    if holdingsleep(lk) { panic("acquiresleep: this process has it") }
    while lk.pointee.locked != 0 { sleep(lk, sleeplock_lock(lk)) }
    lk.pointee.locked = 1
    lk.pointee.pid = myproc().pointee.pid
    release(sleeplock_lock(lk))
}

func releasesleep(_ lk: SleepLock) {
    acquire(sleeplock_lock(lk))
    if !holdingsleep(lk) { panic("releasesleep: this process does not have it") }
    lk.pointee.locked = 0
    lk.pointee.pid = 0
    wakeup(lk)
    release(sleeplock_lock(lk))
}

/// Does the calling process hold the lock? The spinlock inside is held by the caller.
private func holdingsleep(_ lk: SleepLock) -> Bool {
    lk.pointee.locked != 0 && lk.pointee.pid == myproc().pointee.pid
}
