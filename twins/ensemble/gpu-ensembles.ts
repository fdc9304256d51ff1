/**
 * Ensembles on a graphics device, in 32 bits. What the device leaves is run in 64 bits on the calling thread, so that
 * every run is accounted for; and some runs are repeated in 64 bits, so that the difference is known.
 */
import type { Kernel } from "../compile/kernel.ts";
import type { Program } from "../compile/program.ts";
import type { Gpu } from "../gpu/device.ts";
import { compileForGpu, type GpuKernel } from "../gpu/gpu-trajectories.ts";
import {
  runTrajectories,
  type SolverOptions,
  type Trajectories,
  type TrajectorySink,
} from "../solvers/trajectories.ts";
import { recordBlock } from "./block.ts";
import { type EnsembleEngine, type Runner, runPlan } from "./ensemble.ts";
import { type EnsemblePlan, optionsOf, preparePlan } from "./plan.ts";
import { blocksOf } from "./share-out.ts";

/** Trajectories given to the device together: enough to fill it, few enough to keep their courses in memory. */
const BLOCK = 16_384;
/** Runs that are repeated in 64 bits. */
const COMPARED = 64;

/** How far the device's 32 bits are from 64 bits. */
export interface Agreement {
  readonly compared: number;
  /** Relative tolerance on the device, where single precision bears no tighter one than 1e-5. */
  readonly rtol: number;
  /** Of any state at any output, over the largest value that the state has in the compared runs. */
  readonly largestDifference: number;
  readonly state: string;
  readonly time: number;
}

export interface GpuEnsembles extends EnsembleEngine {
  /** Trajectories so far that the device left, and that were run in 64 bits. */
  readonly left: number;
  /** Repeats runs, evenly spaced over the ensemble. Those that fail in 64 bits are not compared. */
  agreement(plan: EnsemblePlan): Promise<Agreement>;
}

/** The device stays the caller's. @throws RangeError, while running, for a model that no shader can run */
export function startGpuEnsembles(gpu: Gpu): GpuEnsembles {
  let kernel: GpuKernel | undefined;
  let left = 0;
  const kernelOf = async (program: Program): Promise<GpuKernel> => {
    if (kernel?.shader.program !== program) kernel = await compileForGpu(gpu, program);
    return kernel;
  };
  const runner: Runner = async (prepared, gathered, report, isCancelled) => {
    const device = await kernelOf(prepared.kernel.program);
    for (const { from, to } of blocksOf(prepared.plan, BLOCK)) {
      if (isCancelled()) return;
      const block = recordBlock(prepared, from, to, gathered);
      const { work, options, sink } = block;
      const run = await device.run(work, options, sink);
      runSome(prepared.kernel, run.left, work, options, sink);
      left += run.left.length;
      await report(block.result());
    }
  };
  return {
    get left() {
      return left;
    },
    run: (plan, options = {}) => runPlan(plan, options, runner),
    agreement: async (plan) => {
      const prepared = preparePlan(plan);
      return compare(await kernelOf(prepared.kernel.program), prepared.kernel, prepared.work, plan);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** The trajectories with these numbers, in 64 bits. */
function runSome(
  kernel: Kernel,
  indices: readonly number[],
  work: Trajectories,
  options: SolverOptions,
  sink: TrajectorySink,
): void {
  const at = (i: number) => indices[i] as number;
  const some = { count: indices.length, load: (i: number, into: Float64Array) => work.load(at(i), into) };
  runTrajectories(kernel, some, options, {
    sample: (i, output, y) => sink.sample?.(at(i), output, y),
    finished: (outcome, y) => sink.finished({ ...outcome, index: at(outcome.index) }, y),
  });
}

async function compare(
  device: GpuKernel,
  kernel: Kernel,
  work: Trajectories,
  plan: EnsemblePlan,
): Promise<Agreement> {
  const { states } = kernel.program.model;
  const count = Math.min(COMPARED, work.count);
  const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * work.count) / count));
  const options = optionsOf(plan);
  const courses = () => {
    const values = new Float64Array(count * plan.outputs.length * states.length).fill(Number.NaN);
    const sample = (i: number, output: number, y: Float64Array) =>
      values.set(y, (i * plan.outputs.length + output) * states.length);
    return { values, sink: { sample, finished: () => undefined } };
  };
  const some = {
    count,
    load: (i: number, into: Float64Array) => work.load(chosen[i] as number, into),
  };
  const [single, double] = [courses(), courses()];
  const { rtol } = await device.run(some, options, single.sink);
  runTrajectories(kernel, some, options, double.sink);
  const worst = largestDifference(single.values, double.values, states.length);
  return {
    compared: count,
    rtol,
    largestDifference: worst.difference,
    state: states[worst.at % states.length]?.name ?? "",
    time: plan.outputs[Math.floor(worst.at / states.length) % plan.outputs.length] ?? Number.NaN,
  };
}

/** Values that are missing in either are not compared: those runs did not come so far. */
function largestDifference(ours: Float64Array, reference: Float64Array, states: number) {
  const scale = new Float64Array(states);
  for (const [i, value] of reference.entries())
    if (Math.abs(value) > (scale[i % states] as number)) scale[i % states] = Math.abs(value);
  let [difference, at] = [0, 0];
  for (const [i, value] of ours.entries()) {
    const own = Math.abs(value - (reference[i] as number)) / ((scale[i % states] as number) || 1);
    if (own > difference) [difference, at] = [own, i];
  }
  return { difference, at };
}
