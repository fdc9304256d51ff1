/**
 * IndPenSim run scan by scan: at the start of each scan of 0.2 h the controllers set their actuators, which then stand
 * still until the next. What published batches, single runs and ensembles share.
 */
import type { TwinModel } from "../language/model.ts";
import { type Segments, segmentsOf } from "../solvers/schedule.ts";
import type { Simulation } from "../solvers/simulation.ts";
import { SCAN_HOURS } from "./incremental-pid.ts";
import { IndPenSimControl } from "./indpensim-control.ts";
import type { IndPenSimFault } from "./indpensim-faults.ts";
import { PaaLoop } from "./indpensim-paa-loop.ts";
import { placeOf } from "./place-of.ts";

/** Who sets the feed of phenylacetic acid. */
export type PaaFeed = "recipe" | "loop";

export interface BatchPlan {
  /** Hours; the last scan may be shorter. */
  readonly end: number;
  readonly fault: IndPenSimFault;
  readonly paaFeed: PaaFeed;
  readonly setpoints: { readonly pH: number; readonly temperatureK: number };
  /** States at the start that are not the model's. */
  readonly start: Readonly<Record<string, number>>;
  /** Inputs over time before the controllers act; the model's where absent. */
  readonly recipe?: Segments;
  /** Largest growth rate at the start, /h; the recipe's until the controllers change it where absent. */
  readonly growthLimit?: number;
  /** Inputs of scan k that neither recipe nor controllers set; `mux_max` is added to the growth limit. */
  inputs(k: number): Readonly<Record<string, number>>;
  /** Times at which the state is wanted, h, ascending. */
  readonly outputs?: Float64Array;
}

export interface ScanSink {
  begun?(state: Float64Array): void;
  /** State at `outputs[output]`. */
  sample?(output: number, state: Float64Array): void;
  /** At the start of scan k, from 1: the inputs are those of the whole scan. */
  acted?(k: number): void;
  /** At its end. */
  scanned?(k: number): void;
}

/** Inputs of which the recipe's value is not used. */
export const CONTROLLED_INPUTS: readonly string[] = ["Fa", "Fb", "Fc", "Fh"];

/** @throws SimulationError; the twin is then where it was left */
export function runScans(twin: Simulation, model: TwinModel, plan: BatchPlan, sink: ScanSink): void {
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
  const setRecipe = recipeOf(twin, model, plan, control);
  const samples = samplesOf(plan.outputs ?? new Float64Array(0), twin, sink);
  sink.begun?.(twin.state);
  samples.at(0);
  for (let k = 1; (k - 1) * SCAN_HOURS < plan.end - 1e-9; k++) {
    setRecipe(k);
    control.before(k, twin);
    paaLoop?.before(k, twin);
    const end = Math.min(k * SCAN_HOURS, plan.end);
    sink.acted?.(k);
    samples.before(end);
    if (twin.time < end) twin.advance(end);
    clip(model, twin.state);
    samples.at(end);
    control.after(k, twin);
    paaLoop?.after(twin);
    sink.scanned?.(k);
  }
}

/** Sets the inputs of scan k as they are before the controllers act. */
function recipeOf(
  twin: Simulation,
  model: TwinModel,
  plan: BatchPlan,
  control: IndPenSimControl,
): (k: number) => void {
  const segments = plan.recipe ?? segmentsOf(model, model.time.end * 2);
  const growth = placeOf(model.inputs, "mux_max");
  let limit = plan.growthLimit;
  return (k) => {
    const segment = segments.times.findLastIndex((time) => time < (k - 0.25) * SCAN_HOURS);
    twin.inputs.set(
      segments.values.subarray(segment * model.inputs.length, (segment + 1) * model.inputs.length),
    );
    const present = limit ?? (twin.inputs[growth] as number);
    const next = control.growthLimit(k, present);
    if (next !== present) limit = next;
    const { mux_max = 0, ...given } = plan.inputs(k);
    const set: Readonly<Record<string, number>> = { ...given, mux_max: next + mux_max };
    model.inputs.forEach(({ name }, i) => {
      twin.inputs[i] = set[name] ?? (twin.inputs[i] as number);
    });
  };
}

/** Outputs nearer to a scan's end than this are at it. */
const SAME_TIME_H = 1e-9;

/** Brings the twin to every output between scans, and tells the state there. */
function samplesOf(outputs: Float64Array, twin: Simulation, sink: ScanSink) {
  let next = 0;
  const tell = () => sink.sample?.(next++, twin.state);
  return {
    before: (end: number) => {
      for (let time = outputs[next]; time !== undefined && time < end - SAME_TIME_H; time = outputs[next]) {
        twin.advance(time);
        tell();
      }
    },
    at: (time: number) => {
      while (next < outputs.length && (outputs[next] as number) <= time + SAME_TIME_H) tell();
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
