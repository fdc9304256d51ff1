/** A batch of IndPenSim as published: start, disturbances and recipe, run scan by scan under its controllers. */
import type { Kernel } from "../compile/kernel.ts";
import type { TwinModel } from "../language/model.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { segmentsOf } from "../solvers/schedule.ts";
import { Simulation } from "../solvers/simulation.ts";
import { IndPenSimControl, SCAN_HOURS } from "./indpensim-control.ts";

/** Names as in the published files. */
export interface ReferenceBatch {
  readonly x0: Readonly<Record<string, number>>;
  readonly par: Readonly<Record<"alpha_kla" | "PAA_c" | "N_conc_paa", number>>;
  readonly flags: Readonly<Record<string, number>>;
  readonly dist: Readonly<Record<string, readonly number[]>>;
  readonly meta: { readonly n_samples: number };
  readonly cols: readonly string[];
  readonly data: readonly (readonly number[])[];
}

/** Our state -> column of the reference. */
export const COMPARED: Readonly<Record<string, string>> = {
  S: "S",
  DO: "DO2",
  P: "P",
  V: "V",
  Wt: "Wt",
  T: "T",
  a0: "a0",
  a1: "a1",
  a3: "a3",
  a4: "a4",
  n5: "n5",
  CO2d: "CO2_d",
  PAA: "PAA",
  NH3: "NH3",
};

/** States after every scan, one row each. */
export function runReferenceBatch(
  model: TwinModel,
  batch: ReferenceBatch,
  tolerance: { rtol: number; atol: number },
  kernel?: Kernel,
): Float64Array[] {
  const twin = new Simulation(model, RODAS4, tolerance, ...(kernel ? [kernel] : []));
  const { x0, dist, flags } = batch;
  const given = (name: string) => x0[name] as number;
  const start: Record<string, number> = {
    S: given("S"),
    DO: given("DO2"),
    O2o: given("O2"),
    P: given("P"),
    V: given("V"),
    Wt: given("Wt"),
    H: 10 ** -given("pH"),
    T: given("T"),
    Age: given("Culture_age"),
    a0: given("a0"),
    a1: given("a1"),
    a3: given("a3"),
    a4: given("a4"),
    CO2o: given("CO2outgas"),
    PAA: given("PAA"),
    NH3: given("NH3"),
  };
  model.states.forEach(({ name }, i) => {
    twin.state[i] = start[name] ?? (name === "Vis" ? 4 : 0);
  });
  const control = new IndPenSimControl(
    model,
    { pHSet: flags["pH_sp"] as number, temperatureSetK: flags["T_sp"] as number },
    { pH: given("pH"), temperatureK: given("T") },
  );
  const segments = segmentsOf(model, model.time.end * 2);
  let growthLimit = given("mux");
  const rows: Float64Array[] = [];
  for (let k = 1; k <= batch.meta.n_samples; k++) {
    const noise = (name: string) => dist[name]?.[k - 1] ?? 0;
    const segment = segments.times.findLastIndex((time) => time < (k - 0.25) * SCAN_HOURS);
    twin.inputs.set(
      segments.values.subarray(segment * model.inputs.length, (segment + 1) * model.inputs.length),
    );
    growthLimit = control.growthLimit(k, growthLimit);
    const set: Record<string, number> = {
      mu_p: given("mup") + noise("distMuP"),
      mux_max: growthLimit + noise("distMuX"),
      c_s: 600 + noise("distcs"),
      c_oil: 1000 + noise("distcoil"),
      abc: 0.033 + noise("distabc"),
      PAA_c: batch.par.PAA_c + noise("distPAA"),
      Tcin: 285 + noise("distTcin"),
      O2in: 0.21 + noise("distO_2in"),
      alpha_kla: batch.par.alpha_kla,
      N_conc_paa: batch.par.N_conc_paa,
    };
    model.inputs.forEach(({ name }, i) => {
      const value = set[name];
      if (value !== undefined) twin.inputs[i] = value;
    });
    control.before(k, twin);
    twin.advance(k * SCAN_HOURS);
    clip(model, twin.state);
    control.after(k, twin);
    rows.push(twin.state.slice());
  }
  return rows;
}

/** As the published program does after every scan: nothing below 0, and oxygen never below 1 mg/L. */
function clip(model: TwinModel, state: Float64Array): void {
  model.states.forEach(({ name }, i) => {
    if (name !== "iP" && name !== "iX" && (state[i] as number) <= 0) state[i] = 0.001;
    if (name === "DO" && (state[i] as number) < 2) state[i] = 1;
  });
}
