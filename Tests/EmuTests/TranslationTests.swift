// Sv39, A and D bits, PMP and cache blocks by own programs.
import Emu
import Testing

@Suite struct TranslationTests {
    /// One 4 KiB page at VA 0x4000_1000 for page0, code identity-mapped by a gigapage.
    static let paging = """
            la t0, root
            la t1, middle
            la t2, leaf
            li t3, 0x200000cf           # VA 0x8000_0000, gigapage, RWX AD
            sd t3, 16(t0)
            srli t3, t1, 2
            ori t3, t3, 1
            sd t3, 8(t0)
            srli t3, t2, 2
            ori t3, t3, 1
            sd t3, 0(t1)
            la t3, page0
            srli t3, t3, 2
            or t3, t3, a3               # flags
            sd t3, 8(t2)
            li t3, 0x20000cf
            srli t0, t0, 12
            li t1, 8
            slli t1, t1, 60
            or t0, t0, t1
            csrw satp, t0
            sfence.vma

        """

    @Test func staleTranslationsStayUntilTheFence() throws {
        try BareMetal.check(
            """
            main:
                li a3, 0xc7
            \(Self.paging)
                la s2, page0
                la s3, page1
                li a1, 1
                call enter
                li s0, 0x40001000
                li t0, 11
                sd t0, 0(s2)
                li t0, 22
                sd t0, 0(s3)
                ld a2, 0(s0)
                li t0, 11
                equal a2, t0, 1
                la t2, leaf             # the page table now says page1
                srli t3, s3, 2
                ori t3, t3, 0xc7
                sd t3, 8(t2)
                ld a2, 0(s0)
                li t0, 11
                equal a2, t0, 2         # the TLB still says page0
                sfence.vma s0, x0
                ld a2, 0(s0)
                li t0, 22
                equal a2, t0, 3
                sd x0, 8(t2)            # unmapped, but the load TLB holds it
                ld a2, 0(s0)
                li t0, 22
                equal a2, t0, 4
                must_trap 15, sd a2, 0(s0)
                equal t5, s0, 5
                sfence.vma
                must_trap 13, ld a2, 0(s0)
                must_trap 12, jalr s0
                j pass
            """)
    }

    @Test func accessedAndDirtyAreSetByHardware() throws {
        try BareMetal.check(
            """
            main:
                li a3, 0x07
            \(Self.paging)
                li a1, 1
                call enter
                li s0, 0x40001000
                la t2, leaf
                ld a2, 0(s0)
                ld a3, 8(t2)
                andi a3, a3, 0xc0
                li t0, 0x40
                equal a3, t0, 1
                sd a2, 0(s0)
                ld a3, 8(t2)
                andi a3, a3, 0xc0
                li t0, 0xc0
                equal a3, t0, 2
                j pass
            """)
    }

    @Test func svadeFaultsInstead() throws {
        try BareMetal.check(
            """
            main:
                li a3, 0x07
            \(Self.paging)
                li a1, 1
                call enter
                li s0, 0x40001000
                must_trap 13, ld a2, 0(s0)
                must_trap 15, sd a2, 0(s0)
                la t2, leaf
                ld a3, 8(t2)
                andi a3, a3, 0xc0
                equal a3, x0, 1
                ori a3, a3, 0
                ld a3, 8(t2)
                ori a3, a3, 0x40
                sd a3, 8(t2)
                must_run ld a2, 0(s0)
                must_trap 15, sd a2, 0(s0)
                j pass
            """, svade: true)
    }

    @Test func supervisorNeedsSUMForUserPages() throws {
        try BareMetal.check(
            """
            main:
                li a3, 0xdf
            \(Self.paging)
                li a1, 1
                call enter
                li s0, 0x40001000
                must_trap 13, ld a2, 0(s0)
                li t0, 1<<18
                csrs sstatus, t0
                must_run ld a2, 0(s0)
                must_trap 12, jalr s0
                csrc sstatus, t0
                must_trap 13, ld a2, 0(s0)
                li s0, 0x4000000000     # not canonical
                must_trap 13, ld a2, 0(s0)
                j pass
            """)
    }

    @Test func protectionRegions() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                srli t0, s0, 2
                ori t0, t0, 0x1ff       # NAPOT 4 KiB
                csrw pmpaddr0, t0
                li t0, 0x19             # NAPOT, read only
                csrw pmpcfg0, t0
                must_run sd x0, 0(s0)
                li a1, 1
                call enter
                must_run ld a2, 0(s0)
                must_trap 7, sd a2, 0(s0)
                equal t5, s0, 1
                la s1, page1
                must_run sd a2, 0(s1)
                must_trap 7, sd a2, -4(s1)
                must_trap 1, jalr s0
                j pass
            """)
    }

    @Test func lockedRegionsBindMachineMode() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                srli t0, s0, 2
                csrw pmpaddr0, t0
                addi t0, t0, 2
                csrw pmpaddr1, t0
                li t0, 0x8900           # entry 1: TOR, locked, read only
                csrw pmpcfg0, t0
                must_trap 7, sd x0, 0(s0)
                must_run ld a2, 0(s0)
                must_run sd x0, 8(s0)
                csrw pmpaddr0, x0       # locked by the TOR above it
                csrr t0, pmpaddr0
                srli t1, s0, 2
                equal t0, t1, 1
                csrw pmpcfg0, x0
                csrr t0, pmpcfg0
                li t1, 0x8900
                equal t0, t1, 2
                j pass
            """)
    }

    @Test func cacheBlocks() throws {
        try BareMetal.check(
            """
            main:
                la s0, page0
                li t0, -1
                sd t0, 0(s0)
                sd t0, 56(s0)
                sd t0, 64(s0)
                addi s1, s0, 13
                cbo.zero (s1)
                ld t1, 0(s0)
                equal t1, x0, 1
                ld t1, 56(s0)
                equal t1, x0, 2
                ld t1, 64(s0)
                equal t1, t0, 3
                cbo.flush (s1)
                li s1, 0x40000000
                must_trap 7, cbo.zero (s1)
                equal t5, s1, 4
                li a1, 1
                call enter
                must_trap 2, cbo.zero (s0)
                must_trap 2, cbo.clean (s0)
                must_trap 2, cbo.inval (s0)
                j pass
            """)
    }

    @Test func faultsOfNowhere() throws {
        try BareMetal.check(
            """
            main:
                li s0, 0x40000000
                must_trap 5, ld a1, 0(s0)
                must_trap 7, sd a1, 0(s0)
                must_trap 1, jalr s0
                equal t5, s0, 1
                li s0, 0x10001000
                must_trap 1, jalr s0
                must_trap 5, lr.w a1, (s0)
                must_trap 7, amoadd.w a1, a2, (s0)
                li s0, -1
                must_trap 5, ld a1, 0(s0)
                j pass
            """)
    }
}
