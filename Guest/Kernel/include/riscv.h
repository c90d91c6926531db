// Instructions that Swift has no words for: control registers, fences, atomics, and loads and stores of devices.
#pragma once

#include <stdint.h>

#pragma clang assume_nonnull begin

#define CSR(name)                                                                             \
    static inline uint64_t r_##name(void) {                                                   \
        uint64_t x;                                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(x));                                        \
        return x;                                                                             \
    }                                                                                         \
    static inline void w_##name(uint64_t x) { __asm__ volatile("csrw " #name ", %0" ::"r"(x) : "memory"); } \
    static inline void set_##name(uint64_t x) { __asm__ volatile("csrs " #name ", %0" ::"r"(x) : "memory"); } \
    static inline void clear_##name(uint64_t x) { __asm__ volatile("csrc " #name ", %0" ::"r"(x) : "memory"); }

CSR(sstatus)
CSR(sip)
CSR(sie)
CSR(sepc)
CSR(scause)
CSR(stval)
CSR(stvec)
CSR(satp)
#undef CSR

static inline void w_stimecmp(uint64_t x) { __asm__ volatile("csrw 0x14d, %0" ::"r"(x)); }
static inline uint64_t r_time(void) {
    uint64_t x;
    __asm__ volatile("rdtime %0" : "=r"(x));
    return x;
}
static inline uint64_t r_tp(void) {
    uint64_t x;
    __asm__ volatile("mv %0, tp" : "=r"(x));
    return x;
}
static inline void wfi(void) { __asm__ volatile("wfi" ::: "memory"); }
static inline void sfence_vma(void) { __asm__ volatile("sfence.vma zero, zero" ::: "memory"); }
static inline void fence_i(void) { __asm__ volatile("fence.i" ::: "memory"); }

static inline uint32_t load_acquire(const uint32_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static inline void store_release(uint32_t *p, uint32_t x) { __atomic_store_n(p, x, __ATOMIC_RELEASE); }
static inline uint32_t swap_acquire(uint32_t *p, uint32_t x) { return __atomic_exchange_n(p, x, __ATOMIC_ACQUIRE); }

/// One 64-bit store, seen whole by hardware that walks the table.
static inline void store_entry(uint64_t *p, uint64_t x) { __atomic_store_n(p, x, __ATOMIC_RELEASE); }
static inline uint64_t load_entry(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }

static inline uint8_t read_device8(uint64_t a) { return *(volatile uint8_t *)a; }
static inline void write_device8(uint64_t a, uint8_t x) { *(volatile uint8_t *)a = x; }
static inline uint32_t read_device32(uint64_t a) { return *(volatile uint32_t *)a; }
static inline void write_device32(uint64_t a, uint32_t x) { *(volatile uint32_t *)a = x; }

#pragma clang assume_nonnull end
