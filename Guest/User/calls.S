# Where a program begins, and a stub for each system call: the number goes to a7, arguments and result stay where they are.

#define CALL(name, number) \
.section .text.name, "ax"; \
.global name; \
.type name, @function; \
name:   li      a7, number; \
        ecall; \
        ret; \
.size name, . - name

# Loads and stores for a replay, which lets a process that is parked execute one of them: a0 points, a1 is stored.
# With its registers set and its program counter here: it never comes to the next instruction.

#define ACCESS(name, ...) \
.global name; \
.type name, @function; \
name:   __VA_ARGS__; \
.size name, . - name

.section .text.access, "ax"
.option push
.option norvc
ACCESS(user_load1, lbu a0, (a0))
ACCESS(user_load4, lwu a0, (a0))
ACCESS(user_load8, ld a0, (a0))
ACCESS(user_store1, sb a1, (a0))
ACCESS(user_store4, sw a1, (a0))
ACCESS(user_store8, sd a1, (a0))
ACCESS(user_swap4, amoswap.w.aqrl a0, a1, (a0))
ACCESS(user_swap8, amoswap.d.aqrl a0, a1, (a0))
.option pop

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
