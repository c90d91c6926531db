// The hart that this code runs on: its number, its interrupts, its slot in `cpus`.

/// The number of the hart, and it stays that only while interrupts are off.
func hart_id() -> Int { Int(r_tp()) }

func mycpu() -> UnsafeMutablePointer<cpu> { cpu_at(hart_id()) }

typealias Process = UnsafeMutablePointer<proc>

/// The process that this hart runs, if any.
func current_process() -> Process? {
    push_off()
    let p = mycpu().pointee.proc
    pop_off()
    return p
}

/// The calling process.
func myproc() -> Process {
    guard let p = current_process() else { panic("myproc: the scheduler is no process") }
    return p
}

enum Sstatus {
    static let sie: UInt64 = 1 << 1
    static let spie: UInt64 = 1 << 5
    static let spp: UInt64 = 1 << 8
}

func intr_on() { set_sstatus(Sstatus.sie) }
func intr_off() { clear_sstatus(Sstatus.sie) }
func intr_get() -> Bool { r_sstatus() & Sstatus.sie != 0 }
