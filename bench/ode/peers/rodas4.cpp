// Rodas4, scalar, around a generated step ("attempt.h": exact sparse Jacobian, factorisation unrolled):
// the peer of the stiff board. Same norm, tolerances, first step and limits as the twin engine.
#include <cmath>
#include "cho.h"
#include "peer.h"
#include "attempt.h"

namespace {
constexpr int N = OXYGEN_STATES;

void solve(const Work& work, int index, double* y, Counts& counts) {
  const double rtol = work.rtol, atol = work.atol;
  const double* p = work.row(index);
  startOxygen(p, y);
  double next[N], e[N], prepared[PREPARED];
  double t = 0, h = work.ends.back() * 1e-5;
  for (int s = 0; s < work.segments; s++) {
    const double end = work.ends[s];
    if (s > 0) h *= 0.3;
    prepare(p, &work.inputs[s], prepared);
    bool refused = false;
    while (t < end) {
      const double wanted = h;
      const bool last = t + h * 1.0000001 >= end;
      if (last) h = end - t;
      attempt(prepared, p, &work.inputs[s], t, h, y, next, e);
      double error = 0;
      for (int i = 0; i < N; i++) {
        const double a = std::fabs(y[i]), b = std::fabs(next[i]);
        const double ratio = e[i] / (atol + rtol * (a > b ? a : b));
        error += ratio * ratio;
      }
      error *= 1.0 / N;
      if (!(error < 1e300)) error = 1e300;
      double factor = error > 1e-20 ? 0.9 * std::pow(error, -0.125) : 8.0;
      factor = factor > 8 ? 8 : factor < 0.2 ? 0.2 : factor;
      if (error <= 1) {
        counts.steps++;
        t = last ? end : t + h;
        for (int i = 0; i < N; i++) y[i] = next[i];
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
