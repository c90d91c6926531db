// Floating point: a three-body integration and a dot product, in doubles.
static double x[3] = {0, 1, -0.5}, y[3] = {0, 0.2, 0.9}, vx[3], vy[3], p[1000], q[1000]; volatile double result;
int main(void) { for (int i = 0; i < 1000; i++) { p[i] = 1.0 / (i + 1); q[i] = i * 0.5 + 0.25; } double dot = 0;
  for (int step = 0; step < 400000; step++) { for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) if (i != j) { double dx = x[j] - x[i], dy = y[j] - y[i], d = dx * dx + dy * dy + 0.01; double f = 0.0001 / (d * d); vx[i] += f * dx; vy[i] += f * dy; }
    for (int i = 0; i < 3; i++) { x[i] += vx[i] * 0.01; y[i] += vy[i] * 0.01; } int at = step % 1000; dot += p[at] * q[at]; } result = dot + x[0]; return 0; }
