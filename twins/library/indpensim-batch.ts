/**
 * A batch of IndPenSim run scan by scan under its controllers: one as published, with its start, disturbances, fault
 * and PAA loop, or the model's own without disturbances.
 */
import type { Kernel } from "../compile/kernel.ts";
import type { TwinModel } from "../language/model.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { segmentsOf } from "../solvers/schedule.ts";
import { Simulation } from "../solvers/simulation.ts";
import { SCAN_HOURS } from "./incremental-pid.ts";
import { IndPenSimControl } from "./indpensim-control.ts";
import { faultNumbered, type IndPenSimFault } from "./indpensim-faults.ts";
import { PaaLoop } from "./indpensim-paa-loop.ts";
import { placeOf } from "./place-of.ts";

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

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Who sets the feed of phenylacetic acid. */
export type PaaFeed = "recipe" | "loop";

export interface BatchPlan {
  readonly scans: number;
  readonly fault: IndPenSimFault;
  readonly paaFeed: PaaFeed;
  readonly setpoints: { readonly pH: number; readonly temperatureK: number };
  /** States at the start that are not the model's. */
  readonly start: Readonly<Record<string, number>>;
  /** Largest growth rate at the start, /h. */
  readonly growthLimit: number;
  /** Inputs of scan k that neither recipe nor controllers set; `mux_max` is added to the growth limit. */
  inputs(k: number): Readonly<Record<string, number>>;
}

export interface BatchCourse {
  readonly initial: Float64Array;
  /** States after every scan. */
  readonly states: readonly Float64Array[];
  /** Inputs during every scan. */
  readonly inputs: readonly Float64Array[];
}

const SET_PH = 6.5;
const SET_TEMPERATURE_K = 298;

/** The model's own batch: its start and recipe, no disturbances. */
export function nominalPlan(model: TwinModel, fault: IndPenSimFault, paaFeed: PaaFeed): BatchPlan {
  const limit = model.inputs.find(({ name }) => name === "mux_max")?.schedule[0]?.value ?? Number.NaN;
  return {
    scans: Math.round(model.time.end / SCAN_HOURS),
    fault,
    paaFeed,
    setpoints: { pH: SET_PH, temperatureK: SET_TEMPERATURE_K },
    start: {},
    growthLimit: limit,
    inputs: () => ({}),
  };
}

/** States after every scan of a published batch, one row each; with its fault and its PAA loop. */
export function runReferenceBatch(
  model: TwinModel,
  batch: ReferenceBatch,
  tolerance: Tolerance,
  kernel?: Kernel,
): readonly Float64Array[] {
  return runBatch(model, publishedPlan(batch), tolerance, kernel).states;
}

export function runBatch(
  model: TwinModel,
  plan: BatchPlan,
  tolerance: Tolerance,
  kernel?: Kernel,
): BatchCourse {
  const twin = new Simulation(model, RODAS4, tolerance, ...(kernel ? [kernel] : []));
  model.states.forEach(({ name }, i) => {
    twin.state[i] = plan.start[name] ?? (twin.state[i] as number);
  });
  const { fault, setpoints } = plan;
  const at = (name: string) => twin.state[placeOf(model.states, name)] as number;
  const control = new IndPenSimControl(
    model,
    { pHSet: setpoints.pH, temperatureSetK: setpoints.temperatureK, fault },
    { pH: -Math.log10(at("H")), temperatureK: at("T") },
  );
  const paaLoop = plan.paaFeed === "loop" ? new PaaLoop(model) : undefined;
  const segments = segmentsOf(model, model.time.end * 2);
  let growthLimit = plan.growthLimit;
  const course = {
    initial: twin.state.slice(),
    states: [] as Float64Array[],
    inputs: [] as Float64Array[],
  };
  for (let k = 1; k <= plan.scans; k++) {
    const segment = segments.times.findLastIndex((time) => time < (k - 0.25) * SCAN_HOURS);
    twin.inputs.set(
      segments.values.subarray(segment * model.inputs.length, (segment + 1) * model.inputs.length),
    );
    growthLimit = control.growthLimit(k, growthLimit);
    const { mux_max = 0, ...given } = plan.inputs(k);
    const set: Readonly<Record<string, number>> = { ...given, mux_max: growthLimit + mux_max };
    model.inputs.forEach(({ name }, i) => {
      twin.inputs[i] = set[name] ?? (twin.inputs[i] as number);
    });
    control.before(k, twin);
    paaLoop?.before(k, twin);
    twin.advance(k * SCAN_HOURS);
    clip(model, twin.state);
    control.after(k, twin);
    paaLoop?.after(twin);
    course.states.push(twin.state.slice());
    course.inputs.push(twin.inputs.slice());
  }
  return course;
}

function publishedPlan({ x0, dist, flags, par, meta }: ReferenceBatch): BatchPlan {
  const given = (name: string) => x0[name] as number;
  return {
    scans: meta.n_samples,
    fault: faultNumbered(flags["Faults"] as number),
    paaFeed: flags["Raman_spec"] === 2 ? "loop" : "recipe",
    setpoints: { pH: flags["pH_sp"] as number, temperatureK: flags["T_sp"] as number },
    start: {
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
    },
    growthLimit: given("mux"),
    inputs(k) {
      const noise = (name: string) => dist[name]?.[k - 1] ?? 0;
      return {
        mu_p: given("mup") + noise("distMuP"),
        mux_max: noise("distMuX"),
        c_s: 600 + noise("distcs"),
        c_oil: 1000 + noise("distcoil"),
        abc: 0.033 + noise("distabc"),
        PAA_c: par.PAA_c + noise("distPAA"),
        Tcin: 285 + noise("distTcin"),
        O2in: 0.21 + noise("distO_2in"),
        alpha_kla: par.alpha_kla,
        N_conc_paa: par.N_conc_paa,
      };
    },
  };
}

/** As the published program does after every scan: nothing below 0, and oxygen never below 1 mg/L. */
function clip(model: TwinModel, state: Float64Array): void {
  model.states.forEach(({ name }, i) => {
    if (name !== "iP" && name !== "iX" && (state[i] as number) <= 0) state[i] = 0.001;
    if (name === "DO" && (state[i] as number) < 2) state[i] = 1;
  });
}
