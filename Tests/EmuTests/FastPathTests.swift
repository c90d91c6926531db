// The fast executor's short cuts: both executors must come to one state, and QEMU to the same verdict.
import Emu
import Testing

@Suite struct FastPathTests {
    @Test func misalignedInsideAPage() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                li s1, 0x8091a2b3c4d5e6f7
                sd s1, 0(s0)
                sd s1, 8(s0)
                li s2, 50               # often enough to be granted and decoded
            1:  lh t0, 1(s0)
                li t1, 0xffffffffffffd5e6
                equal t0, t1, 1
                lhu t0, 1(s0)
                li t1, 0xd5e6
                equal t0, t1, 2
                lw t0, 3(s0)
                li t1, 0xffffffff91a2b3c4
                equal t0, t1, 3
                lwu t0, 5(s0)
                li t1, 0xf78091a2
                equal t0, t1, 4
                ld t0, 1(s0)
                li t1, 0xf78091a2b3c4d5e6
                equal t0, t1, 5
                sh t0, 65(s0)
                sw t0, 69(s0)
                sd t0, 81(s0)
                ld t0, 64(s0)
                li t1, 0xc4d5e60000d5e600
                equal t0, t1, 6
                ld t0, 72(s0)
                li t1, 0xb3
                equal t0, t1, 7
                ld t0, 81(s0)
                li t1, 0xf78091a2b3c4d5e6
                equal t0, t1, 8
                addi t2, s0, 2047       # the page's last bytes, and across its end
                addi t2, t2, 2042
                sd s1, 0(t2)
                ld t0, 0(t2)
                equal t0, s1, 9
                sd s1, 2(t2)
                ld t0, 2(t2)
                equal t0, s1, 10
                addi s2, s2, -1
                bnez s2, 1b
                j pass
            """, agreesWithQEMU: true)
    }

    /// Patterns of all kinds through the operations on singles and doubles, with inexact set, in each rounding mode.
    @Test func floatsByTheHost() throws {
        try BareMetal.check(
            """
            main:
                li t0, 0x6000
                csrs mstatus, t0
                li s0, 0x9e3779b97f4a7c15
                li s3, 0
            modes:
                slli t0, s3, 5
                ori t0, t0, 1
                csrw fcsr, t0
                li s1, 3000
            1:  li t1, 0xd1342543de82ef95
                mul s0, s0, t1
                addi s0, s0, 1
                srli t0, s0, 17
                fmv.w.x fa0, t0
                xor t0, t0, s0
                fmv.w.x fa1, t0
                srli t0, s0, 32
                fmv.w.x fa2, t0
                fadd.s fa3, fa0, fa1
                fsub.s fa4, fa3, fa2
                fmul.s fa5, fa4, fa1
                fdiv.s fa6, fa5, fa2
                fmadd.s fa7, fa6, fa0, fa3
                fmv.d.x ft0, s0
                fadd.s ft1, ft0, fa0    # an operand without its box
                fmv.d.x ft2, t0
                fmul.d ft3, ft0, ft2
                fdiv.d ft4, ft3, ft0
                fmadd.d ft5, ft0, ft4, ft3
                fmv.x.d t1, fa7
                xor s4, s4, t1
                fmv.x.d t1, fa6
                add s4, s4, t1
                fmv.x.d t1, ft1
                xor s4, s4, t1
                fmv.x.d t1, ft5
                add s4, s4, t1
                csrr t1, fcsr
                add s4, s4, t1
                andi t1, s1, 31
                bnez t1, 2f
                slli t0, s3, 5          # other flags can be seen again
                ori t0, t0, 1
                csrw fcsr, t0
            2:  addi s1, s1, -1
                bnez s1, 1b
                addi s3, s3, 1
                li t0, 5
                blt s3, t0, modes
                j pass
            """)
    }

    /// The product is tiny, rounds up to the smallest normal number, and must raise underflow: 2^-1075 (2^53 - 1).
    @Test func anUnderflowThatRoundsToANormalNumber() throws {
        try BareMetal.check(
            """
            main:
                li t0, 0x6000
                csrs mstatus, t0
                li t0, 1
                csrw fcsr, t0           # inexact already, so that the host's arithmetic is used
                li t0, 69431
                li t1, 20394401
                mul t0, t0, t1
                fcvt.d.l fa0, t0
                li t1, 6361
                fcvt.d.l fa1, t1
                fmv.x.d t0, fa0
                li t1, 500
                slli t1, t1, 52
                sub t0, t0, t1
                fmv.d.x fa0, t0
                fmv.x.d t0, fa1
                li t1, 575
                slli t1, t1, 52
                sub t0, t0, t1
                fmv.d.x fa1, t0
                fmul.d fa2, fa0, fa1
                fmv.x.d t0, fa2
                li t1, 1
                slli t1, t1, 52
                equal t0, t1, 1
                csrr t0, fcsr
                li t1, 3
                equal t0, t1, 2
                j pass
            """, agreesWithQEMU: true)
    }
}
