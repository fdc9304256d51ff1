// The CHO fed-batch by hand: equations of twins/library/cho-fed-batch.twin, and with oxygen of
// cho-fed-batch-oxygen.twin.
#pragma once

enum Parameter {
  MU_MAX, KD_MAX, K_GLC, K_GLN, KI_LAC, KI_AMM, KD_LAC, KD_AMM, Y_X_GLC, Y_X_GLN, Y_LAC, Y_AMM, R_AMM, M_GLC, A_GLN,
  K_A, D_GLN, Q_MAB, K_LYSIS, GLC_FEED, GLN_FEED, FEED_SCALE, X_0, K_AMM,
  KLA, O_PURE, O_AIR, Q_O2, K_O2, TAU_PROBE, DO_SET, Y_BASE, K_P, T_I, SPAN
};

// Parameters that are divided by are stored as their inverse, so that the inner loop multiplies.
struct Row {
  double value[SPAN + 1];
  Row(const double* p, int count) {
    for (int i = 0; i < count; i++) value[i] = p[i];
    value[Y_X_GLC] = 1 / p[Y_X_GLC];
    value[Y_X_GLN] = 1 / p[Y_X_GLN];
  }
  double operator[](Parameter i) const { return value[i]; }
};

constexpr int PLAIN_STATES = 8, OXYGEN_STATES = 11;

inline void startPlain(const double* p, double* y) {
  const double start[PLAIN_STATES] = {1.5, p[X_0], 0.01, 35, 4, 0.2, 0.5, 0};
  for (int i = 0; i < PLAIN_STATES; i++) y[i] = start[i];
}

inline void startOxygen(const double* p, double* y) {
  startPlain(p, y);
  y[8] = 0.0894;
  y[9] = 40;
  y[10] = 0.04;
}

inline void plain(const Row& p, double feed, const double* y, double* d) {
  const double &V = y[0], &Xv = y[1], &Xd = y[2], &Glc = y[3], &Gln = y[4], &Lac = y[5], &Amm = y[6], &mAb = y[7];
  const double F = feed * p[FEED_SCALE];
  const double D = F / V;
  const double saturation = Glc / (p[K_GLC] + Glc);
  const double mu = p[MU_MAX] * saturation * (Gln / (p[K_GLN] + Gln)) * (p[KI_LAC] / (p[KI_LAC] + Lac)) *
               (p[KI_AMM] / (p[KI_AMM] + Amm));
  const double death = p[KD_MAX] * (Lac / (p[KD_LAC] + Lac)) * (Amm / (p[KD_AMM] + Amm));
  const double glucose = mu * p[Y_X_GLC] + p[M_GLC] * saturation;
  const double forGrowth = mu * p[Y_X_GLN];
  const double glutamine = forGrowth + p[A_GLN] * Gln / (p[K_A] + Gln);
  d[0] = F;
  d[1] = (mu - death - D) * Xv;
  d[2] = death * Xv - (p[K_LYSIS] + D) * Xd;
  d[3] = D * (p[GLC_FEED] - Glc) - glucose * Xv;
  d[4] = D * (p[GLN_FEED] - Gln) - glutamine * Xv - p[D_GLN] * Gln;
  d[5] = p[Y_LAC] * glucose * Xv - D * Lac;
  d[6] = p[Y_AMM] * forGrowth * Xv + p[D_GLN] * Gln - p[R_AMM] * Xv * Amm / (p[K_AMM] + Amm) - D * Amm;
  d[7] = p[Q_MAB] * Xv - D * mAb;
}

inline void oxygen(const Row& p, double feed, const double* y, double* d) {
  plain(p, feed, y, d);
  const double &V = y[0], &Xv = y[1], &O2 = y[8], &DOm = y[9], &I = y[10];
  const double error = (p[DO_SET] - DOm) / p[SPAN];
  const double gas = p[Y_BASE] + p[K_P] * error + I;
  const double uptake = p[Q_O2] * Xv * (O2 / (p[K_O2] + O2));
  d[8] = p[KLA] * (p[O_PURE] * gas - O2) - uptake - feed * p[FEED_SCALE] / V * O2;
  d[9] = (O2 * (p[SPAN] / p[O_AIR]) - DOm) * (3600 / p[TAU_PROBE]);
  d[10] = error * (p[K_P] / p[T_I]);
}

// Compiled with -DOXYGEN for the stiff problem.
#ifdef OXYGEN
constexpr int STATES = OXYGEN_STATES;
inline void start(const double* p, double* y) { startOxygen(p, y); }
inline void rhs(const Row& p, double feed, const double* y, double* d) { oxygen(p, feed, y, d); }
#else
constexpr int STATES = PLAIN_STATES;
inline void start(const double* p, double* y) { startPlain(p, y); }
inline void rhs(const Row& p, double feed, const double* y, double* d) { plain(p, feed, y, d); }
#endif
