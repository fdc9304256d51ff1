/** One lane of a kernel: its trajectory's segments, outputs and events. */
import type { Kernel } from "../compile/kernel.ts";
import { CONTROL_SLOTS, type ControlSlot, STATUS } from "../compile/layout.ts";
import { STEP_AFTER_CHANGE } from "./control.ts";
import { DenseStep } from "./dense-step.ts";
import { EventWatch } from "./event-watch.ts";
import type { Outcome } from "./outcome.ts";
import type { Segments } from "./schedule.ts";
import { startProblem } from "./start-problem.ts";
import { stuck } from "./stuck.ts";
import type { SolverOptions, Trajectories, TrajectorySink } from "./trajectories.ts";
import type { TwinFunctions } from "./twin-functions.ts";

/** What the kernel must do before it goes on. */
export type Change = "none" | "entered" | "finished";

const MOST_EVENTS = 10_000;
/** Over the length of the run. */
const SMALLEST_STEP = 1e-14;

export class Lane {
  active = false;
  readonly #memory: Float64Array;
  readonly #at: (slot: number) => number;
  readonly #slots: Record<ControlSlot, number>;
  readonly #y: number;
  readonly #yStride: number;
  readonly #functions: TwinFunctions;
  readonly #options: SolverOptions;
  readonly #sink: TrajectorySink;
  readonly #dense: DenseStep;
  readonly #parameters: Float64Array;
  readonly #inputs: Float64Array;
  readonly #state: Float64Array;
  readonly #watch: EventWatch;
  readonly #parameterAt: Int32Array;
  readonly #inputAt: Int32Array;
  #segments: Segments = { times: new Float64Array(1), values: new Float64Array(0) };
  #segment = 0;
  #output = 0;
  #index = -1;
  #events: { name: string; time: number }[] = [];

  constructor(
    kernel: Kernel,
    lane: number,
    functions: TwinFunctions,
    options: SolverOptions,
    sink: TrajectorySink,
  ) {
    const { layout, model } = kernel.program;
    this.#memory = kernel.memory;
    this.#at = (slot) => slot * kernel.lanes + lane;
    const place = (name: string) => this.#at(layout.slot(name));
    this.#slots = Object.fromEntries(CONTROL_SLOTS.map((name) => [name, place(name)])) as Record<
      ControlSlot,
      number
    >;
    this.#y = place(`y:${model.states[0]?.name}`);
    this.#yStride = kernel.lanes;
    this.#parameterAt = Int32Array.from(model.parameters, (p) => place(`p:${p.name}`));
    this.#inputAt = Int32Array.from(model.inputs, (u) => place(`u:${u.name}`));
    this.#functions = functions;
    this.#options = options;
    this.#sink = sink;
    this.#dense = new DenseStep(kernel, lane);
    this.#parameters = new Float64Array(model.parameters.length);
    this.#inputs = new Float64Array(model.inputs.length);
    this.#state = new Float64Array(model.states.length);
    this.#watch = new EventWatch(kernel, lane, functions, this.#dense);
  }

  /** False when the trajectory cannot even start: it is reported as failed. */
  start(index: number, work: Trajectories): boolean {
    this.#index = index;
    this.#events = [];
    this.active = true;
    this.#segments = work.load(index, this.#parameters);
    this.#resetControl();
    for (let i = 0; i < this.#parameters.length; i++) {
      this.#memory[this.#parameterAt[i] as number] = this.#parameters[i] as number;
    }
    this.#enterSegment(0);
    const { begin } = this.#options;
    if (this.#segments.start) this.#state.set(this.#segments.start);
    else this.#functions.initial(begin, this.#state, this.#parameters, this.#inputs, this.#state);
    const problem = startProblem(this.#functions.model, this.#parameters, this.#inputs, this.#state);
    if (problem) {
      this.#finish(problem);
      return false;
    }
    this.#storeState();
    this.#output = 0;
    while ((this.#options.outputs[this.#output] as number) <= begin)
      this.#sink.sample?.(index, this.#output++, this.#state);
    this.#aimAtOutput();
    this.#watch.from(begin, this.#state, this.#parameters, this.#inputs);
    return true;
  }

  /** Parks the lane on values that never ask for attention. */
  idle(): void {
    this.active = false;
    const memory = this.#memory;
    for (const slot of ["tEnd", "tOut", "maxSteps"] as const)
      memory[this.#slots[slot]] = Number.POSITIVE_INFINITY;
    for (const slot of ["h", "hMin", "t"] as const) memory[this.#slots[slot]] = 0;
    this.#watch.off();
  }

  /** Does what the kernel stopped for. */
  attend(flags: number): Change {
    if (
      flags & (STATUS.stepTooSmall | STATUS.tooManySteps) &&
      !(flags & STATUS.atEnd && this.#atLastSegment())
    ) {
      return this.#fail(flags);
    }
    if (flags & STATUS.event) return this.#passEvent();
    const t = this.#read("t");
    if (flags & STATUS.atOutput) this.#sampleUntil(t);
    return flags & STATUS.atEnd ? this.#endSegment(t) : "none";
  }

  #endSegment(t: number): Change {
    if (this.#atLastSegment()) return this.#finish(undefined);
    this.#enterSegment(this.#segment + 1);
    this.#memory[this.#slots.h] = STEP_AFTER_CHANGE * this.#read("h");
    this.#loadState();
    this.#watch.from(t, this.#state, this.#parameters, this.#inputs);
    return "entered";
  }

  #read(slot: ControlSlot): number {
    return this.#memory[this.#slots[slot]] as number;
  }

  #atLastSegment(): boolean {
    return this.#segment === this.#segments.times.length - 1;
  }

  #enterSegment(segment: number): void {
    this.#segment = segment;
    const { times, values } = this.#segments;
    const count = this.#inputs.length;
    for (let i = 0; i < count; i++) {
      const value = values[segment * count + i] as number;
      this.#inputs[i] = value;
      this.#memory[this.#inputAt[i] as number] = value;
    }
    this.#memory[this.#slots.tEnd] = times[segment + 1] ?? this.#options.end;
  }

  #resetControl(): void {
    const { begin, end, firstStep, maxSteps, rtol, atol } = this.#options;
    const memory = this.#memory;
    const slots = this.#slots;
    memory[slots.t] = begin;
    memory[slots.h] = firstStep;
    memory[slots.rejected] = 0;
    memory[slots.errorBefore] = 1e-4;
    memory[slots.hBefore] = 0;
    memory[slots.steps] = 0;
    memory[slots.rejects] = 0;
    memory[slots.hMin] = end * SMALLEST_STEP;
    memory[slots.maxSteps] = maxSteps;
    memory[slots.rtol] = rtol;
    memory[slots.atol] = atol;
  }

  /** Outputs in the step just taken, up to and with `time`. */
  #sampleUntil(time: number): void {
    const { outputs } = this.#options;
    for (; (outputs[this.#output] as number) <= time; this.#output++) {
      this.#dense.stateAt(outputs[this.#output] as number, this.#state);
      this.#sink.sample?.(this.#index, this.#output, this.#state);
    }
    this.#aimAtOutput();
  }

  #aimAtOutput(): void {
    this.#memory[this.#slots.tOut] = this.#options.outputs[this.#output] ?? Number.POSITIVE_INFINITY;
  }

  /** The first event inside the step: state set to where it happened, then its actions. */
  #passEvent(): Change {
    const passed = this.#watch.pass(this.#state, this.#parameters, this.#inputs, (time) =>
      this.#sampleUntil(time),
    );
    this.#events.push(...passed.fired.map((name) => ({ name, time: passed.time })));
    this.#memory[this.#slots.t] = passed.time;
    this.#storeState();
    if (passed.stops) return this.#finish(undefined);
    if (this.#events.length >= MOST_EVENTS) {
      return this.#finish({ reason: "too-many-events", detail: `${MOST_EVENTS} events by ${passed.time}` });
    }
    return passed.time >= this.#read("tEnd") ? this.#endSegment(passed.time) : "entered";
  }

  #fail(flags: number): Change {
    const t = this.#read("t");
    this.#loadState();
    if (flags & STATUS.tooManySteps) {
      return this.#finish({ reason: "too-many-steps", detail: `${this.#options.maxSteps} steps by ${t}` });
    }
    return this.#finish(
      stuck(this.#functions, {
        time: t,
        step: this.#read("h"),
        state: this.#state,
        parameters: this.#parameters,
        inputs: this.#inputs,
      }),
    );
  }

  #finish(failure: Outcome["failure"]): "finished" {
    this.active = false;
    if (!failure) this.#loadState();
    const outcome: Outcome = {
      index: this.#index,
      failure,
      time: this.#read("t"),
      steps: this.#read("steps"),
      rejects: this.#read("rejects"),
      events: this.#events,
    };
    this.#sink.finished(outcome, this.#state);
    return "finished";
  }

  #loadState(): void {
    for (let i = 0; i < this.#state.length; i++)
      this.#state[i] = this.#memory[this.#y + i * this.#yStride] as number;
  }

  #storeState(): void {
    for (let i = 0; i < this.#state.length; i++)
      this.#memory[this.#y + i * this.#yStride] = this.#state[i] as number;
  }
}
