// Physical memory protection by own programs, against QEMU as well: four bytes, ranges, locks.
import Emu
import Testing

@Suite struct ProtectionTests {
    @Test func protectionOfFourBytesAndOfRanges() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                la s1, page1
                addi t0, s0, 8
                srli t0, t0, 2
                csrw pmpaddr0, t0       # NA4, nothing allowed
                srli t0, s1, 2
                csrw pmpaddr1, t0
                addi t0, s1, 16
                srli t0, t0, 2
                csrw pmpaddr2, t0       # TOR, loads allowed
                li t0, 0x090010
                csrw pmpcfg0, t0
                li a1, 1
                call enter
                must_run ld t0, 0(s0)
                must_trap 5, lw t0, 8(s0)
                addi t1, s0, 8
                equal t5, t1, 1
                must_run lw t0, 12(s0)
                must_trap 5, ld t0, 8(s0)
                must_trap 7, sw t0, 8(s0)
                equal t5, t1, 2
                must_run ld t0, 0(s1)
                must_run ld t0, 8(s1)
                must_trap 7, sd t0, 8(s1)
                must_trap 1, jr s1
                equal t5, s1, 3
                must_run sd t0, 16(s1)
                j pass
            """, agreesWithQEMU: true)
    }

    @Test func lockedProtectionHoldsForMachineMode() throws {
        try BareMetal.check(
            """
            main:
                la s1, page1
                addi t0, s1, 32
                srli s2, t0, 2
                csrw pmpaddr3, s2       # locked, NA4, loads
                addi t0, s1, 64
                srli s3, t0, 2
                csrw pmpaddr4, s3
                addi t0, s1, 72
                srli s4, t0, 2
                csrw pmpaddr5, s4       # locked, TOR, loads
                li s5, 0x890091000000
                csrw pmpcfg0, s5
                must_run lw t0, 32(s1)
                must_trap 7, sw t0, 32(s1)
                addi t1, s1, 32
                equal t5, t1, 1
                must_run sw t0, 36(s1)
                must_run ld t0, 64(s1)
                must_trap 7, sd t0, 64(s1)
                csrw pmpaddr3, x0
                csrr t0, pmpaddr3
                equal t0, s2, 2
                csrw pmpaddr4, x0       # the base of a locked range is locked too
                csrr t0, pmpaddr4
                equal t0, s3, 3
                csrw pmpaddr5, x0
                csrr t0, pmpaddr5
                equal t0, s4, 4
                csrw pmpcfg0, x0
                csrr t0, pmpcfg0
                equal t0, s5, 5
                j pass
            """, agreesWithQEMU: true)
    }
}
