// Bare-metal programs that check themselves: the harness around them, and running them on both executors.
import Emu
import Testing

enum BareMetal {
    /// Runs a program that ends in `pass`, or in `fail` with the number of the check that failed, on both executors.
    ///
    /// - Parameter agreesWithQEMU: QEMU must pass it too.
    static func check(
        _ body: String, harts: Int = 1, svade: Bool = false, agreesWithQEMU: Bool = false,
        _ location: SourceLocation = #_sourceLocation
    )
        throws
    {
        let elf = try Guest.assemble(Self.prologue + body + Self.data)
        var hashes: [UInt64] = []
        for executor in [Machine.Executor.fast, .reference] {
            let machine = try Guest.machine(elf, executor) {
                $0.hartCount = harts
                $0.trapsOnAccessedAndDirty = svade
                $0.schedule = .roundRobin(quantum: 37)
            }
            let reason = machine.run(limit: 3_000_000)
            #expect(reason == .ended(.pass), "\(executor): \(machine.crashReport())", sourceLocation: location)
            hashes.append(machine.stateHash())
        }
        #expect(hashes[0] == hashes[1], sourceLocation: location)
        guard agreesWithQEMU, let qemu = try Guest.qemu(elf, harts: harts) else { return }
        #expect(qemu.status == 0, "QEMU ends with \(qemu.status)", sourceLocation: location)
    }

    /// Macros for expected traps: the handler goes on at t6 and leaves cause and value in t4 and t5.
    static let prologue = """
        # Runs one instruction that must trap with a cause; t5 has mtval afterwards.
        .macro must_trap cause, code:vararg
            la t6, 77f
            li t4, -1
            \\code
        77: li a0, 100+\\cause
            li t6, \\cause
            bne t4, t6, fail
        .endm
        # Runs one instruction that must not trap.
        .macro must_run code:vararg
            la t6, 78f
            li t4, -1
            \\code
        78: li a0, 200
            li t6, -1
            bne t4, t6, fail
        .endm
        .macro equal a, b, number
            li a0, \\number
            bne \\a, \\b, fail
        .endm
        .globl _start
        _start:
            la sp, stack
            la t0, handler
            csrw mtvec, t0
            csrr s11, mhartid
            j main
        .balign 4
        handler:                        # t4 = cause, t5 = tval, t3 = mepc; on to t6 in the same mode as before
            csrr t4, mcause
            csrr t5, mtval
            csrr t3, mepc
            csrw mepc, t6
            bgez t4, 3f                 # an interrupt is taken once
            csrw mie, x0
        3:  li tp, 99                   # a call with a7 = 99 ends the program with the verdict in a0
            bne a7, tp, 1f
            bnez a0, 2f
            li t0, 0x100000
            li t1, 0x5555
            sw t1, 0(t0)
        2:  li t0, 0x100000
            li t1, 0x3333
            slli a0, a0, 16
            or t1, t1, a0
            sw t1, 0(t0)
        1:  mret
        pass:
            li a0, 0
        fail:
            li a7, 99
            ecall
        # Goes to the privilege in a1 (0 or 1) at the next instruction, all memory open by PMP.
        enter:
            li t0, -1
            csrw pmpaddr15, t0
            li t0, 0x1f
            slli t0, t0, 56
            csrs pmpcfg2, t0
            li t0, 0x1800
            csrc mstatus, t0
            slli t0, a1, 11
            csrs mstatus, t0
            csrw mepc, ra
            mret

        """

    static let data = """

        .data
        .balign 4096
        root: .zero 4096
        middle: .zero 4096
        leaf: .zero 4096
        page0: .zero 4096
        page1: .zero 4096
        .zero 4096
        stack: .zero 64
        """
}
