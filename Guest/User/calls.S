# Where a program begins, and a stub for each system call: the number goes to a7, arguments and result stay where they are.

#define CALL(name, number) \
.section .text.name, "ax"; \
.global name; \
.type name, @function; \
name:   li      a7, number; \
        ecall; \
        ret; \
.size name, . - name

.section .text.start, "ax"
.global _start
_start:
        call    main
        call    exit

CALL(fork, 1)
CALL(exit, 2)
CALL(wait, 3)
CALL(kill, 4)
CALL(exec, 5)
CALL(getpid, 6)
CALL(sbrk, 7)
CALL(sleep, 8)
CALL(uptime, 9)
CALL(read, 10)
CALL(write, 11)
CALL(shutdown, 12)
CALL(start_server, 13)
CALL(free_frames, 14)
CALL(map_shared_pages, 15)
CALL(unmap_shared_pages, 16)
CALL(crypto_op, 17)
CALL(take_shared_memory_request, 18)
CALL(remove_shared_memory_request, 19)
CALL(share_mem, 20)
CALL(get_shared, 21)
CALL(wait_shared, 22)
CALL(wake_shared, 23)
