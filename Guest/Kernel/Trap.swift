// Traps: from user mode, from the kernel itself, and back to user mode.

private enum Cause {
    static let interrupt: UInt64 = 1 << 63
    static let software = interrupt | 1
    static let timer = interrupt | 5
    static let external = interrupt | 9
    static let system_call: UInt64 = 8
}

private enum Source {
    case none, timer, other
}

func trapinithart() {
    w_stvec(kernelvec_address())
    w_sie(1 << 9 | 1 << 5 | 1 << 1)
    w_stimecmp(r_time() + UInt64(TICK))
}

/// A trap of user code, or its call. Comes from uservec, on the process's kernel stack.
@c func usertrap() {
    if r_sstatus() & Sstatus.spp != 0 { panic("usertrap: not from user mode") }
    w_stvec(kernelvec_address())
    let p = myproc()
    let cause = r_scause()
    p.pointee.trapframe.pointee.epc = r_sepc()
    var source = Source.other
    if cause == Cause.system_call {
        if killed(p) { exit(-1) }
        p.pointee.trapframe.pointee.epc += 4
        intr_on()
        syscall(p)
    } else {
        source = devintr(cause)
        if source == .none {
            report(p, cause)
            setkilled(p)
        }
    }
    if killed(p) { exit(-1) }
    if source == .timer { yield() }
    usertrapret()
}

/// Says of what a program dies.
private func report(_ p: Process, _ cause: UInt64) {
    let stval = r_stval()
    acquire(output_lock_at())
    printk(proc_name(p))
    printk(" ")
    printk(Int(p.pointee.pid))
    printk(": ")
    switch cause {
    case 2: printk("illegal instruction")
    case 0, 1, 4, 5, 6, 7: printk("bad access")
    case 3: printk("breakpoint")
    case 12: printk("page fault, execute")
    case 13: printk("page fault, load")
    case 15: printk("page fault, store")
    default:
        printk("exception ")
        printk(Int(cause))
    }
    printk(" at ")
    printk_hex(p.pointee.trapframe.pointee.epc)
    printk(", address ")
    printk_hex(stval)
    printk("\n")
    release(output_lock_at())
}

func usertrapret() -> Never {
    let p = myproc()
    // From here to user mode a trap would be taken for one of user code.
    intr_off()
    w_stvec(TRAMPOLINE + (uservec_address() - trampoline_address()))
    let frame = p.pointee.trapframe
    frame.pointee.kernel_satp = r_satp()
    frame.pointee.kernel_sp = p.pointee.kstack + UInt64(KERNEL_STACK) * PGSIZE
    frame.pointee.kernel_trap = usertrap_address()
    frame.pointee.kernel_hartid = UInt64(hart_id())
    w_sstatus((r_sstatus() & ~Sstatus.spp) | Sstatus.spie)
    w_sepc(frame.pointee.epc)
    guard let table = p.pointee.pagetable else { panic("usertrapret: no page table") }
    // Program text may have been written by another hart.
    fence_i()
    call_userret(TRAMPOLINE + (userret_address() - trampoline_address()), satp(table))
    panic("userret came back")
}

/// An interrupt while in the kernel. Anything else is the kernel's own mistake.
@c func kerneltrap() {
    let sepc = r_sepc()
    let sstatus = r_sstatus()
    let cause = r_scause()
    if sstatus & Sstatus.spp == 0 { panic("kerneltrap: not from supervisor mode") }
    if intr_get() { panic("kerneltrap: interrupts are on") }
    let source = devintr(cause)
    if source == .none {
        printk("scause ")
        printk_hex(cause)
        printk(" sepc ")
        printk_hex(sepc)
        printk(" stval ")
        printk_hex(r_stval())
        printk("\n")
        panic("kerneltrap")
    }
    if source == .timer && mycpu().pointee.proc != nil { yield() }
    // Others have run: their traps have changed these.
    w_sepc(sepc)
    w_sstatus(sstatus)
}

private func devintr(_ cause: UInt64) -> Source {
    switch cause {
    case Cause.external:
        plic_interrupt()
        return .other
    case Cause.software:
        clear_sip(1 << 1)
        answer_fence()
        return .other
    case Cause.timer:
        clockintr()
        return .timer
    default:
        return .none
    }
}

private func clockintr() {
    if hart_id() == 0 {
        acquire(ticks_lock())
        ticks += 1
        wakeup(ticks_channel())
        release(ticks_lock())
    }
    w_stimecmp(r_time() + UInt64(TICK))
}

func ticks_channel() -> UnsafeRawPointer { UnsafeRawPointer(ticks_lock()) }
