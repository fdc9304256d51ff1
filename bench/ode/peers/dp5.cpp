// Dormand-Prince 5(4) by hand, scalar: the peer of the non-stiff board. Same norm, tolerances, first step
// and limits as the twin engine; the root in the step-size control is std::pow.
#include <cmath>
#include "cho.h"
#include "peer.h"

namespace {
constexpr int N = PLAIN_STATES;

void solve(const Work& work, int index, double* y, Counts& counts) {
  const double rtol = work.rtol, atol = work.atol;
  startPlain(work.row(index), y);
  const Row p(work.row(index), work.parameters);
  double k1[N], k2[N], k3[N], k4[N], k5[N], k6[N], k7[N], w[N], next[N];
  double t = 0, h = work.ends.back() * 1e-5;
  for (int s = 0; s < work.segments; s++) {
    const double end = work.ends[s], feed = work.inputs[s];
    if (s > 0) h *= 0.3;
    plain(p, feed, y, k1);
    bool refused = false;
    while (t < end) {
      const double wanted = h;
      const bool last = t + h * 1.0000001 >= end;
      if (last) h = end - t;
      for (int i = 0; i < N; i++) w[i] = y[i] + h * (1. / 5 * k1[i]);
      plain(p, feed, w, k2);
      for (int i = 0; i < N; i++) w[i] = y[i] + h * (3. / 40 * k1[i] + 9. / 40 * k2[i]);
      plain(p, feed, w, k3);
      for (int i = 0; i < N; i++) w[i] = y[i] + h * (44. / 45 * k1[i] - 56. / 15 * k2[i] + 32. / 9 * k3[i]);
      plain(p, feed, w, k4);
      for (int i = 0; i < N; i++)
        w[i] = y[i] + h * (19372. / 6561 * k1[i] - 25360. / 2187 * k2[i] + 64448. / 6561 * k3[i] - 212. / 729 * k4[i]);
      plain(p, feed, w, k5);
      for (int i = 0; i < N; i++)
        w[i] = y[i] + h * (9017. / 3168 * k1[i] - 355. / 33 * k2[i] + 46732. / 5247 * k3[i] + 49. / 176 * k4[i] -
                           5103. / 18656 * k5[i]);
      plain(p, feed, w, k6);
      for (int i = 0; i < N; i++)
        next[i] = y[i] + h * (35. / 384 * k1[i] + 500. / 1113 * k3[i] + 125. / 192 * k4[i] - 2187. / 6784 * k5[i] +
                              11. / 84 * k6[i]);
      plain(p, feed, next, k7);
      double error = 0;
      for (int i = 0; i < N; i++) {
        const double e = h * (71. / 57600 * k1[i] - 71. / 16695 * k3[i] + 71. / 1920 * k4[i] - 17253. / 339200 * k5[i] +
                              22. / 525 * k6[i] - 1. / 40 * k7[i]);
        const double a = std::fabs(y[i]), b = std::fabs(next[i]);
        const double ratio = e / (atol + rtol * (a > b ? a : b));
        error += ratio * ratio;
      }
      error *= 1.0 / N;
      double factor = error > 1e-20 ? 0.9 * std::pow(error, -0.1) : 10.0;
      factor = factor > 10 ? 10 : factor < 0.2 ? 0.2 : factor;
      if (error <= 1) {
        counts.steps++;
        t = last ? end : t + h;
        for (int i = 0; i < N; i++) {
          y[i] = next[i];
          k1[i] = k7[i];
        }
        if (refused && factor > 1) factor = 1;
        refused = false;
        const double grown = h * factor;
        h = last && wanted > grown ? wanted : grown;
      } else {
        counts.rejects++;
        refused = true;
        h *= factor < 1 ? factor : 1;
      }
    }
  }
}
}  // namespace

int main() { return serve(N, solve); }
