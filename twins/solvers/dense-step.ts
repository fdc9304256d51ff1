/**
 * The state inside the last accepted step of a lane, from the method's continuous extension:
 * c0 + s (c1 + r (c2 + s (c3 + r c4))), s the part of the step that has passed, r = 1 - s; a method with
 * four coefficients has c4 = 0.
 */
import type { Kernel } from "../compile/kernel.ts";

export class DenseStep {
  readonly #memory: Float64Array;
  readonly #stride: number;
  readonly #coefficients: Int32Array;
  readonly #hasFive: boolean;
  readonly #tStart: number;
  readonly #hUsed: number;
  readonly #t: number;
  readonly #y: Int32Array;

  constructor(kernel: Kernel, lane: number) {
    const { layout, model, method } = kernel.program;
    const place = (name: string) => layout.slot(name) * kernel.lanes + lane;
    this.#memory = kernel.memory;
    this.#stride = kernel.lanes;
    this.#coefficients = Int32Array.from(model.states, ({ name }) => place(`dense:${name}:0`));
    this.#hasFive = method.denseCount === 5;
    this.#y = Int32Array.from(model.states, ({ name }) => place(`y:${name}`));
    [this.#tStart, this.#hUsed, this.#t] = [place("tStart"), place("hUsed"), place("t")];
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
    const passed = (time - this.start) / (memory[this.#hUsed] as number);
    const rest = 1 - passed;
    const stride = this.#stride;
    for (let i = 0; i < into.length; i++) {
      const at = this.#coefficients[i] as number;
      const c4 = this.#hasFive ? (memory[at + 4 * stride] as number) : 0;
      const inner =
        (memory[at + 2 * stride] as number) + passed * ((memory[at + 3 * stride] as number) + rest * c4);
      into[i] = (memory[at] as number) + passed * ((memory[at + stride] as number) + rest * inner);
    }
  }
}
