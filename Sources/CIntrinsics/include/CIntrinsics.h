// Compiler intrinsics that Swift does not offer: cache prefetch and search of many slots at once, for the state store.
#pragma once
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static inline void intrinsic_prefetch(const void *address) { __builtin_prefetch(address); }

// Bit n of the result: whether slot n of 16, which begin at a multiple of 64 bytes, is `wanted` under `mask`.
static inline uint32_t intrinsic_match16(const uint32_t *slots, uint32_t mask, uint32_t wanted) {
#if defined(__SSE2__)
    const __m128i m = _mm_set1_epi32((int)mask), w = _mm_set1_epi32((int)wanted);
    const __m128i *p = (const __m128i *)slots;
    const __m128i a = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(p), m), w);
    const __m128i b = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(p + 1), m), w);
    const __m128i c = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(p + 2), m), w);
    const __m128i d = _mm_cmpeq_epi32(_mm_and_si128(_mm_load_si128(p + 3), m), w);
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d)));
#else
    uint32_t bits = 0;
    for (int n = 0; n < 16; n++) bits |= (uint32_t)((slots[n] & mask) == wanted) << n;
    return bits;
#endif
}
