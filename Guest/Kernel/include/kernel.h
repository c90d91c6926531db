// The kernel's data, with plain C names and layout: what debuggers and specs look at.
//
// Only data is here. What is done with it is written in Swift; Swift reaches an array through the `…_at` functions,
// and the address of a member through the functions below it, because it has no other stable way to take one.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "calls.h"
#include "parameters.h"
#include "riscv.h"

#pragma clang assume_nonnull begin

#define PGSIZE 4096ul
#define KERNBASE 0x80000000ul
#define PHYSTOP (KERNBASE + NFRAME * PGSIZE)

/// Mutual exclusion by spinning, with interrupts off on the holder's hart.
struct spinlock {
    uint32_t locked;
    int32_t hart;  // the holder's, while locked
    const char *_Nullable name;
};

/// Mutual exclusion by sleeping: may be held over anything that sleeps.
struct sleeplock {
    struct spinlock lock;  // guards the rest
    uint32_t locked;
    int32_t pid;  // the holder's, while locked
};

/// Callee-saved registers: what swtch keeps.
struct context {
    uint64_t ra, sp, s[12];
};

/// A process's registers while it is in the kernel, and what the trampoline needs to enter it. In the page below the
/// trampoline, at the same address in each address space. The offsets are known to trampoline.S.
struct trapframe {
    uint64_t kernel_satp, kernel_sp, kernel_trap, epc, kernel_hartid;
    uint64_t ra, sp, gp, tp, t0, t1, t2, s0, s1;
    uint64_t a[8];
    uint64_t s2_s11[10];
    uint64_t t3, t4, t5, t6;
};

/// An address space. Counted: one reference for the process that runs on it, one for each child that is still to map
/// regions from it.
struct mm {
    struct spinlock lock;            // guards the entries of the table: remote unmaps, and the exec of a child
    int32_t ref;                     // guarded by mmtable.lock; 0 = free
    uint64_t *_Nullable pagetable;   // Sv39, the root
    uint64_t sz;                     // of its process, when that left it
    uint64_t window;                 // end of the inherited regions; WINDOW when there are none
};

/// What share_mem remembers. Free when the size is 0.
struct shared {
    char name[SHARED_NAME];
    uint64_t addr;
    int64_t size;
};

/// A client's memory on its way to the server. The pages were found when the client submitted, and are counted.
struct shmem_request {
    int32_t src_pid;  // -1 in a free slot
    int32_t dst_pid;
    uint64_t src_va;
    uint64_t size;
    uint64_t *_Nullable pages;  // a frame that holds the entries of the pages, as they were at that time
};

enum procstate { UNUSED, USED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE };

/// A slot of the process table.
struct proc {
    struct spinlock lock;

    // Guarded by lock:
    enum procstate state;
    int32_t pid;  // 0 in a free slot
    int32_t killed;
    int32_t xstate;
    const void *_Nullable channel;

    // Guarded by lock: others map into the process and out of it. Its own kernel code may read without.
    uint64_t sz;
    uint64_t *_Nullable pagetable;  // that of mm
    struct mm *_Nullable mm;

    // Guarded by wait_lock:
    struct proc *_Nullable parent;

    // Guarded by shared_lock:
    struct shared shared[NSHARED];

    // The process's own:
    struct mm *_Nullable parent_mm;  // from fork to exec: the address space that the records speak of
    uint64_t kstack;
    struct trapframe *trapframe;
    struct context context;
    struct shmem_request current;  // the server's: the request whose pages it has mapped
    uint64_t current_va;           // and where
    const char *_Nullable start;  // the program that a process without a parent begins with
    char name[PROGRAM_NAME];
};

/// A hart.
struct cpu {
    struct proc *_Nullable proc;
    struct context context;  // the scheduler's
    int32_t noff;            // how deep push_off is nested
    int32_t intena;          // were interrupts on before the first?
    uint32_t fence;          // another hart asks this one to forget its translations
    uint32_t online;         // it runs the scheduler
};

/// Physical memory by frames. A frame's count is that of the entries, and of the requests, that hold it.
struct kmem {
    struct spinlock lock;
    uint64_t free;             // address of the first free frame, whose first word is the next; 0 = none
    uint64_t free_count;
    uint32_t refs[NFRAME];
    int32_t owner[NFRAME];     // number of the process for whose memory the frame was taken
};

struct mmtable {
    struct spinlock lock;
    struct mm mm[NMM];
};

struct shmem_queue {
    struct spinlock lock;
    struct shmem_request requests[REQUEST_SLOTS];
    int32_t read_idx;   // -1 until something is inserted
    int32_t write_idx;
    int32_t serving;    // there is a server
};

#define INPUT_SIZE 128

struct console {
    struct spinlock lock;
    char input[INPUT_SIZE];
    uint32_t r, w, e;  // read, write and edit index
};

/// A program, as the build put it into the kernel.
struct program {
    const char *name;
    const uint8_t *start;
    const uint8_t *end;
};

// Swift takes our word that each is guarded: by the lock that is named beside it, or by one hart being the only one.
#define DATA extern __attribute__((swift_attr("nonisolated(unsafe)")))
DATA struct proc proc[NPROC];
DATA struct cpu cpus[NHART];
DATA struct kmem kmem;
DATA struct mmtable mmtable;
DATA struct shmem_queue shmem_queue;
DATA struct console cons;
DATA struct spinlock wait_lock, pid_lock, shared_lock, tickslock, output_lock;
DATA struct sleeplock shootdown_lock;
DATA struct proc *_Nullable initproc;
DATA int32_t nextpid;
DATA uint64_t ticks;
DATA uint32_t started;
DATA uint64_t *_Nullable kernel_pagetable;
extern const struct program programs[];
extern const int32_t program_count;

static inline struct proc *proc_at(long i) { return &proc[i]; }
static inline struct cpu *cpu_at(long i) { return &cpus[i]; }
static inline struct mm *mm_at(long i) { return &mmtable.mm[i]; }
static inline struct shmem_request *request_at(long i) { return &shmem_queue.requests[i]; }
static inline const struct program *program_at(long i) { return &programs[i]; }
static inline uint32_t *refs_at(long i) { return &kmem.refs[i]; }
static inline int32_t *owner_at(long i) { return &kmem.owner[i]; }
static inline char *input_at(uint32_t i) { return &cons.input[i % INPUT_SIZE]; }

static inline struct spinlock *proc_lock(struct proc *p) { return &p->lock; }
static inline struct shared *proc_shared(struct proc *p, long i) { return &p->shared[i]; }
static inline char *shared_name(struct shared *r) { return r->name; }
static inline char *proc_name(struct proc *p) { return p->name; }
static inline struct context *proc_context(struct proc *p) { return &p->context; }
static inline struct context *cpu_context(struct cpu *c) { return &c->context; }
static inline uint64_t *trapframe_argument(struct trapframe *t, long i) { return &t->a[i]; }
static inline struct spinlock *mm_lock(struct mm *mm) { return &mm->lock; }
static inline struct spinlock *mmtable_lock(void) { return &mmtable.lock; }
static inline struct spinlock *kmem_lock(void) { return &kmem.lock; }
static inline struct spinlock *queue_lock(void) { return &shmem_queue.lock; }
static inline struct spinlock *cons_lock(void) { return &cons.lock; }
static inline struct spinlock *wait_lock_at(void) { return &wait_lock; }
static inline struct spinlock *pid_lock_at(void) { return &pid_lock; }
static inline struct spinlock *shared_lock_at(void) { return &shared_lock; }
static inline struct spinlock *ticks_lock(void) { return &tickslock; }
static inline struct spinlock *output_lock_at(void) { return &output_lock; }
static inline struct sleeplock *shootdown_lock_at(void) { return &shootdown_lock; }
static inline struct spinlock *sleeplock_lock(struct sleeplock *lk) { return &lk->lock; }
static inline uint32_t *spinlock_word(struct spinlock *lk) { return &lk->locked; }
static inline uint32_t *cpu_fence(struct cpu *c) { return &c->fence; }
static inline uint32_t *cpu_online(struct cpu *c) { return &c->online; }
static inline uint32_t *started_word(void) { return &started; }

// Assembly.
extern char end[], etext[], trampoline[], uservec[], userret[];
void kernelvec(void);
void swtch(struct context *from, struct context *to);
static inline uint64_t end_address(void) { return (uint64_t)end; }
static inline uint64_t etext_address(void) { return (uint64_t)etext; }
static inline uint64_t trampoline_address(void) { return (uint64_t)trampoline; }
static inline uint64_t uservec_address(void) { return (uint64_t)uservec; }
static inline uint64_t kernelvec_address(void) { return (uint64_t)kernelvec; }
static inline void call_userret(uint64_t at, uint64_t satp) { ((void (*)(uint64_t))at)(satp); }
static inline uint64_t userret_address(void) { return (uint64_t)userret; }

// memory.c
void *memset(void *target, int value, size_t count);
void *memmove(void *target, const void *source, size_t count);

// Swift functions whose address is taken.
void forkret(void);
void usertrap(void);
static inline uint64_t forkret_address(void) { return (uint64_t)forkret; }
static inline uint64_t usertrap_address(void) { return (uint64_t)usertrap; }

#pragma clang assume_nonnull end
