// A pointer chase through 8 MiB in an order without pattern.
typedef unsigned long u64; static u64 ring[1 << 20]; volatile u64 result;
int main(void) { u64 n = 1 << 20, seed = 1; for (u64 i = 0; i < n; i++) ring[i] = i;
  for (u64 i = n - 1; i > 0; i--) { seed = seed * 6364136223846793005ul + 1442695040888963407ul; u64 j = (seed >> 33) % i; u64 t = ring[i]; ring[i] = ring[j]; ring[j] = t; }
  u64 at = 0; for (long i = 0; i < 40000000; i++) at = ring[at]; result = at; return 0; }
