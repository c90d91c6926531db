// The functions that compilers call by themselves to move and fill memory. In C, since a compiler that is not told
// otherwise makes of such a loop a call of the function that it stands in.
#include <stddef.h>
#include <stdint.h>

#define WORD sizeof(uint64_t)

void *memset(void *target, int value, size_t count) {
    uint8_t *t = target;
    while (count > 0 && (uintptr_t)t % WORD != 0) {
        *t++ = (uint8_t)value;
        count--;
    }
    uint64_t word = 0x0101010101010101ul * (uint8_t)value;
    for (; count >= 4 * WORD; count -= 4 * WORD, t += 4 * WORD) {
        uint64_t *w = (uint64_t *)t;
        w[0] = word;
        w[1] = word;
        w[2] = word;
        w[3] = word;
    }
    while (count-- > 0) *t++ = (uint8_t)value;
    return target;
}

void *memmove(void *target, const void *source, size_t count) {
    uint8_t *t = target;
    const uint8_t *s = source;
    if (t > s && t < s + count) {
        while (count-- > 0) t[count] = s[count];
        return target;
    }
    if (((uintptr_t)t | (uintptr_t)s) % WORD == 0) {
        for (; count >= WORD; count -= WORD, t += WORD, s += WORD) *(uint64_t *)t = *(const uint64_t *)s;
    }
    while (count-- > 0) *t++ = *s++;
    return target;
}

void *memcpy(void *target, const void *source, size_t count) { return memmove(target, source, count); }

int memcmp(const void *a, const void *b, size_t count) {
    const uint8_t *x = a, *y = b;
    for (; count > 0; count--, x++, y++) {
        if (*x != *y) return *x - *y;
    }
    return 0;
}
