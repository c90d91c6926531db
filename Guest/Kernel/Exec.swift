// exec: the calling process goes on with another program, in a new address space.

/// The strings that a program gets, one after the other in a page of the kernel's.
struct Arguments {
    private let page: UInt64
    private(set) var count = 0
    private(set) var size = 0

    /// Nil when there is no frame. The page is given back with `free`.
    init?() {
        guard let f = kalloc() else { return nil }
        page = f
    }

    func free() { drop(page) }

    var bytes: UnsafeMutablePointer<CChar> { pointer(page).assumingMemoryBound(to: CChar.self) }

    /// Adds a string of the program's memory; false when it does not end, or does not fit.
    mutating func add(_ p: Process, _ va: UInt64) -> Bool {
        let limit = Int(PGSIZE) / 2 - size
        if count == Int(MAXARG) || !copyinstr(p, va, bytes + size, limit: limit) { return false }
        advance()
        return true
    }

    /// Adds a string of the kernel's.
    mutating func add(_ text: UnsafePointer<CChar>) {
        var i = 0
        repeat {
            bytes[size + i] = text[i]
            i += 1
        } while text[i - 1] != 0
        advance()
    }

    private mutating func advance() {
        while bytes[size] != 0 { size += 1 }
        size += 1
        count += 1
    }
}

/// The first program of a process that has none yet.
func start(_ program: UnsafePointer<CChar>) -> Bool {
    guard var arguments = Arguments() else { return false }
    defer { arguments.free() }
    arguments.add(program)
    let argc = exec(program, arguments)
    trapframe_argument(myproc().pointee.trapframe, 0).pointee = UInt64(bitPattern: argc)
    return argc >= 0
}

/// Changes the calling process over to the program. The number of arguments, or -1, and then nothing has changed.
///
/// The new image is built where nobody sees it. What counts is the moment at which the process changes over: that is
/// under its lock, since others map into it and out of it.
func exec(_ name: UnsafePointer<CChar>, _ arguments: Arguments) -> Int64 {
    let p = myproc()
    guard let file = find_program(name), let new = mmalloc(for: p) else { return -1 }
    guard let image = load(file, into: new, arguments, owner: p.pointee.pid), share_regions(p, new) else {
        mmput(new)
        return -1
    }
    settle(p)
    let old = change_over(p, new)
    if let old { mmput(old) }
    unlink(p)
    p.pointee.trapframe.pointee.epc = file.entry
    p.pointee.trapframe.pointee.sp = image.sp
    trapframe_argument(p.pointee.trapframe, 1).pointee = image.argv
    set_name(p, name)
    return Int64(arguments.count)
}

/// Gives what the process ran on.
private func change_over(_ p: Process, _ new: AddressSpace) -> AddressSpace? {
    lock_for_change(p)
    let old = p.pointee.mm
    old?.pointee.sz = p.pointee.sz
    p.pointee.mm = new
    p.pointee.pagetable = new.pointee.pagetable
    p.pointee.sz = new.pointee.sz
    unlock_after_change(p)
    return old
}

func lock_for_change(_ p: Process) { acquire(proc_lock(p)) }
func unlock_after_change(_ p: Process) { release(proc_lock(p)) }

private func set_name(_ p: Process, _ name: UnsafePointer<CChar>) {
    var i = 0
    while i < Int(PROGRAM_NAME) - 1 && name[i] != 0 {
        proc_name(p)[i] = name[i]
        i += 1
    }
    proc_name(p)[i] = 0
}

/// Segments and stack. `new.sz` is always the end of what is there, so that mmput can free it at any point.
private func load(
    _ file: ElfFile, into new: AddressSpace, _ arguments: Arguments, owner: Int32
) -> (sp: UInt64, argv: UInt64)? {
    for i in 0..<file.segment_count where file.is_loaded(i) {
        guard let segment = file.segment(i), segment.va >= new.pointee.sz else { return nil }
        // Between segments there is no hole: whatever lies there cannot be used, but it is there.
        if !grow(new, to: segment.va, PTE.R, owner) { return nil }
        if !grow(new, to: segment.va + segment.memory_size, segment.permissions, owner) { return nil }
        if !fill(new, segment) { return nil }
    }
    let guard_page = pgroundup(new.pointee.sz)
    let bottom = guard_page + PGSIZE
    let top = bottom + UInt64(USER_STACK) * PGSIZE
    // The page below the stack is not the user's: running over the end of the stack is a fault.
    if top > limit() || !grow(new, to: bottom, PTE.R, owner) || !grow(new, to: top, PTE.R | PTE.W | PTE.U, owner) {
        return nil
    }
    return push(arguments, new, top)
}

private func grow(_ new: AddressSpace, to end: UInt64, _ flags: UInt64, _ owner: Int32) -> Bool {
    if !uvmalloc(new, new.pointee.sz, end, flags, owner: owner) { return false }
    new.pointee.sz = max(new.pointee.sz, pgroundup(end))
    return true
}

/// Copies a segment's bytes, past its permissions: text is not writable.
private func fill(_ new: AddressSpace, _ segment: Segment) -> Bool {
    acquire(mm_lock(new))
    defer { release(mm_lock(new)) }
    var done: UInt64 = 0
    while done < segment.file_size {
        guard let entry = leaf(new.pointee.pagetable, segment.va + done) else { return false }
        let n = min(PGSIZE, segment.file_size - done)
        memmove(pointer(PTE.frame(entry)), segment.bytes + Int(done), Int(n))
        done += n
    }
    return true
}

/// The strings, and below them the array of their addresses, which ends with 0.
private func push(_ arguments: Arguments, _ new: AddressSpace, _ top: UInt64) -> (sp: UInt64, argv: UInt64)? {
    let strings = (top - UInt64(arguments.size)) & ~15
    let argv = (strings - UInt64(arguments.count + 1) * 8) & ~15
    if !copyout(new, strings, arguments.bytes, UInt64(arguments.size)) { return nil }
    var at = 0
    for i in 0...arguments.count {
        var address = i < arguments.count ? strings + UInt64(at) : 0
        if !copyout(new, argv + UInt64(i) * 8, &address, 8) { return nil }
        if i < arguments.count {
            while arguments.bytes[at] != 0 { at += 1 }
            at += 1
        }
    }
    return (argv, argv)
}
