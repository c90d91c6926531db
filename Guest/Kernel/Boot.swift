// Where Swift begins: every hart comes here from boot.S, in S-mode, with its number in tp.

/// Hart 0 makes everything ready, the others wait for it.
@c func kernel_main() {
    if hart_id() == 0 {
        consoleinit()
        printk("guest kernel is booting\n")
        kinit()
        kvminit()
        kvminithart()
        mminit()
        procinit()
        queueinit()
        initlock(shared_lock_at(), "shared_lock")
        initlock(ticks_lock(), "ticks")
        initsleeplock(shootdown_lock_at(), "shootdown")
        plicinit()
        userinit()
        store_release(started_word(), 1)
    } else {
        while load_acquire(started_word()) == 0 {}
        kvminithart()
    }
    trapinithart()
    plicinithart()
    scheduler()
}
