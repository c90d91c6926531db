// Sizes of the kernel. Guest/build.sh --set NAME=VALUE changes one; user programs are built with the same.
#pragma once

#ifndef NPROC
#define NPROC 32  // slots of the process table
#endif
#ifndef NHART
#define NHART 8  // harts that are used; others sleep
#endif
#ifndef NMM
#define NMM (2 * NPROC)  // address spaces: exec has two for a moment
#endif
#ifndef NFRAME
#define NFRAME 4096  // frames of RAM, from KERNBASE, the kernel's own included: 16 MiB
#endif
#ifndef REQUEST_SLOTS
#define REQUEST_SLOTS 16  // of the request queue; one stays open
#endif
#ifndef NSHARED
#define NSHARED 10  // regions that a process can register
#endif
#ifndef WINDOW_PAGES
#define WINDOW_PAGES 262144  // below the window, where inherited regions lie: 1 GiB
#endif
#ifndef TOP_PAGES
#define TOP_PAGES 524288  // below the end of the window: 2 GiB
#endif
#ifndef PRIME_LIMIT
#define PRIME_LIMIT 100000  // elements of primestart's array: 400,000 bytes
#endif
#ifndef TICK
#define TICK 10000  // of the 10 MHz clock between two timer interrupts of a hart
#endif

#define SERVER_PID 2     // the crypto server's, each time that it is started
#define SHARED_NAME 20   // bytes of a region's name, with its zero
#define PROGRAM_NAME 16  // bytes of a program's name, with its zero
#define MAXARG 16        // arguments of exec
#define USER_STACK 4     // pages
#define KERNEL_STACK 4   // pages
