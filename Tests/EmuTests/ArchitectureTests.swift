// The privileged architecture by own programs: traps, delegation, interrupts, counters, LR/SC, code changes.
import Emu
import Testing

@Suite struct ArchitectureTests {
    @Test func misalignedAtomicsTrapAndOthersWork() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                addi s1, s0, 1
                must_trap 4, lr.d a1, (s1)
                equal t5, s1, 1
                must_trap 6, sc.d a1, a2, (s1)
                must_trap 6, amoadd.w a1, a2, (s1)
                equal t5, s1, 2
                li a1, 0x1122334455667788
                la s2, page1-3
                sd a1, 0(s2)
                ld a2, 0(s2)
                equal a1, a2, 3
                lhu a2, 2(s2)
                li t0, 0x5566
                equal a2, t0, 4
                j pass
            """)
    }

    @Test func illegalInstructionsReportTheirBits() throws {
        try BareMetal.check(
            """
            main:
                must_trap 2, .word 0xffffffff
                li t0, 0xffffffff
                equal t5, t0, 1
                must_trap 2, .half 0
                equal t5, x0, 2
                must_trap 2, csrw mhartid, x0
                must_trap 2, csrr t0, 0x8ff
                must_run csrr t0, cycle
                must_trap 2, fadd.d fa0, fa0, fa0
                li t0, 0x2000
                csrs mstatus, t0
                must_run fadd.d fa0, fa0, fa0
                csrr t0, mstatus
                bltz t0, 1f
                li a0, 3
                j fail
            1:  li t0, 5
                csrw frm, t0
                must_trap 2, fadd.d fa0, fa0, fa0
                must_run fadd.d fa0, fa0, fa0, rtz
                must_trap 3, ebreak
                equal t5, t3, 4
                must_trap 11, ecall
                j pass
            """)
    }

    @Test func delegationAndReturn() throws {
        try BareMetal.check(
            """
            main:
                li t0, 1<<8
                csrw medeleg, t0
                la t0, supervisor
                csrw stvec, t0
                li a1, 0
                call enter
                li a2, 55
                ecall                   # from U, delegated
                li t0, 7
                bne a2, t0, bad
                must_trap 2, mret
                must_trap 2, sret
                must_trap 2, wfi
                must_trap 2, csrr t0, sstatus
                must_trap 2, sfence.vma
                j pass
            bad: li a0, 9
                j fail
            .balign 4
            supervisor:
                li t0, 99
                bne a7, t0, 1f
                ecall
            1:  csrr t0, scause
                li t1, 8
                li a0, 1
                bne t0, t1, fail
                csrr t0, sstatus
                andi t0, t0, 0x100
                li a0, 2
                bnez t0, fail
                csrr t0, sepc
                addi t0, t0, 4
                csrw sepc, t0
                li a2, 7
                sret
            """)
    }

    @Test func timerWakesWaiting() throws {
        try BareMetal.check(
            """
            main:
                li s0, 0x200bff8
                ld t0, 0(s0)
                li t1, 1000
                add t0, t0, t1
                li s1, 0x2004000
                sd t0, 0(s1)
                li t1, 0x80
                csrw mie, t1
                wfi                     # comes back without an enabled interrupt
                ld t1, 0(s0)
                li a0, 1
                bltu t1, t0, fail
                csrr t1, mip
                andi t1, t1, 0x80
                li a0, 2
                beqz t1, fail
                la t6, 1f
                csrsi mstatus, 8
            2:  j 2b
            1:  li t0, -1
                slli t0, t0, 63
                addi t0, t0, 7
                equal t4, t0, 3
                li t0, -1
                sd t0, 0(s1)
                li t0, -1               # Sstc
                csrw menvcfg, t0
                csrr t0, time
                addi t0, t0, 100
                csrw stimecmp, t0
                li t1, 0x20
                csrci mstatus, 8
                csrw mie, t1
                wfi
                csrr t1, mip
                andi t1, t1, 0x20
                li a0, 4
                beqz t1, fail
                li t1, -1
                csrw stimecmp, t1
                csrr t1, mip
                andi t1, t1, 0x20
                equal t1, x0, 5
                j pass
            """)
    }

    @Test func reservationsBreakAcrossHarts() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                bnez s11, other
                lr.d a1, (s0)
                li t0, 1
                fence
                sd t0, 64(s0)           # tell the other
            1:  ld t0, 72(s0)
                beqz t0, 1b
                sc.d a2, a1, (s0)       # the other stored the same value
                li t0, 1
                equal a2, t0, 1
                lr.d a1, (s0)
                sd x0, 8(s0)            # our own store elsewhere does not break it
                sc.d a2, a1, (s0)
                equal a2, x0, 2
                j pass
            other:
                ld t0, 64(s0)
                beqz t0, other
                sd x0, 0(s0)
                li t0, 1
                sd t0, 72(s0)
            2:  wfi
                j 2b
            """, harts: 2)
    }

    @Test func countsUnderALockHoldForAllHarts() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                li s1, 500
            1:  lr.w.aq t0, (s0)
                bnez t0, 1b
                li t0, 1
                sc.w t1, t0, (s0)
                bnez t1, 1b
                ld t0, 8(s0)
                addi t0, t0, 1
                sd t0, 8(s0)
                amoswap.w.rl x0, x0, (s0)
                addi s1, s1, -1
                bnez s1, 1b
                li t0, 1
                addi t1, s0, 16
                amoadd.d x0, t0, (t1)
                bnez s11, park
            2:  ld t0, 16(s0)
                li t1, 3
                bne t0, t1, 2b
                ld t0, 8(s0)
                li t1, 1500
                equal t0, t1, 1
                j pass
            park: wfi
                j park
            """, harts: 3)
    }

    @Test func codeThatChangesItself() throws {
        try BareMetal.check(
            """
            main:
                li s1, 3
                li s2, 0
            again:
                la t0, target
                lw t1, 0(t0)
            target:
                addi s2, s2, 1
                .balign 4
            .option norvc
                la t0, patched
                li t1, 0x00590913       # addi s2, s2, 5
                sw t1, 0(t0)
                fence.i
            patched:
                addi s2, s2, 100
            .option rvc
                addi s1, s1, -1
                bnez s1, again
                li t0, 18
                equal s2, t0, 1
                j pass
            """)
    }

    @Test func warlFields() throws {
        try BareMetal.check(
            """
            main:
                li t0, -1
                csrw mtvec, t0
                csrr t1, mtvec
                li t2, -3
                equal t1, t2, 1
                la t1, handler
                csrw mtvec, t1
                csrw mepc, t0
                csrr t1, mepc
                li t2, -2
                equal t1, t2, 2
                csrw mideleg, t0
                csrr t1, mideleg
                li t2, 0x222
                equal t1, t2, 3
                csrw mie, t0
                csrr t1, mie
                li t2, 0xaaa
                equal t1, t2, 4
                li t2, 0x800
                csrw mstatus, t2
                li t2, 0x1000
                csrw mstatus, t2        # MPP = 2 is no mode
                csrr t1, mstatus
                srli t1, t1, 11
                andi t1, t1, 3
                li t2, 1
                equal t1, t2, 5
                li t2, 0xa
                slli t2, t2, 60
                csrw satp, t2           # Sv57 is not there
                csrr t1, satp
                equal t1, x0, 6
                csrr t1, misa
                bgez t1, bad
                j pass
            bad: li a0, 7
                j fail
            """)
    }

    @Test func countersCount() throws {
        try BareMetal.check(
            """
            main:
                csrw minstret, x0
                csrr t0, minstret
                equal t0, x0, 1
                csrr t0, minstret
                li t1, 3
                equal t0, t1, 2
                csrwi mcountinhibit, 4
                csrr t0, minstret
                nop
                csrr t1, minstret
                equal t0, t1, 3
                li t0, 0
                csrw mcounteren, t0
                li a1, 1
                call enter
                must_trap 2, csrr t0, cycle
                must_trap 2, csrr t0, time
                j pass
            """)
    }
}
