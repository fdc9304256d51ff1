/** The equations of an SBML model between its events: one compiled loop that stops where a trigger changes. */
import { compileToJavaScript } from "../compile/javascript.ts";
import type { Kernel } from "../compile/kernel.ts";
import { STATUS } from "../compile/layout.ts";
import { compileTerms } from "../compile/observer.ts";
import { buildProgram } from "../compile/program.ts";
import type { TwinModel } from "../language/model.ts";
import { DenseStep } from "../solvers/dense-step.ts";
import { findCrossing } from "../solvers/event-root.ts";
import { SimulationError } from "../solvers/simulation.ts";
import type { Method } from "../solvers/step.ts";
import type { TwinFunctions } from "../solvers/twin-functions.ts";
import { apply, constant } from "./term.ts";
import type { SbmlModel } from "./twin-of.ts";

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const MOST_STEPS = 30_000;
/** Of the step before, after a jump. */
const STEP_AFTER_JUMP = 0.1;

export class Continuous {
  readonly twin: TwinModel;
  readonly state: Float64Array;
  readonly parameters: Float64Array;
  time = 0;
  steps = 0;
  readonly #kernel: Kernel;
  readonly #functions: Pick<TwinFunctions, "model" | "watched"> & TwinFunctions;
  readonly #dense: DenseStep;
  readonly #stateAt: readonly number[];
  readonly #sideAt: readonly number[];
  #step = 0;

  /** `length` of the whole run: the scale of its first and its smallest step. */
  constructor(model: SbmlModel, method: Method, tolerance: Tolerance, length: number) {
    const events = model.events.map(({ id, trigger }) => ({
      name: id,
      watched: apply("subtract", trigger, constant(0.5)),
      direction: 1 as const,
      assignments: [],
      stops: false,
    }));
    this.twin = { ...model.twin, events };
    this.#kernel = compileToJavaScript(buildProgram(this.twin, method));
    this.#functions = {
      model: this.twin,
      initial: compileTerms(
        { ...this.twin, algebra: [] },
        this.twin.states.map((each) => each.initial),
      ),
      watched: compileTerms(
        this.twin,
        events.map((event) => event.watched),
      ),
      actions: [],
    };
    this.#dense = new DenseStep(this.#kernel, 0);
    this.parameters = Float64Array.from(this.twin.parameters, (p) => p.value);
    this.state = new Float64Array(this.twin.states.length);
    this.#functions.initial(0, this.state, this.parameters, [], this.state);
    this.#stateAt = this.twin.states.map((each) => this.#slot(`y:${each.name}`));
    this.#sideAt = events.map((_, i) => this.#slot(`side:${i}`));
    this.twin.parameters.forEach((p) => this.#write(`p:${p.name}`, p.value));
    this.#write("rtol", tolerance.rtol);
    this.#write("atol", tolerance.atol);
    this.#write("tOut", Number.POSITIVE_INFINITY);
    this.#write("hMin", length * 1e-15);
    this.#write("maxSteps", MOST_STEPS);
    this.#step = length * 1e-5;
    this.#kernel.prepare();
  }

  /** The state was set from outside: the step that suited it before may not suit it now. */
  jumped(): void {
    this.#step *= STEP_AFTER_JUMP;
  }

  /**
   * Goes to `time`, or to the first instant at which a trigger is no longer as given.
   * @throws SimulationError
   */
  advance(time: number, triggers: readonly boolean[]): void {
    const memory = this.#kernel.memory;
    const sides = Float64Array.from(triggers, (isTrue) => (isTrue ? 1 : -1));
    this.#sideAt.forEach((at, i) => {
      memory[at] = sides[i] as number;
    });
    this.#write("t", this.time);
    this.#write("tEnd", time);
    this.#write("h", this.#step);
    for (const slot of ["rejected", "steps", "rejects"]) this.#write(slot, 0);
    this.#write("errorBefore", 1e-4);
    this.#stateAt.forEach((at, i) => {
      memory[at] = this.state[i] as number;
    });
    this.#kernel.enter();
    this.#kernel.run();
    this.steps += this.#read("steps") + this.#read("rejects");
    this.#step = this.#read("h");
    const status = this.#read("status");
    if (status & STATUS.event) {
      this.time = findCrossing(this.#functions, this.#dense, sides, this.parameters, new Float64Array(0)).time;
      this.#dense.stateAt(this.time, this.state);
      return;
    }
    this.time = this.#read("t");
    this.#dense.stateAt(this.time, this.state);
    if (status & STATUS.atEnd) return;
    throw status & STATUS.stepTooSmall
      ? new SimulationError("step-too-small", `${this.twin.name}: no step is small enough at ${this.time}`)
      : new SimulationError("too-many-steps", `${this.twin.name}: ${MOST_STEPS} steps by ${this.time}`);
  }

  #slot(name: string): number {
    return this.#kernel.program.layout.slot(name);
  }

  #read(name: string): number {
    return this.#kernel.memory[this.#slot(name)] as number;
  }

  #write(name: string, value: number): void {
    this.#kernel.memory[this.#slot(name)] = value;
  }
}
