# From reset to S-mode: every hart begins here, in M-mode, with its number in a0.
#include "parameters.h"

#define CLINT 0x2000000
#define FINISHER 0x100000
#define BOOT_STACK 16384

.section .text.boot, "ax"
.global _entry
_entry:
        li      t0, NHART
        bgeu    a0, t0, park

        la      sp, boot_stacks
        addi    t0, a0, 1
        li      t1, BOOT_STACK
        mul     t0, t0, t1
        add     sp, sp, t0
        mv      tp, a0

        # mret goes to S-mode, interrupts off, paging off.
        li      t0, 3 << 11
        csrc    mstatus, t0
        li      t0, 1 << 11
        csrs    mstatus, t0
        csrw    satp, zero
        csrw    sie, zero
        la      t0, kernel_main
        csrw    mepc, t0

        # All exceptions, and the supervisor's interrupts, are S-mode's business.
        li      t0, 0xffff
        csrw    medeleg, t0
        li      t0, 0x222
        csrw    mideleg, t0
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x0f
        csrw    pmpcfg0, t0

        # Sstc: S-mode sets its own timer and reads the time.
        li      t0, -1
        csrw    0x14d, t0
        li      t0, 1
        slli    t0, t0, 63
        csrs    0x30a, t0
        li      t0, 2
        csrs    mcounteren, t0

        # What is left for M-mode: a hart that wants another one's attention writes its msip.
        la      t0, machine_scratch
        slli    t1, a0, 5
        add     t0, t0, t1
        li      t1, CLINT
        slli    t2, a0, 2
        add     t1, t1, t2
        sd      t1, 16(t0)
        sw      zero, 0(t1)
        csrw    mscratch, t0
        la      t0, machinevec
        csrw    mtvec, t0
        li      t0, 1 << 3
        csrw    mie, t0
        mret

park:
        wfi
        j       park

# The machine-mode trap: an msip becomes a software interrupt of S-mode. Nothing else may come here.
.balign 4
machinevec:
        csrrw   a0, mscratch, a0
        sd      a1, 0(a0)
        sd      a2, 8(a0)
        csrr    a1, mcause
        li      a2, -1
        slli    a2, a2, 63
        addi    a2, a2, 3
        bne     a1, a2, broken
        ld      a1, 16(a0)
        sw      zero, 0(a1)
        li      a1, 2
        csrs    mip, a1
        ld      a2, 8(a0)
        ld      a1, 0(a0)
        csrrw   a0, mscratch, a0
        mret
broken:
        li      a0, FINISHER
        li      a1, 0x633333
        sw      a1, 0(a0)
        j       broken

.section .bss
.balign 4096
boot_stacks:
        .skip   BOOT_STACK * NHART
.balign 32
machine_scratch:
        .skip   32 * NHART
