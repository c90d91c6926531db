// What programs see: the system calls, a few instructions, and their data that specs bind to.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "calls.h"
#include "parameters.h"

#pragma clang assume_nonnull begin

int64_t fork(void);
_Noreturn void exit(int status);
int64_t wait(int *_Nullable status);
int64_t kill(int pid);
int64_t exec(const char *name, const char *_Nullable const *_Nonnull argv);
int64_t getpid(void);
int64_t sbrk(int64_t n);
int64_t sleep(uint64_t ticks);
int64_t uptime(void);
int64_t read(void *buffer, uint64_t count);
int64_t write(const void *buffer, uint64_t count);
_Noreturn void shutdown(int status);
int64_t start_server(void);
int64_t free_frames(void);

uint64_t map_shared_pages(int src_pid, int dst_pid, uint64_t src_va, uint64_t size);
int64_t unmap_shared_pages(int dst_pid, uint64_t dst_va, uint64_t size);
int64_t crypto_op(uint64_t op, uint64_t size);
int64_t take_shared_memory_request(uint64_t *va, uint64_t *size);
int64_t remove_shared_memory_request(uint64_t va, uint64_t size);
int64_t share_mem(const char *_Nullable name, uint64_t addr, int64_t size);
int64_t get_shared(const char *_Nullable name, uint64_t *_Nullable addr);
int64_t wait_shared(const uint32_t *word);
int64_t wake_shared(const uint32_t *word);

void *memset(void *target, int value, size_t count);
void *memmove(void *target, const void *source, size_t count);

static inline uint32_t load_acquire(const uint32_t *p) { return __atomic_load_n(p, __ATOMIC_ACQUIRE); }
static inline void store_release(uint32_t *p, uint32_t x) { __atomic_store_n(p, x, __ATOMIC_RELEASE); }
static inline uint32_t swap(uint32_t *p, uint32_t x) { return __atomic_exchange_n(p, x, __ATOMIC_ACQ_REL); }
static inline _Bool compare_and_swap(uint32_t *p, uint32_t old, uint32_t x) {
    return __atomic_compare_exchange_n(p, &old, x, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
/// One load, whatever others do to the word meanwhile.
static inline uint64_t load_once(const uint64_t *p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
static inline void store_once(uint64_t *p, uint64_t x) { __atomic_store_n(p, x, __ATOMIC_RELAXED); }

#define DATA extern __attribute__((swift_attr("nonisolated(unsafe)")))

/// crypto_cli's operation.
struct client_op {
    uint32_t type;
    uint32_t state;
    uint64_t key_size;
    uint64_t data_size;
    uint8_t payload[256];
};
DATA struct client_op op;
static inline struct client_op *op_at(void) { return &op; }
static inline uint8_t *op_payload(void) { return op.payload; }

/// What primestart shares, in its memory.
DATA int32_t primes[PRIME_LIMIT];
DATA uint32_t counter;
DATA uint32_t command;
static inline uint64_t primes_address(void) { return (uint64_t)primes; }
static inline uint64_t counter_address(void) { return (uint64_t)&counter; }
static inline uint64_t command_address(void) { return (uint64_t)&command; }

/// Where malloc looks first.
struct block {
    struct block *_Nullable next;
    uint64_t size;
};
DATA struct block *_Nullable free_list;

#pragma clang assume_nonnull end
