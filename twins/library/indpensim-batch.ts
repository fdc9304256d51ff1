/**
 * Batches of IndPenSim under its controllers: one as published, with its start, disturbances, fault and PAA loop, or
 * the model's own without disturbances.
 */
import type { Kernel } from "../compile/kernel.ts";
import type { TwinModel } from "../language/model.ts";
import { RODAS4 } from "../solvers/rodas4.ts";
import { Simulation } from "../solvers/simulation.ts";
import { SCAN_HOURS } from "./incremental-pid.ts";
import { faultNumbered, type IndPenSimFault } from "./indpensim-faults.ts";
import { type BatchPlan, type PaaFeed, runScans } from "./indpensim-scans.ts";

export type { BatchPlan, PaaFeed } from "./indpensim-scans.ts";

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
  return {
    end: model.time.end,
    fault,
    paaFeed,
    setpoints: { pH: SET_PH, temperatureK: SET_TEMPERATURE_K },
    start: {},
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
  const states: Float64Array[] = [];
  const inputs: Float64Array[] = [];
  let initial = twin.state.slice();
  runScans(twin, model, plan, {
    begun: (state) => {
      initial = state.slice();
    },
    scanned: () => {
      states.push(twin.state.slice());
      inputs.push(twin.inputs.slice());
    },
  });
  return { initial, states, inputs };
}

function publishedPlan({ x0, dist, flags, par, meta }: ReferenceBatch): BatchPlan {
  const given = (name: string) => x0[name] as number;
  return {
    end: meta.n_samples * SCAN_HOURS,
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
