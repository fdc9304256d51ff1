/** The state inside the last accepted step of a lane, from the method's continuous extension. */
import type { Kernel } from "../compile/kernel.ts";

export class DenseStep {
  readonly #memory: Float64Array;
  readonly #coefficients: readonly Int32Array[];
  readonly #tStart: number;
  readonly #hUsed: number;
  readonly #t: number;
  readonly #y: readonly number[];
  readonly #interpolate: (c: readonly number[], theta: number) => number;

  constructor(kernel: Kernel, lane: number) {
    const { layout, model, method } = kernel.program;
    const place = (name: string) => layout.slot(name) * kernel.lanes + lane;
    this.#memory = kernel.memory;
    this.#coefficients = model.states.map(({ name }) =>
      Int32Array.from({ length: method.denseCount }, (_, k) => place(`dense:${name}:${k}`)),
    );
    this.#y = model.states.map(({ name }) => place(`y:${name}`));
    [this.#tStart, this.#hUsed, this.#t] = [place("tStart"), place("hUsed"), place("t")];
    this.#interpolate = method.interpolate;
  }

  get start(): number {
    return this.#memory[this.#tStart] as number;
  }

  get end(): number {
    return this.#memory[this.#t] as number;
  }

  /** `time` within the step; exactly the stepped state at its end. */
  stateAt(time: number, into: Float64Array): void {
    const memory = this.#memory;
    if (time >= this.end) {
      for (let i = 0; i < into.length; i++) into[i] = memory[this.#y[i] as number] as number;
      return;
    }
    const theta = (time - this.start) / (memory[this.#hUsed] as number);
    for (let i = 0; i < into.length; i++) {
      const c = Array.from(this.#coefficients[i] as Int32Array, (at) => memory[at] as number);
      into[i] = this.#interpolate(c, theta);
    }
  }
}
