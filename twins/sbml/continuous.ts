/** The equations of an SBML model between its events: one compiled loop that stops where a condition changes. */
import { compileToJavaScript } from "../compile/javascript.ts";
import type { Kernel } from "../compile/kernel.ts";
import { STATUS } from "../compile/layout.ts";
import { compileTerms, type Evaluator } from "../compile/observer.ts";
import { buildProgram } from "../compile/program.ts";
import type { TwinModel } from "../language/model.ts";
import { DenseStep } from "../solvers/dense-step.ts";
import { SimulationError } from "../solvers/simulation.ts";
import type { Method } from "../solvers/step.ts";
import { stuck } from "../solvers/stuck.ts";
import { functionsOf } from "../solvers/twin-functions.ts";
import { apply, constant } from "./term.ts";
import type { SbmlModel } from "./twin-of.ts";

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

const MOST_STEPS = 30_000;
/** After which a step of any size is below the resolution of its times. */
const HALVINGS = 60;
/** Of the step before, after a jump. */
const STEP_AFTER_JUMP = 0.1;

export class Continuous {
  readonly twin: TwinModel;
  readonly state: Float64Array;
  readonly parameters: Float64Array;
  time = 0;
  steps = 0;
  readonly #kernel: Kernel;
  readonly #watched: Evaluator;
  readonly #sides: Float64Array;
  readonly #values: Float64Array;
  readonly #dense: DenseStep;
  readonly #stateAt: readonly number[];
  readonly #sideAt: readonly number[];
  #step = 0;

  /** `length` of the whole run: the scale of its first and its smallest step. */
  constructor(model: SbmlModel, method: Method, tolerance: Tolerance, length: number) {
    const events = model.switches.map((term, i) => ({
      name: `switch ${i}`,
      watched: apply("subtract", term, constant(0.5)),
      direction: 1 as const,
      assignments: [],
      stops: false,
    }));
    this.twin = { ...model.twin, events };
    this.#kernel = compileToJavaScript(buildProgram(this.twin, method));
    this.#watched = compileTerms(
      this.twin,
      events.map((event) => event.watched),
    );
    this.#sides = new Float64Array(events.length);
    this.#values = new Float64Array(events.length);
    this.#dense = new DenseStep(this.#kernel, 0);
    this.parameters = Float64Array.from(this.twin.parameters, (p) => p.value);
    this.state = new Float64Array(this.twin.states.length);
    const initial = compileTerms(
      { ...this.twin, algebra: [] },
      this.twin.states.map((each) => each.initial),
    );
    initial(0, this.state, this.parameters, [], this.state);
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
   * Goes to `time`, or to the first instant at which a switch has changed.
   * @throws SimulationError
   */
  advance(time: number): void {
    const memory = this.#kernel.memory;
    this.#watched(this.time, this.state, this.parameters, [], this.#sides);
    this.#sideAt.forEach((at, i) => {
      memory[at] = this.#sides[i] as number;
    });
    this.#write("t", this.time);
    this.#write("tEnd", time);
    this.#write("h", this.#step);
    for (const slot of ["rejected", "hBefore", "steps", "rejects"]) this.#write(slot, 0);
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
      this.#stopAtSwitch();
      return;
    }
    this.time = this.#read("t");
    this.#dense.stateAt(this.time, this.state);
    if (status & STATUS.atEnd) return;
    throw status & STATUS.stepTooSmall
      ? this.#stuck()
      : new SimulationError("too-many-steps", `${this.twin.name}: ${MOST_STEPS} steps by ${this.time}`);
  }

  #stuck(): SimulationError {
    const { time, state, parameters } = this;
    const { reason, detail } = stuck(functionsOf(this.twin), {
      time,
      step: this.#step,
      state,
      parameters,
      inputs: [],
    });
    const what = reason === "step-too-small" ? `no step is small enough at ${time}` : detail;
    return new SimulationError(reason, `${this.twin.name}: ${what}`);
  }

  /** Halves the step taken down to the first instant at which a switch has changed. */
  #stopAtSwitch(): void {
    let [before, after] = [this.#dense.start, this.#dense.end];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = before + (after - before) / 2;
      if (middle <= before || middle >= after) break;
      if (this.#hasSwitched(middle)) after = middle;
      else before = middle;
    }
    this.time = after;
    this.#dense.stateAt(after, this.state);
    this.jumped();
  }

  #hasSwitched(time: number): boolean {
    this.#dense.stateAt(time, this.state);
    this.#watched(time, this.state, this.parameters, [], this.#values);
    for (let i = 0; i < this.#values.length; i++)
      if ((this.#values[i] as number) * (this.#sides[i] as number) < 0) return true;
    return false;
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
