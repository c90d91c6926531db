// The rarer corners of the privileged architecture by own programs, most of them against QEMU as well.
import Emu
import Testing

@Suite struct PrivilegeTests {
    /// PMP entry 15 opens all memory to S and U.
    static let openMemory = """
            li t0, -1
            csrw pmpaddr15, t0
            li t0, 0x1f
            slli t0, t0, 56
            csrs pmpcfg2, t0

        """

    @Test func fourLevelsOfTables() throws {
        try BareMetal.check(
            """
            main:
                la t0, top
                la t1, root
                srli t3, t1, 2
                ori t3, t3, 1
                sd t3, 0(t0)
                li t3, 0x200000cf       # VA 0x8000_0000, gigapage
                sd t3, 16(t1)
                li t2, 4088
                add t2, t0, t2
                li t3, 0xcf             # the highest 512 GiB of VA are PA 0 and up
                sd t3, 0(t2)
                li t3, 0x4cf            # a leaf of level 3 that is not aligned
                sd t3, 8(t0)
                srli t0, t0, 12
                li t1, 9
                slli t1, t1, 60
                or t0, t0, t1
                csrw satp, t0
                csrr t1, satp
                equal t1, t0, 1
                sfence.vma
                li a1, 1
                call enter
                li s0, -1
                slli s0, s0, 39
                la s1, page0
                add s2, s0, s1
                li t0, 0x1234567
                sd t0, 0(s2)
                ld t1, 0(s1)
                equal t0, t1, 2
                li s3, 1
                slli s3, s3, 47         # not canonical
                must_trap 13, ld t1, 0(s3)
                equal t5, s3, 3
                must_trap 15, sd t1, 0(s3)
                equal t5, s3, 4
                must_trap 12, jr s3
                equal t5, s3, 5
                li s3, 1
                slli s3, s3, 39
                must_trap 13, ld t1, 0(s3)
                equal t5, s3, 6
                j pass
            .data
            .balign 4096
            top: .zero 4096
            .text
            """, agreesWithQEMU: true)
    }

    @Test func contiguousPagesByOneEntry() throws {
        try BareMetal.check(
            """
            main:
                li a3, 0xc7
            \(TranslationTests.paging)
                la s1, big
                srli t3, s1, 2
                li t1, 0x20c7           # PPN 3:0 = 8: 64 KiB
                or t3, t3, t1
                li t1, 1
                slli t1, t1, 63
                or t3, t3, t1
                la t2, leaf
                addi t2, t2, 16*8
                li t4, 16
            1:  sd t3, 0(t2)
                addi t2, t2, 8
                addi t4, t4, -1
                bnez t4, 1b
                la t2, leaf
                li t1, 0x1000           # and one with PPN 3:0 = 4, which is reserved
                sub t1, t3, t1
                sd t1, 256(t2)
                li a1, 1
                call enter
                li s0, 0x40010000
                li t1, 0x5128
                add t0, s1, t1
                sd t0, 0(t0)
                add t2, s0, t1
                ld t3, 0(t2)
                equal t3, t0, 1
                li t1, 0xfff8
                add t0, s1, t1
                sd t1, 0(t0)
                add t2, s0, t1
                ld t3, 0(t2)
                equal t3, t1, 2
                li s0, 0x40020000
                must_trap 13, ld t3, 0(s0)
                equal t5, s0, 3
                j pass
            .data
            .balign 65536
            big: .zero 65536
            .text
            """, agreesWithQEMU: true)
    }

    /// A table of handlers: exceptions, and software interrupts of S-mode and M-mode; the other entries fail.
    static let vectors = """
            .balign 256
            .option push
            .option norvc
            vectors:
                j exception
                j software1
                j wrong
                j software3
                j wrong
                j wrong
            .option pop
            exception:
                csrr s2, mcause
                li t0, 6
                bne a2, t0, 1f
                la t0, handler          # the rest as usual
                csrw mtvec, t0
            1:  csrr t0, mepc
                addi t0, t0, 4
                csrw mepc, t0
                mret
            software1:
                csrr t0, scause
                slli t0, t0, 1
                li t1, 2
                bne t0, t1, wrong
                li s4, 1
                csrci sip, 2
                sret
            software3:
                sw x0, 0(s0)
                csrr t0, mcause
                slli t0, t0, 1
                li t1, 6
                bne t0, t1, wrong
                li s3, 1
                mret
            wrong:
                la t0, handler
                csrw mtvec, t0
                li a0, 50
                j fail

        """

    @Test func interruptsGoThroughVectors() throws {
        try BareMetal.check(
            """
            main:
                la t0, vectors
                ori t0, t0, 1
                csrw mtvec, t0
                li s0, 0x2000000
                li t0, 8
                csrw mie, t0
                li t0, 1
                sw t0, 0(s0)
                csrsi mstatus, 8
            1:  beqz s3, 1b
                li a2, 5
                ecall                   # exceptions go to the base
                li t0, 11
                equal s2, t0, 1
                li t0, 2
                csrw mideleg, t0
                la t0, vectors
                ori t0, t0, 1
                csrw stvec, t0
                csrsi mip, 2
                li a1, 1
                call enter
                csrsi sie, 2
                csrsi sstatus, 2
            1:  beqz s4, 1b
                la t0, handler
                li a2, 6
                ecall
                j pass
            \(Self.vectors)
            """, agreesWithQEMU: true)
    }

    @Test func memoryPrivilegeIsThatOfThePreviousMode() throws {
        try BareMetal.check(
            """
            main:
                li a3, 0xc7
            \(TranslationTests.paging)
            \(Self.openMemory)
                la s1, page0
                li s0, 0x40001000
                li s2, 0x1800
                li s3, 0x800
                li s4, 0x20000
                csrc mstatus, s2
                csrs mstatus, s3        # MPP = S
                csrs mstatus, s4        # MPRV
                li t0, 77
                sd t0, 0(s0)
                csrc mstatus, s4
                ld t1, 0(s1)
                equal t1, t0, 1
                must_trap 5, ld t1, 0(x0)
                csrc mstatus, s2        # MPP = U, and the page is not U's
                csrs mstatus, s4
                must_trap 13, ld t1, 0(s0)
                csrc mstatus, s4
                equal t5, s0, 2
                csrs mstatus, s3        # mret to S clears MPRV
                csrs mstatus, s4
                la t0, 1f
                csrw mepc, t0
                mret
            1:  must_trap 2, csrr t0, mstatus
                la t6, 2f
                li a7, 98
                ecall
            2:  j pass
            """, agreesWithQEMU: true)
    }

    @Test func machineModeTrapsWhatSupervisorsDo() throws {
        try BareMetal.check(
            """
            main:
                li t0, 0x700000         # TVM, TW, TSR
                csrs mstatus, t0
                li a1, 1
                call enter
                must_trap 2, csrr t0, satp
                li t0, 0x180022f3
                equal t5, t0, 1
                must_trap 2, csrw satp, x0
                must_trap 2, sfence.vma
                li t0, 0x12000073
                equal t5, t0, 2
                must_trap 2, sret
                li t0, 0x10200073
                equal t5, t0, 3
                must_trap 2, wfi
                li t0, 0x10500073
                equal t5, t0, 4
                must_run csrr t0, sstatus
                j pass
            """, agreesWithQEMU: true)
    }

    @Test func everyCauseReportsItsValue() throws {
        try BareMetal.check(
            """
            main:
                li s0, 0x1234
                must_trap 1, jr s0
                equal t5, s0, 1
                li s0, 0x10
                must_trap 5, ld t0, 0(s0)
                equal t5, s0, 2
                must_trap 7, sd t0, 0(s0)
                equal t5, s0, 3
                must_trap 11, ecall
                equal t5, x0, 4
                li a3, 0xc7
            \(TranslationTests.paging)
                li a1, 1
                call enter
                must_trap 9, ecall
                equal t5, x0, 5
                li s0, 0x40002000
                must_trap 12, jr s0
                equal t5, s0, 6
                must_trap 13, lw t0, 4(s0)
                addi t1, s0, 4
                equal t5, t1, 7
                must_trap 15, sb t0, 7(s0)
                addi t1, s0, 7
                equal t5, t1, 8
                addi s1, s0, -4         # crosses into the page that is not there
                must_trap 13, ld t0, 0(s1)
                equal t5, s0, 9
                must_trap 15, sd t0, 0(s1)
                equal t5, s0, 10
                must_trap 15, amoadd.d t0, t0, (s0)
                equal t5, s0, 11
                must_trap 15, sc.d t0, t0, (s0)
                equal t5, s0, 12
                must_trap 13, lr.d t0, (s0)
                equal t5, s0, 13
                j pass
            """, agreesWithQEMU: false)
    }

    @Test func harvestOfAnotherHartsCode() throws {
        try BareMetal.check(
            """
            main:
                la s0, flags
                bnez s11, writer
            1:  call target
                li t0, 1
                bne a2, t0, bad
                sd t0, 0(s0)            # the old code ran
            2:  ld t0, 8(s0)
                beqz t0, 2b
                fence.i
                call target
                li t0, 2
                bne a2, t0, bad
                j pass
            bad: li a0, 1
                j fail
            writer:
                ld t0, 0(s0)
                beqz t0, writer
                la t1, target
                li t0, 0x00200613       # li a2, 2
                sw t0, 0(t1)
                fence
                li t0, 1
                sd t0, 8(s0)
            3:  wfi
                j 3b
            .balign 4
            .option push
            .option norvc
            target: li a2, 1
                ret
            .option pop
            .data
            .balign 8
            flags: .dword 0, 0
            .text
            """, harts: 2, agreesWithQEMU: true)
    }
}
