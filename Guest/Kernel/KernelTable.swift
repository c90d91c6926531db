// The kernel's own address space: memory and devices where they are, kernel stacks and trampoline at the top.

enum Device {
    static let clint: UInt64 = 0x200_0000
    static let plic: UInt64 = 0xc00_0000
    static let uart: UInt64 = 0x1000_0000
}

/// Where the kernel stack of a slot begins: with a page below it that is not mapped, so that running over its end is a
/// fault and no silent damage.
func kstack_address(_ slot: Int) -> UInt64 {
    TRAMPOLINE - UInt64(slot + 1) * (UInt64(KERNEL_STACK) + 1) * PGSIZE
}

func kvminit() {
    guard let table = uvmcreate() else { panic("kvminit: no memory") }
    kernel_pagetable = table
    let text = etext_address()
    kvmmap(Device.uart, Device.uart, PGSIZE, PTE.R | PTE.W)
    kvmmap(PowerOff.page, PowerOff.page, PGSIZE, PTE.R | PTE.W)
    kvmmap(Device.clint, Device.clint, PGSIZE, PTE.R | PTE.W)
    kvmmap(Device.plic, Device.plic, 0x3000, PTE.R | PTE.W)
    kvmmap(Device.plic + 0x20_0000, Device.plic + 0x20_0000, 0x1_0000, PTE.R | PTE.W)
    kvmmap(KERNBASE, KERNBASE, text - KERNBASE, PTE.R | PTE.X)
    kvmmap(text, text, PHYSTOP - text, PTE.R | PTE.W)
    kvmmap(TRAMPOLINE, trampoline_address(), PGSIZE, PTE.R | PTE.X)
    for slot in 0..<Int(NPROC) {
        for page in 0..<UInt64(KERNEL_STACK) {
            guard let f = kalloc() else { panic("kvminit: no memory for stacks") }
            kvmmap(kstack_address(slot) + page * PGSIZE, f, PGSIZE, PTE.R | PTE.W)
        }
    }
}

private func kvmmap(_ va: UInt64, _ pa: UInt64, _ size: UInt64, _ flags: UInt64) {
    var done: UInt64 = 0
    while done < size {
        if !mappages(kernel_pagetable, va + done, pa + done, flags) { panic("kvmmap: no memory") }
        done += PGSIZE
    }
}

/// Turns paging on for this hart.
func kvminithart() {
    guard let table = kernel_pagetable else { panic("kvminithart: no table") }
    sfence_vma()
    w_satp(satp(table))
    sfence_vma()
}
