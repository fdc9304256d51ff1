/**
 * One twin under control: inputs may be set and the state read or corrected between advances. For
 * controllers that act at their scans, for estimators, and for a live batch.
 */
import { compileToJavaScript } from "../compile/javascript.ts";
import type { Kernel } from "../compile/kernel.ts";
import { CONTROL_SLOTS, type ControlSlot, STATUS } from "../compile/layout.ts";
import { buildProgram } from "../compile/program.ts";
import type { TwinModel } from "../language/model.ts";
import { DenseStep } from "./dense-step.ts";
import { EventWatch } from "./event-watch.ts";
import { Lane } from "./lane.ts";
import type { FailureReason } from "./outcome.ts";
import type { Method } from "./step.ts";
import { stuck } from "./stuck.ts";
import { DEFAULT_TOLERANCE, solverOptions } from "./trajectories.ts";
import { functionsOf, type TwinFunctions } from "./twin-functions.ts";

/** The twin cannot go on from its state. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface SimulationOptions {
  readonly rtol?: number;
  readonly atol?: number;
  /** Attempts in one advance. */
  readonly maxSteps?: number;
  readonly parameters?: Float64Array;
}

export class Simulation {
  /** In the order of the model; may be written. */
  readonly state: Float64Array;
  readonly inputs: Float64Array;
  readonly events: { readonly name: string; readonly time: number }[] = [];
  steps = 0;
  readonly #kernel: Kernel;
  readonly #functions: TwinFunctions;
  readonly #dense: DenseStep;
  readonly #watch: EventWatch;
  readonly #parameters: Float64Array;
  readonly #maxSteps: number;
  readonly #inputAt: readonly number[];
  readonly #stateAt: readonly number[];
  readonly #at: Readonly<Record<ControlSlot, number>>;
  #time = 0;
  #step = 0;

  /** `kernel` belongs to this simulation from now on; a second lane is parked. */
  constructor(
    model: TwinModel,
    method: Method,
    options: SimulationOptions = {},
    kernel = compileToJavaScript(buildProgram(model, method)),
  ) {
    this.#kernel = kernel;
    this.#functions = functionsOf(model);
    this.#dense = new DenseStep(kernel, 0);
    this.#watch = new EventWatch(kernel, 0, this.#functions, this.#dense);
    this.#parameters = options.parameters ?? Float64Array.from(model.parameters, (p) => p.value);
    this.#maxSteps = options.maxSteps ?? 100_000;
    this.#at = Object.fromEntries(
      CONTROL_SLOTS.map((name) => [name, kernel.program.layout.slot(name) * kernel.lanes]),
    ) as Record<ControlSlot, number>;
    this.inputs = Float64Array.from(model.inputs, (u) => u.schedule[0]?.value ?? Number.NaN);
    this.state = new Float64Array(model.states.length);
    const place = (name: string) => kernel.program.layout.slot(name) * kernel.lanes;
    this.#inputAt = model.inputs.map((u) => place(`u:${u.name}`));
    this.#stateAt = model.states.map((s) => place(`y:${s.name}`));
    this.#functions.initial(0, this.state, this.#parameters, this.inputs, this.state);
    model.parameters.forEach((p, i) => {
      kernel.memory[place(`p:${p.name}`)] = this.#parameters[i] as number;
    });
    this.#write("rtol", options.rtol ?? DEFAULT_TOLERANCE.rtol);
    this.#write("atol", options.atol ?? DEFAULT_TOLERANCE.atol);
    this.#write("tOut", Number.POSITIVE_INFINITY);
    if (kernel.lanes === 2)
      new Lane(kernel, 1, this.#functions, solverOptions(1), { finished: () => undefined }).idle();
    kernel.prepare();
  }

  get time(): number {
    return this.#time;
  }

  /**
   * Brings the twin to `time` under the present inputs.
   * @throws SimulationError; the state is then where it was left
   */
  advance(time: number): void {
    const memory = this.#kernel.memory;
    const length = time - this.#time;
    if (!(length > 0)) throw new RangeError(`the twin is at ${this.#time} and cannot go to ${time}`);
    this.#write("t", this.#time);
    this.#write("tEnd", time);
    this.#write("h", this.#step > 0 ? this.#step : length * 1e-3);
    this.#write("hMin", length * 1e-12);
    this.#write("maxSteps", this.#maxSteps);
    this.#write("rejected", 0);
    this.#write("steps", 0);
    this.#write("rejects", 0);
    this.#write("errorBefore", 1e-4);
    this.#write("hBefore", 0);
    for (let i = 0; i < this.inputs.length; i++)
      memory[this.#inputAt[i] as number] = this.inputs[i] as number;
    this.#watch.from(this.#time, this.state, this.#parameters, this.inputs);
    for (let isThere = false; !isThere; ) isThere = this.#go();
    this.#step = this.#read("h");
  }

  /** Until the kernel stops; true at the end. */
  #go(): boolean {
    const memory = this.#kernel.memory;
    for (let i = 0; i < this.state.length; i++) memory[this.#stateAt[i] as number] = this.state[i] as number;
    this.#kernel.enter();
    this.#kernel.run();
    const status = this.#read("status");
    this.steps = this.steps + this.#read("steps") + this.#read("rejects");
    this.#write("steps", 0);
    this.#write("rejects", 0);
    if (status & STATUS.event) return this.#passEvent();
    for (let i = 0; i < this.state.length; i++) this.state[i] = memory[this.#stateAt[i] as number] as number;
    this.#time = this.#read("t");
    if (status & STATUS.stepTooSmall) throw this.#stuck();
    if (status & STATUS.atEnd) return true;
    throw new SimulationError(
      "too-many-steps",
      `${this.#functions.model.name}: ${this.#maxSteps} steps by ${this.#time}`,
    );
  }

  #stuck(): SimulationError {
    const { reason, detail } = stuck(this.#functions, {
      time: this.#time,
      step: this.#read("h"),
      state: this.state,
      parameters: this.#parameters,
      inputs: this.inputs,
    });
    const what = reason === "step-too-small" ? `no step is small enough at ${this.#time}` : detail;
    return new SimulationError(reason, `${this.#functions.model.name}: ${what}`);
  }

  #passEvent(): boolean {
    const end = this.#read("tEnd");
    const passed = this.#watch.pass(this.state, this.#parameters, this.inputs, () => undefined);
    this.events.push(...passed.fired.map((name) => ({ name, time: passed.time })));
    this.#time = passed.time;
    this.#write("t", passed.time);
    return passed.time >= end;
  }

  #read(name: ControlSlot): number {
    return this.#kernel.memory[this.#at[name]] as number;
  }

  #write(name: ControlSlot, value: number): void {
    this.#kernel.memory[this.#at[name]] = value;
  }
}
