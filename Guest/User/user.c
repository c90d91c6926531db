// The programs' data that specs bind to. A program is linked with what it uses.
#include "user.h"

struct client_op op;
int32_t primes[PRIME_LIMIT];
uint32_t counter;
uint32_t command;
struct block *free_list;
