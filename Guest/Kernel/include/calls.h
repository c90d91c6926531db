// System calls by number, and the structures that programs and kernel share.
#pragma once

#include <stdint.h>

enum {
    CALL_FORK = 1,
    CALL_EXIT,
    CALL_WAIT,
    CALL_KILL,
    CALL_EXEC,
    CALL_GETPID,
    CALL_SBRK,
    CALL_SLEEP,
    CALL_UPTIME,
    CALL_READ,
    CALL_WRITE,
    CALL_SHUTDOWN,
    CALL_START_SERVER,
    CALL_FREE_FRAMES,
    CALL_MAP_SHARED_PAGES,
    CALL_UNMAP_SHARED_PAGES,
    CALL_CRYPTO_OP,
    CALL_TAKE_SHARED_MEMORY_REQUEST,
    CALL_REMOVE_SHARED_MEMORY_REQUEST,
    CALL_SHARE_MEM,
    CALL_GET_SHARED,
    CALL_WAIT_SHARED,
    CALL_WAKE_SHARED,
};

/// What a client asks of the crypto server: the header, then the key, then the data, which is changed in place.
struct crypto_op {
    uint32_t type;   // CRYPTO_ENCRYPT or CRYPTO_DECRYPT
    uint32_t state;  // CRYPTO_INIT until server or kernel have ended the request
    uint64_t key_size;
    uint64_t data_size;
    uint8_t payload[];
};

enum { CRYPTO_ENCRYPT = 1, CRYPTO_DECRYPT = 2 };
enum { CRYPTO_NONE = 0, CRYPTO_INIT = 1, CRYPTO_DONE = 2, CRYPTO_ERROR = 3 };

/// The command word of primecom and primecalc. 0 is no command: wait_shared waits while the word is 0.
enum { COMMAND_NONE = 0, COMMAND_PAUSE = 1, COMMAND_RESUME = 2, COMMAND_END = 3 };
