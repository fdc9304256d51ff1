// What every C++ peer shares: it reads trajectories from standard input once, then runs all of them at
// each line "go" and answers with the CPU seconds that took; at "end" it writes the last states.
//
// Input, little-endian: int32 count, int32 parameters, int32 segments, then doubles: relative and absolute
// tolerance; parameters of every trajectory; ends of the segments; input of every segment.
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

struct Work {
  int32_t count = 0, parameters = 0, segments = 0;
  double rtol = 0, atol = 0;
  std::vector<double> values, ends, inputs;
  const double* row(int i) const { return values.data() + static_cast<size_t>(i) * parameters; }
};

inline bool readDoubles(std::vector<double>& into, size_t n) {
  into.resize(n);
  return fread(into.data(), sizeof(double), n, stdin) == n;
}

inline bool readWork(Work& work) {
  int32_t head[3];
  if (fread(head, sizeof head, 1, stdin) != 1) return false;
  work.count = head[0];
  work.parameters = head[1];
  work.segments = head[2];
  double tolerances[2];
  if (fread(tolerances, sizeof tolerances, 1, stdin) != 1) return false;
  work.rtol = tolerances[0];
  work.atol = tolerances[1];
  return readDoubles(work.values, static_cast<size_t>(work.count) * work.parameters) &&
         readDoubles(work.ends, work.segments) && readDoubles(work.inputs, work.segments);
}

inline double cpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

// Steps and refusals of the last round, for comparison of the work done.
struct Counts {
  long steps = 0, rejects = 0;
};

// `solve(work, i, y, counts)` brings trajectory i to its end in y[states].
template <class Solve>
int serve(int states, Solve solve) {
  Work work;
  if (!readWork(work)) return 1;
  std::vector<double> finals(static_cast<size_t>(work.count) * states);
  char line[16];
  while (fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "end", 3) == 0) break;
    Counts counts;
    const double start = cpuSeconds();
    for (int i = 0; i < work.count; i++) solve(work, i, &finals[static_cast<size_t>(i) * states], counts);
    printf("%.9f %ld %ld\n", cpuSeconds() - start, counts.steps, counts.rejects);
    fflush(stdout);
  }
  fwrite(finals.data(), sizeof(double), finals.size(), stdout);
  return 0;
}
