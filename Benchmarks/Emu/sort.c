// Heap sort of 8 MiB of numbers.
typedef unsigned long u64; static u64 v[1 << 20]; volatile u64 result;
static void sift(u64 i, u64 n) { u64 x = v[i]; for (;;) { u64 c = 2 * i + 1; if (c >= n) break; if (c + 1 < n && v[c + 1] > v[c]) c++; if (v[c] <= x) break; v[i] = v[c]; i = c; } v[i] = x; }
int main(void) { u64 n = 1 << 20, seed = 7; for (u64 i = 0; i < n; i++) { seed = seed * 6364136223846793005ul + 1; v[i] = seed >> 20; }
  for (long i = n / 2 - 1; i >= 0; i--) sift(i, n); for (u64 i = n - 1; i > 0; i--) { u64 t = v[0]; v[0] = v[i]; v[i] = t; sift(0, i); } result = v[n / 2]; return 0; }
