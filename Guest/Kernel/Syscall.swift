// System calls: the number is in a7, the arguments in a0 and on, the result goes to a0.

/// The arguments of the call that the process is in.
struct CallArguments {
    private let frame: UnsafeMutablePointer<trapframe>

    init(_ p: Process) { frame = p.pointee.trapframe }

    subscript(_ i: Int) -> UInt64 { trapframe_argument(frame, i).pointee }

    /// What C calls an int: the lower half of the register.
    func int(_ i: Int) -> Int32 { Int32(truncatingIfNeeded: self[i]) }
    func signed(_ i: Int) -> Int64 { Int64(bitPattern: self[i]) }
}

func syscall(_ p: Process) {
    let arguments = CallArguments(p)
    let number = arguments.int(7)
    guard let result = process_call(number, arguments) ?? memory_call(number, arguments) else {
        setkilled(p)
        return
    }
    trapframe_argument(p.pointee.trapframe, 0).pointee = UInt64(bitPattern: result)
}

/// Calls about processes, the console and the machine; nil when it is none of them.
private func process_call(_ number: Int32, _ a: CallArguments) -> Int64? {
    switch number {
    case Int32(CALL_FORK): fork()
    case Int32(CALL_EXIT): exit(a.int(0))
    case Int32(CALL_WAIT): wait(a[0])
    case Int32(CALL_KILL): kill(a.int(0))
    case Int32(CALL_EXEC): sys_exec(a[0], a[1])
    case Int32(CALL_GETPID): Int64(myproc().pointee.pid)
    case Int32(CALL_SLEEP): sys_sleep(a[0])
    case Int32(CALL_UPTIME): sys_uptime()
    case Int32(CALL_READ): consoleread(a[0], a[1])
    case Int32(CALL_WRITE): sys_write(a[0], a[1])
    case Int32(CALL_SHUTDOWN): power_off(UInt32(truncatingIfNeeded: a[0] & 0xffff))
    case Int32(CALL_START_SERVER): start_server()
    default: nil
    }
}

/// Calls about memory, and what is shared of it; nil when it is none of them.
private func memory_call(_ number: Int32, _ a: CallArguments) -> Int64? {
    switch number {
    case Int32(CALL_SBRK): sys_sbrk(a.signed(0))
    case Int32(CALL_FREE_FRAMES): sys_free_frames()
    case Int32(CALL_MAP_SHARED_PAGES): Int64(bitPattern: map_shared_pages(a.int(0), a.int(1), a[2], a[3]))
    case Int32(CALL_UNMAP_SHARED_PAGES): unmap_shared_pages(a.int(0), a[1], a[2]) ? 0 : -1
    case Int32(CALL_CRYPTO_OP): crypto_op(a[0], a[1])
    case Int32(CALL_TAKE_SHARED_MEMORY_REQUEST): sys_take_shared_memory_request(a[0], a[1])
    case Int32(CALL_REMOVE_SHARED_MEMORY_REQUEST): sys_remove_shared_memory_request(a[0], a[1])
    case Int32(CALL_SHARE_MEM): sys_share_mem(a[0], a[1], a.signed(2))
    case Int32(CALL_GET_SHARED): sys_get_shared(a[0], a[1])
    case Int32(CALL_WAIT_SHARED): sys_wait_shared(a[0])
    case Int32(CALL_WAKE_SHARED): sys_wake_shared(a[0])
    default: nil
    }
}

/// exec(name, argv): argv is an array of strings that ends with 0. The number of arguments, or -1.
private func sys_exec(_ name: UInt64, _ argv: UInt64) -> Int64 {
    let p = myproc()
    var buffer = InlineArray<16, CChar>(repeating: 0)
    guard var arguments = Arguments() else { return -1 }
    defer { arguments.free() }
    var i: UInt64 = 0
    while true {
        var va: UInt64 = 0
        if !copyin(p, argv &+ i * 8, into: &va) { return -1 }
        if va == 0 { break }
        if !arguments.add(p, va) { return -1 }
        i += 1
    }
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBufferPointer { bytes in
        guard let base = bytes.baseAddress, copyinstr(p, name, base, limit: bytes.count) else { return -1 }
        return exec(base, arguments)
    }
}

/// The old end of memory, or -1.
private func sys_sbrk(_ n: Int64) -> Int64 {
    let old = myproc().pointee.sz
    return growproc(n) ? Int64(old) : -1
}

private func sys_sleep(_ n: UInt64) -> Int64 {
    let p = myproc()
    acquire(ticks_lock())
    defer { release(ticks_lock()) }
    let start = ticks
    while ticks - start < n {
        if killed(p) { return -1 }
        sleep(ticks_channel(), ticks_lock())
    }
    return 0
}

private func sys_uptime() -> Int64 {
    acquire(ticks_lock())
    defer { release(ticks_lock()) }
    return Int64(ticks)
}

/// Bytes that were written, or -1 when an address is bad. Up to a line's length comes out in one piece.
private func sys_write(_ va: UInt64, _ count: UInt64) -> Int64 {
    let p = myproc()
    var line = InlineArray<128, UInt8>(repeating: 0)
    var done: UInt64 = 0
    var span = line.mutableSpan
    return span.withUnsafeMutableBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return -1 }
        while done < count {
            let n = min(count - done, UInt64(bytes.count))
            if !copyin(own_memory(p), va &+ done, base, n) { return -1 }
            consolewrite(base, Int(n))
            done += n
        }
        return Int64(done)
    }
}

private func sys_free_frames() -> Int64 {
    acquire(kmem_lock())
    defer { release(kmem_lock()) }
    return Int64(kmem.free_count)
}

/// The name of a region, copied from the program's memory, given to a function; -1 when it is none.
private func with_name(_ va: UInt64, _ body: (UnsafeMutablePointer<CChar>) -> Int64) -> Int64 {
    var buffer = InlineArray<20, CChar>(repeating: 0)
    var span = buffer.mutableSpan
    return span.withUnsafeMutableBufferPointer { bytes in
        guard let base = bytes.baseAddress, copyinstr(myproc(), va, base, limit: Int(SHARED_NAME)) else { return -1 }
        return body(base)
    }
}

@c @inline(never) func sys_share_mem(_ name: UInt64, _ addr: UInt64, _ size: Int64) -> Int64 {
    with_name(name) { share_mem($0, addr, size) }
}

/// 0, and the address goes to where the second argument points; -1 for a bad argument, -2 when there is no such name.
@c @inline(never) func sys_get_shared(_ name: UInt64, _ va: UInt64) -> Int64 {
    with_name(name) {
        let addr = get_shared($0)
        if addr == FAILED { return -2 }
        return va != 0 && copyout(myproc(), va, addr) ? 0 : -1
    }
}
