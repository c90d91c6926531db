// The integer mix: list walking, a small matrix, a state machine and a checksum, as CoreMark's parts are.
typedef unsigned long u64; typedef unsigned int u32; typedef short i16;
struct node { struct node *next; u32 key; };
static struct node nodes[64]; static i16 a[16][16], b[16][16]; static int c[16][16]; static char text[256];
static u32 crc(u32 sum, u32 value) { for (int i = 0; i < 8; i++) { u32 bit = (sum ^ value) & 1; sum >>= 1; value >>= 1; if (bit) sum ^= 0xedb88320u; } return sum; }
static struct node *reverse(struct node *list) { struct node *out = 0; while (list) { struct node *next = list->next; list->next = out; out = list; list = next; } return out; }
static u32 machine(const char *s, int n) { u32 state = 0, count = 0; for (int i = 0; i < n; i++) { switch (state) { case 0: state = s[i] == '+' || s[i] == '-' ? 1 : s[i] >= '0' && s[i] <= '9' ? 2 : 0; break; case 1: state = s[i] == '.' ? 3 : 2; break; case 2: state = s[i] == ',' ? 0 : s[i] == '.' ? 3 : 2; break; default: state = s[i] == ',' ? 0 : 3; count++; } } return count + state; }
volatile u32 result;
int main(void) { u32 sum = 0xffffffffu; struct node *list = 0;
  for (int i = 0; i < 64; i++) { nodes[i].key = i * 2654435761u; nodes[i].next = list; list = &nodes[i]; }
  for (int i = 0; i < 256; i++) text[i] = "0123+-.,"[(i * 7 + i / 3) & 7];
  for (int i = 0; i < 256; i++) { a[i >> 4][i & 15] = i * 3; b[i >> 4][i & 15] = 100 - i; }
  for (int round = 0; round < 60000; round++) { list = reverse(list);
    for (struct node *n = list; n; n = n->next) if (n->key & 1) sum += n->key ^ round;
    for (int i = 0; i < 16; i++) for (int j = 0; j < 16; j++) { int s = 0; for (int k = 0; k < 16; k++) s += a[i][k] * b[k][j]; c[i][j] = s >> 2; }
    sum += c[round & 15][3]; sum += machine(text, 256); for (int i = 0; i < 16; i++) sum = crc(sum, sum + i); }
  result = sum; return 0; }
