// Address spaces: a user page table with a lock and a count, its pages, and its end.

typealias AddressSpace = UnsafeMutablePointer<mm>

/// Ordinary memory lies below WINDOW; regions that exec inherits lie between WINDOW and TOP.
let WINDOW = UInt64(WINDOW_PAGES) * PGSIZE
let TOP = UInt64(TOP_PAGES) * PGSIZE

func mminit() {
    initlock(mmtable_lock(), "mmtable")
    for i in 0..<Int(NMM) { initlock(mm_lock(mm_at(i)), "mm") }
}

/// An address space with nothing but the trampoline and the process's trap frame, counted once; or nil.
func mmalloc(for p: Process) -> AddressSpace? {
    guard let mm = mmalloc() else { return nil }
    guard let table = uvmcreate() else {
        mmput(mm)
        return nil
    }
    acquire(mm_lock(mm))
    mm.pointee.pagetable = table
    let trapframe = UInt64(UInt(bitPattern: p.pointee.trapframe))
    let entered =
        mappages(table, TRAMPOLINE, trampoline_address(), PTE.R | PTE.X)
        && mappages(table, TRAPFRAME, trapframe, PTE.R | PTE.W)
    release(mm_lock(mm))
    if !entered {
        mmput(mm)
        return nil
    }
    return mm
}

private func mmalloc() -> AddressSpace? {
    acquire(mmtable_lock())
    defer { release(mmtable_lock()) }
    for i in 0..<Int(NMM) where mm_at(i).pointee.ref == 0 {
        mm_at(i).pointee.ref = 1
        mm_at(i).pointee.sz = 0
        mm_at(i).pointee.window = WINDOW
        return mm_at(i)
    }
    return nil
}

func mmdup(_ mm: AddressSpace) {
    acquire(mmtable_lock())
    if mm.pointee.ref < 1 { panic("mmdup: this address space was freed") }
    mm.pointee.ref += 1
    release(mmtable_lock())
}

/// Gives a reference back. The last one frees the pages, then the table.
func mmput(_ mm: AddressSpace) {
    acquire(mmtable_lock())
    if mm.pointee.ref < 1 { panic("mmput: this address space was freed") }
    if mm.pointee.ref > 1 {
        mm.pointee.ref -= 1
        release(mmtable_lock())
        return
    }
    release(mmtable_lock())  // the last reference is ours: nobody can take another
    if let table = mm.pointee.pagetable {
        acquire(mm_lock(mm))
        if leaf(table, TRAMPOLINE) != nil { _ = clear_leaf(table, TRAMPOLINE) }
        if leaf(table, TRAPFRAME) != nil { _ = clear_leaf(table, TRAPFRAME) }
        remove(mm, 0, pgroundup(mm.pointee.sz))
        remove(mm, WINDOW, mm.pointee.window)
        mm.pointee.pagetable = nil
        freewalk(table)
        release(mm_lock(mm))
    }
    acquire(mmtable_lock())
    mm.pointee.ref = 0
    release(mmtable_lock())
}

// Callers of the next two hold the lock of the address space.

/// Clears the entry of one page, which must be there, and gives its frame back.
@c @inline(never) func uvmunmap(_ mm: AddressSpace, _ va: UInt64) {
    put_back(clear_leaf(mm.pointee.pagetable, va))
}

/// Clears the entries of [from, to) and gives their frames back.
func remove(_ mm: AddressSpace, _ from: UInt64, _ to: UInt64) {
    var va = from
    while va < to {
        uvmunmap(mm, va)
        va += PGSIZE
    }
}

/// What a cleared entry held loses one user, whoever it belongs to.
func put_back(_ entry: UInt64) { drop(PTE.frame(entry)) }

/// New memory, filled with zeros, for [oldsz, newsz), both rounded up to pages. False, and nothing is done, when there
/// is not enough.
func uvmalloc(_ mm: AddressSpace, _ oldsz: UInt64, _ newsz: UInt64, _ flags: UInt64, owner: Int32) -> Bool {
    acquire(mm_lock(mm))
    defer { release(mm_lock(mm)) }
    var va = pgroundup(oldsz)
    while va < newsz {
        if !new_page(mm, va, flags, owner) {
            remove(mm, pgroundup(oldsz), va)
            return false
        }
        va += PGSIZE
    }
    return true
}

private func new_page(_ mm: AddressSpace, _ va: UInt64, _ flags: UInt64, _ owner: Int32) -> Bool {
    guard let f = kalloc(owner: owner) else { return false }
    memset(pointer(f), 0, Int(PGSIZE))
    if mappages(mm.pointee.pagetable, va, f, flags) { return true }
    drop(f)
    return false
}

/// Gives the pages of [newsz, oldsz) back.
func uvmdealloc(_ mm: AddressSpace, _ oldsz: UInt64, _ newsz: UInt64) {
    acquire(mm_lock(mm))
    remove(mm, pgroundup(newsz), pgroundup(oldsz))
    release(mm_lock(mm))
}

/// For fork: the child has a private copy of ordinary memory; what lies in the window stays shared. The pages of
/// `new` that were entered are counted in its `sz` and `window`, so that mmput can free it at any point.
func uvmcopy(_ old: AddressSpace, _ new: AddressSpace, _ sz: UInt64, owner: Int32) -> Bool {
    acquire(mm_lock(new))  // nobody else knows this one: two of these locks cannot deadlock
    acquire(mm_lock(old))
    defer {
        release(mm_lock(old))
        release(mm_lock(new))
    }
    while new.pointee.sz < pgroundup(sz) {
        if !copy_page(old, new, new.pointee.sz, owner) { return false }
        new.pointee.sz += PGSIZE
    }
    while new.pointee.window < old.pointee.window {
        if !share_page(old, new.pointee.window, new, new.pointee.window) { return false }
        new.pointee.window += PGSIZE
    }
    return true
}

private func copy_page(_ old: AddressSpace, _ new: AddressSpace, _ va: UInt64, _ owner: Int32) -> Bool {
    guard let entry = leaf(old.pointee.pagetable, va) else { panic("uvmcopy: page not present") }
    guard let f = kalloc(owner: owner) else { return false }
    memmove(pointer(f), pointer(PTE.frame(entry)), Int(PGSIZE))
    if mappages(new.pointee.pagetable, va, f, inherited_flags(entry)) { return true }
    drop(f)
    return false
}

/// The copy is the child's own: nobody has lent it.
func inherited_flags(_ entry: UInt64) -> UInt64 { entry & PTE.permissions }

/// Enters into `new`, at `to`, the frame that `from` has at `va`. Counted first, so that at no moment there are more
/// entries than the count says.
func share_page(_ from: AddressSpace, _ va: UInt64, _ new: AddressSpace, _ to: UInt64) -> Bool {
    guard let entry = leaf(from.pointee.pagetable, va) else { panic("exec: shared page not present") }
    let f = PTE.frame(entry)
    share(f)
    if mappages(new.pointee.pagetable, to, f, entry & PTE.permissions | PTE.S) { return true }
    drop(f)
    return false
}
