// Boost.odeint: controlled Dormand-Prince 5 on the CHO model, plain or with oxygen.
#include <array>
#include <boost/numeric/odeint.hpp>
#include "cho.h"
#include "peer.h"

namespace {
using State = std::array<double, STATES>;
namespace odeint = boost::numeric::odeint;

void solve(const Work& work, int index, double* y, Counts& counts) {
  const Row p(work.row(index), work.parameters);
  State state;
  start(work.row(index), state.data());
  auto stepper = odeint::make_controlled(work.atol, work.rtol, odeint::runge_kutta_dopri5<State>());
  double t = 0, h = work.ends.back() * 1e-5;
  for (int s = 0; s < work.segments; s++) {
    const double end = work.ends[s], feed = work.inputs[s];
    const auto rates = [&](const State& x, State& d, double) { rhs(p, feed, x.data(), d.data()); };
    stepper = odeint::make_controlled(work.atol, work.rtol, odeint::runge_kutta_dopri5<State>());
    while (t < end - 1e-10) {
      double tried = t + h > end ? end - t : h;
      const bool cut = tried < h;
      bool refused = false;
      while (stepper.try_step(rates, state, t, tried) == odeint::fail) {
        counts.rejects++;
        refused = true;
      }
      counts.steps++;
      if (!cut || refused || tried > h) h = tried;
    }
    t = end;
  }
  for (int i = 0; i < STATES; i++) y[i] = state[i];
}
}  // namespace

int main() { return serve(STATES, solve); }
