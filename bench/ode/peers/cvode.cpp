// SUNDIALS CVODE, BDF with dense direct solver and difference-quotient Jacobian, on the CHO model, plain or with oxygen.
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include "cho.h"
#include "peer.h"

namespace {
struct Problem {
  const Row* p;
  double feed;
};

int rates(realtype, N_Vector y, N_Vector d, void* data) {
  const auto* problem = static_cast<Problem*>(data);
  rhs(*problem->p, problem->feed, N_VGetArrayPointer(y), N_VGetArrayPointer(d));
  return 0;
}

struct Solver {
  SUNContext context = nullptr;
  N_Vector y = nullptr;
  void* memory = nullptr;
  Problem problem{};

  Solver() {
    SUNContext_Create(nullptr, &context);
    y = N_VNew_Serial(STATES, context);
    memory = CVodeCreate(CV_BDF, context);
    CVodeInit(memory, rates, 0, y);
    CVodeSetUserData(memory, &problem);
    CVodeSetMaxNumSteps(memory, 1000000);
    SUNMatrix matrix = SUNDenseMatrix(STATES, STATES, context);
    CVodeSetLinearSolver(memory, SUNLinSol_Dense(y, matrix, context), matrix);
  }
};

void solve(const Work& work, int index, double* out, Counts& counts) {
  static Solver solver;
  const Row p(work.row(index), work.parameters);
  double* y = N_VGetArrayPointer(solver.y);
  start(work.row(index), y);
  solver.problem.p = &p;
  CVodeSStolerances(solver.memory, work.rtol, work.atol);
  double from = 0;
  for (int s = 0; s < work.segments; s++) {
    solver.problem.feed = work.inputs[s];
    double reached;
    CVodeReInit(solver.memory, from, solver.y);
    CVodeSetStopTime(solver.memory, work.ends[s]);
    CVode(solver.memory, work.ends[s], solver.y, &reached, CV_NORMAL);
    long steps = 0, failures = 0;
    CVodeGetNumSteps(solver.memory, &steps);
    CVodeGetNumErrTestFails(solver.memory, &failures);
    counts.steps += steps;
    counts.rejects += failures;
    from = work.ends[s];
  }
  for (int i = 0; i < STATES; i++) out[i] = y[i];
}
}  // namespace

int main() { return serve(STATES, solve); }
