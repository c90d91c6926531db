// The kernel's data, defined: all that specs bind to has its name and its place here.
#include "kernel.h"

struct proc proc[NPROC];
struct cpu cpus[NHART];
struct kmem kmem;
struct mmtable mmtable;
struct shmem_queue shmem_queue;
struct console cons;
struct spinlock wait_lock, pid_lock, shared_lock, tickslock, output_lock;
struct sleeplock shootdown_lock;
struct proc *initproc;
int32_t nextpid = 1;
uint64_t ticks;
uint32_t started;
uint64_t *kernel_pagetable;
