/**
 * Runs trajectories on a graphics device in 32 bits, many thousands at once. Those that cannot start, and those that
 * the shader gives up (the step became too small, a state was no number, too many steps), are left to the caller's
 * 64-bit engine, which reports them as it always does.
 */
import type { Program } from "../compile/program.ts";
import { compileToWgsl, PROGRESS, type Shader, STATE_ROWS, type StateRow } from "../compile/wgsl.ts";
import type { Segments } from "../solvers/schedule.ts";
import { startProblem } from "../solvers/start-problem.ts";
import type { SolverOptions, Trajectories, TrajectorySink } from "../solvers/trajectories.ts";
import { functionsOf, type TwinFunctions } from "../solvers/twin-functions.ts";
import { type Gpu, withErrors } from "./device.ts";
import { LaneBuffers, type LoadedShader, loadShader, type Settings } from "./lane-buffers.ts";

/** Between two looks at whether all lanes are done: far below the 2 s after which display drivers take a shader for hung. */
const ATTEMPTS_PER_DISPATCH = 128;
/** Over the length of the run: a step below it no longer moves time in 32 bits. */
const SMALLEST_STEP = 1e-7;
/** Single precision carries seven digits: a tighter tolerance costs steps and gains nothing. */
const TIGHTEST_RTOL = 1e-5;
/** Beyond every output time. */
const NEVER = 3e38;

export interface GpuRun {
  /** Trajectories that the 64-bit engine must run, ascending. */
  readonly left: readonly number[];
  /** The relative tolerance that was used. */
  readonly rtol: number;
}

/** A model and method, compiled for a device. */
export interface GpuKernel {
  readonly gpu: Gpu;
  readonly shader: Shader;
  /**
   * Each trajectory either goes to `sink` or is left; after `stop` neither happens to those not begun.
   * @throws GpuError
   */
  run(
    work: Trajectories,
    options: SolverOptions,
    sink: TrajectorySink,
    stop?: () => boolean,
  ): Promise<GpuRun>;
}

/** @throws RangeError for a model that no shader can run, GpuError when the device refuses it */
export async function compileForGpu(gpu: Gpu, program: Program): Promise<GpuKernel> {
  const shader = compileToWgsl(program);
  const loaded = await withErrors(gpu, async () => loadShader(gpu, shader));
  return {
    gpu,
    shader,
    run: (work, options, sink, stop = () => false) =>
      withErrors(gpu, () => runChunks(gpu, loaded, work, options, sink, stop)),
  };
}

async function runChunks(
  gpu: Gpu,
  loaded: LoadedShader,
  work: Trajectories,
  options: SolverOptions,
  sink: TrajectorySink,
  stop: () => boolean,
): Promise<GpuRun> {
  const rtol = Math.max(options.rtol, TIGHTEST_RTOL);
  const segments = mostSegments(work, loaded.shader.program.model.parameters.length);
  const buffers = new LaneBuffers(gpu, loaded, {
    count: work.count,
    segments,
    outputs: options.outputs.length,
  });
  const chunk = new Chunk(buffers, loaded.shader, { ...options, rtol }, segments);
  const left: number[] = [];
  try {
    for (let from = 0; from < work.count && !stop(); from += buffers.lanes) {
      left.push(...chunk.load(work, from));
      await chunk.run();
      left.push(...(await chunk.gather(sink)));
    }
  } finally {
    buffers.destroy();
  }
  return { left: left.sort((a, b) => a - b), rtol };
}

/**
 * Most segments among the first trajectories. Strategies repeat from draw to draw, so these stand for all; one with
 * more is left to the 64-bit engine.
 */
function mostSegments(work: Trajectories, parameters: number): number {
  const into = new Float64Array(parameters);
  const first = Array.from({ length: Math.min(work.count, 64) }, (_, i) => work.load(i, into).times.length);
  return Math.max(...first);
}

/** The trajectories that are on the device together. */
class Chunk {
  readonly #buffers: LaneBuffers;
  readonly #shader: Shader;
  readonly #options: SolverOptions;
  readonly #segments: number;
  readonly #functions: TwinFunctions;
  readonly #parameters: Float64Array;
  readonly #state: Float64Array;
  /** Trajectory of each lane that started. */
  #running = new Map<number, number>();

  constructor(buffers: LaneBuffers, shader: Shader, options: SolverOptions, segments: number) {
    const { model } = shader.program;
    this.#buffers = buffers;
    this.#shader = shader;
    this.#options = options;
    this.#segments = segments;
    this.#functions = functionsOf(model);
    this.#parameters = new Float64Array(model.parameters.length);
    this.#state = new Float64Array(model.states.length);
  }

  /** Trajectories `from` and following, as many as there are lanes. Gives those that are not for the device. */
  load(work: Trajectories, from: number): number[] {
    const { state, lanes } = this.#buffers;
    this.#running = new Map();
    const refused: number[] = [];
    state.fill(PROGRESS.needsHost, 0, lanes);
    for (let lane = 0; lane < lanes && from + lane < work.count; lane++) {
      const segments = work.load(from + lane, this.#parameters);
      if (this.#start(lane, segments)) this.#running.set(lane, from + lane);
      else refused.push(from + lane);
    }
    return refused;
  }

  async run(): Promise<void> {
    const buffers = this.#buffers;
    const { outputs, maxSteps } = this.#options;
    buffers.upload(this.#settings(), Float32Array.from([...outputs, NEVER]));
    const dispatches = Math.ceil(maxSteps / ATTEMPTS_PER_DISPATCH) + 1;
    for (let done = 0; done < dispatches && this.#running.size > 0; done++) {
      buffers.dispatch();
      await buffers.download("state", buffers.lanes);
      if (buffers.state.subarray(0, buffers.lanes).every((progress) => progress > PROGRESS.running)) return;
    }
  }

  /** Hands every finished trajectory to `sink`; gives those that the shader gave up. */
  async gather(sink: TrajectorySink): Promise<number[]> {
    const buffers = this.#buffers;
    await buffers.download("state");
    if (sink.sample) await buffers.download("samples");
    const givenUp: number[] = [];
    for (const [lane, index] of this.#running) {
      if (this.#read("progress", lane) !== PROGRESS.finished) {
        givenUp.push(index);
        continue;
      }
      this.#sampleTo(sink, lane, index);
      this.#copyRows(buffers.state, STATE_ROWS.length, lane);
      const outcome = {
        index,
        failure: undefined,
        time: this.#options.end,
        steps: this.#read("steps", lane),
        rejects: this.#read("rejects", lane),
        events: [],
      };
      sink.finished(outcome, this.#state);
    }
    return givenUp;
  }

  /** False for a trajectory that cannot start, or that has more segments than there is room for. */
  #start(lane: number, { times, values, start }: Segments): boolean {
    const { parameters, inputs, ends, state, lanes } = this.#buffers;
    const { begin, end, firstStep } = this.#options;
    const { model } = this.#shader.program;
    if (times.length > this.#segments) return false;
    const atStart = values.slice(0, model.inputs.length);
    if (start) this.#state.set(start);
    else this.#functions.initial(begin, this.#state, this.#parameters, atStart, this.#state);
    if (startProblem(model, this.#parameters, atStart, this.#state)) return false;
    const write = (row: number, value: number) => {
      state[row * lanes + lane] = value;
    };
    const control: Readonly<Record<StateRow, number>> = {
      progress: PROGRESS.entering,
      t: begin,
      h: firstStep,
      rejected: 0,
      errorBefore: 1e-4,
      hBefore: 0,
      steps: 0,
      rejects: 0,
      segment: 0,
      output: 0,
    };
    STATE_ROWS.forEach((name, row) => write(row, control[name]));
    this.#state.forEach((value, i) => write(STATE_ROWS.length + i, value));
    this.#parameters.forEach((value, i) => {
      parameters[i * lanes + lane] = value;
    });
    values.forEach((value, i) => {
      inputs[i * lanes + lane] = value;
    });
    times.forEach((_, i) => {
      ends[i * lanes + lane] = times[i + 1] ?? end;
    });
    return true;
  }

  #sampleTo(sink: TrajectorySink, lane: number, index: number): void {
    const states = this.#state.length;
    for (let output = 0; sink.sample && output < this.#options.outputs.length; output++) {
      this.#copyRows(this.#buffers.samples, output * states, lane);
      sink.sample(index, output, this.#state);
    }
  }

  /** One value per state, from `row` on. */
  #copyRows(rows: Float32Array, row: number, lane: number): void {
    const { lanes } = this.#buffers;
    for (let i = 0; i < this.#state.length; i++) this.#state[i] = rows[(row + i) * lanes + lane] as number;
  }

  #read(name: StateRow, lane: number): number {
    return this.#buffers.state[STATE_ROWS.indexOf(name) * this.#buffers.lanes + lane] as number;
  }

  #settings(): Settings {
    const { rtol, atol, end, maxSteps, outputs } = this.#options;
    return {
      lanes: this.#buffers.lanes,
      outputs: outputs.length,
      attempts: ATTEMPTS_PER_DISPATCH,
      rtol,
      atol,
      end,
      hMin: end * SMALLEST_STEP,
      maxSteps,
      not_a_number: Number.NaN,
    };
  }
}
