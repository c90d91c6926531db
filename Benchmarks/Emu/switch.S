# A context-switch loop under Sv39: user code calls, the supervisor saves all registers, changes address space, returns.
.section .text.start
.globl _start
_start:
    csrr t0, mhartid
    bnez t0, park
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    li t0, 0xffff
    csrw medeleg, t0
    la t0, root
    li t1, 0x200000ef           # 1 GiB leaves: user at 2 GiB for both spaces is not needed; supervisor maps all
    li t2, 0x200000cf
    sd t2, 16(t0)               # VA 0x80000000: supervisor
    li t2, 0x200000df
    sd t2, 24(t0)               # VA 0xc0000000: the same memory, for the user
    srli t0, t0, 12
    li t1, 8
    slli t1, t1, 60
    or s0, t0, t1               # satp, ASID 0
    csrw satp, s0
    sfence.vma
    la t0, handler
    csrw stvec, t0
    la t0, area
    csrw sscratch, t0
    li t0, 0x1800
    csrc mstatus, t0
    la t0, user
    li t1, 0x40000000
    add t0, t0, t1
    csrw mepc, t0
    li a0, 0
    li s1, 700000
    mret
.balign 4
user:
    addi a0, a0, 1
    ecall
    bne a0, s1, user
    li a7, 1
    ecall
.balign 4
handler:
    csrrw sp, sscratch, sp
    sd ra, 0(sp)
    sd gp, 8(sp)
    sd tp, 16(sp)
    sd t0, 24(sp)
    sd t1, 32(sp)
    sd t2, 40(sp)
    sd s0, 48(sp)
    sd s1, 56(sp)
    sd a0, 64(sp)
    sd a1, 72(sp)
    sd a2, 80(sp)
    sd a7, 88(sp)
    li t0, 1
    beq a7, t0, done
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    csrw satp, s0
    sfence.vma
    ld ra, 0(sp)
    ld gp, 8(sp)
    ld tp, 16(sp)
    ld t0, 24(sp)
    ld t1, 32(sp)
    ld t2, 40(sp)
    ld s1, 56(sp)
    ld a0, 64(sp)
    ld a1, 72(sp)
    ld a2, 80(sp)
    csrrw sp, sscratch, sp
    sret
done:
    li t0, 0
    csrw satp, t0
    sfence.vma
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
park:
    wfi
    j park
.data
.balign 4096
root: .zero 4096
area: .zero 256
