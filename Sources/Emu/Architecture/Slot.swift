// All state of a hart as one array of 64-bit words: registers first, then one word for each slot.

/// Where a hart keeps a word of its state; a snapshot copies the array, a hash reads it.
///
/// Words 0–31 are x0–x31, word 32 swallows writes to x0, words 33–64 are f0–f31.
package enum Slot: Int, Sendable, CaseIterable {
    // Not visible as CSRs.
    case pc = 65
    case privilege
    /// Instructions retired since reset.
    case retired
    /// What to add to `retired` to have the machine's clock, while this hart runs.
    case clockOffset
    /// Interrupt lines that devices and timers hold up, as bits of `mip`.
    case lines
    /// TLB entries of older generations are gone.
    case tlbGeneration
    /// 1 while the hart waits in `wfi`.
    case waiting
    /// Set by an instruction after which the fast executor must look at interrupts and mappings again.
    case attention
    // Machine level.
    case mstatus, medeleg, mideleg, mie, mip, mtvec, mcounteren, mcountinhibit, menvcfg
    case mscratch, mepc, mcause, mtval
    // Supervisor level.
    case stvec, scounteren, senvcfg, sscratch, sepc, scause, stval, satp, stimecmp
    // Floating point: flags in bits 4:0, rounding mode in bits 7:5.
    case fcsr
    // Counters: offset to `retired` while counting, the value itself while inhibited.
    case cycleBase, instretBase
    // PMP: two configuration words, sixteen addresses.
    case pmpcfg0, pmpcfg2
    case pmpaddr0, pmpaddr1, pmpaddr2, pmpaddr3, pmpaddr4, pmpaddr5, pmpaddr6, pmpaddr7
    case pmpaddr8, pmpaddr9, pmpaddr10, pmpaddr11, pmpaddr12, pmpaddr13, pmpaddr14, pmpaddr15

    /// The word that swallows writes to x0.
    package static let sink = 32
    /// The word of f0.
    package static let float = 33
    /// How many words a hart has.
    package static let wordCount = Slot.pmpaddr15.rawValue + 1
}

/// Bits of `mstatus` ("Machine Status (mstatus and mstatush) Registers").
package enum Status {
    /// Supervisor interrupt enable.
    package static let sie: UInt64 = 1 << 1
    /// Machine interrupt enable.
    package static let mie: UInt64 = 1 << 3
    /// Supervisor previous interrupt enable.
    package static let spie: UInt64 = 1 << 5
    /// Machine previous interrupt enable.
    package static let mpie: UInt64 = 1 << 7
    /// Supervisor previous privilege.
    package static let spp: UInt64 = 1 << 8
    /// Machine previous privilege, two bits.
    package static let mpp: UInt64 = 3 << 11
    /// State of the floating-point unit, two bits.
    package static let fs: UInt64 = 3 << 13
    /// Loads and stores use the privilege in MPP.
    package static let mprv: UInt64 = 1 << 17
    /// Supervisor may access user pages.
    package static let sum: UInt64 = 1 << 18
    /// Loads may read executable pages.
    package static let mxr: UInt64 = 1 << 19
    /// Trap virtual memory.
    package static let tvm: UInt64 = 1 << 20
    /// Trap `wfi`.
    package static let tw: UInt64 = 1 << 21
    /// Trap `sret`.
    package static let tsr: UInt64 = 1 << 22
    /// UXL and SXL, both hardwired to 64 bits.
    package static let lengths: UInt64 = 2 << 32 | 2 << 34
    /// Some extension state is dirty; computed from FS.
    package static let sd: UInt64 = 1 << 63

    /// Bits that software can change.
    package static let writable: UInt64 =
        sie | mie | spie | mpie | spp | mpp | fs | mprv | sum | mxr | tvm | tw | tsr
    /// What `sstatus` shows of it.
    package static let supervisorView: UInt64 = sie | spie | spp | fs | sum | mxr | 3 << 32 | sd
}

/// Bits of `menvcfg` and `senvcfg` ("Machine Environment Configuration (menvcfg) Register").
package enum Environment {
    /// Fences order I/O as memory.
    package static let fiom: UInt64 = 1
    /// What `cbo.inval` does, two bits.
    package static let cbie: UInt64 = 3 << 4
    /// `cbo.clean` and `cbo.flush` are enabled.
    package static let cbcfe: UInt64 = 1 << 6
    /// `cbo.zero` is enabled.
    package static let cbze: UInt64 = 1 << 7
    /// Hardware updates A and D (Svadu); otherwise they fault (Svade).
    package static let adue: UInt64 = 1 << 61
    /// `stimecmp` works (Sstc).
    package static let stce: UInt64 = 1 << 63
}
