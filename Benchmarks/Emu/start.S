# Entry of the benchmark programs: one hart, a stack, main, and the test finisher.
.section .text.start
.globl _start
_start:
    csrr t0, mhartid
    bnez t0, 1f
    li t0, 0x6000
    csrs mstatus, t0
    li t0, 1
    csrw fcsr, t0
    la sp, stack
    call main
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
1:  wfi
    j 1b
.bss
.balign 16
.zero 16384
stack:
