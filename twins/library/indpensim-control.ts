/**
 * The controllers of IndPenSim: temperature and pH at every scan of 0.2 h, incremental PID with the derivative
 * on the measurement, and sample-and-hold of all inputs between scans (Goldrick 2015, section 2.4; release 2.02).
 *
 * The published program is the reference, its peculiarities included: after a switch the idle actuator
 * fades by a fixed factor instead of closing, the first scans use their own past, and when growth has
 * fallen through 63 of 65 scans the largest growth rate is set to five times the last mean rate. A sensor's error
 * is added to the errors and not to the measurement of the derivative.
 */
import type { TwinModel } from "../language/model.ts";
import type { Simulation } from "../solvers/simulation.ts";
import { type Gains, increment } from "./incremental-pid.ts";
import { driftAt, heldAt, type IndPenSimFault } from "./indpensim-faults.ts";
import { placeOf } from "./place-of.ts";

export interface ControlSettings {
  readonly pHSet: number;
  readonly temperatureSetK: number;
  readonly fault: IndPenSimFault;
}

const BASE: Gains = { gain: 0.08, integralTime: 4e-5, derivativeTime: 8, most: 225 };
const ACID: Gains = { gain: 0.08, integralTime: 12.5, derivativeTime: 0.125, most: 225 };
const COOLING: Gains = { gain: -300, integralTime: 1.6, derivativeTime: 0.005, most: 1500 };
const HEATING: Gains = { gain: 50, integralTime: 0.05, derivativeTime: 1, most: 1500 };
const LEAST_FLOW = 1e-4;
const WINDOW = 65;

/** What the controllers remember; index k is scan k, the first scan is 1. */
export class IndPenSimControl {
  readonly #settings: ControlSettings;
  readonly #inputs: Readonly<Record<"Fa" | "Fb" | "Fc" | "Fh" | "FgH" | "pres" | "Fs", number>>;
  readonly #states: Readonly<Record<"H" | "T" | "iX" | "iP", number>>;
  readonly #pH: number[] = [];
  readonly #temperature: number[] = [];
  readonly #growth: number[] = [0, 0];
  readonly #base = [0, 0];
  readonly #acid = [0, 0];
  readonly #cooling = [0, 0];
  readonly #heating = [0, 0];

  constructor(
    model: TwinModel,
    settings: ControlSettings,
    start: { readonly pH: number; readonly temperatureK: number },
  ) {
    this.#settings = settings;
    const index = <Name extends string>(list: readonly { name: string }[], names: readonly Name[]) =>
      Object.fromEntries(names.map((name) => [name, placeOf(list, name)])) as Record<Name, number>;
    this.#inputs = index(model.inputs, ["Fa", "Fb", "Fc", "Fh", "FgH", "pres", "Fs"]);
    this.#states = index(model.states, ["H", "T", "iX", "iP"]);
    this.#pH[1] = start.pH;
    this.#temperature[1] = start.temperatureK;
  }

  /** Sets the actuators for scan k (from (k - 1) to k scans), and clears the means of the scan. */
  before(k: number, twin: Simulation): void {
    const { Fa, Fb, Fc, Fh } = this.#inputs;
    [twin.inputs[Fa], twin.inputs[Fb]] = this.#acidAndBase(k);
    [twin.inputs[Fc], twin.inputs[Fh]] = this.#coolingAndHeating(k);
    for (const { input, value } of heldAt(this.#settings.fault, k)) twin.inputs[this.#inputs[input]] = value;
    // The next scan goes on from what the actuators did, not from what they were asked.
    this.#acid[k] = twin.inputs[Fa] as number;
    this.#base[k] = twin.inputs[Fb] as number;
    this.#cooling[k] = twin.inputs[Fc] as number;
    this.#heating[k] = twin.inputs[Fh] as number;
    twin.state[this.#states.iX] = 0;
    twin.state[this.#states.iP] = 0;
  }

  /** The largest growth rate for scan k, given what it was. */
  growthLimit(k: number, present: number): number {
    if (k <= WINDOW) return present;
    let falling = 0;
    for (let i = k - WINDOW; i < k - 1; i++)
      if (this.#at(this.#growth, i + 1) < this.#at(this.#growth, i)) falling++;
    return falling >= WINDOW - 2 ? this.#at(this.#growth, k - 1) * 5 : present;
  }

  /** Reads the twin at the end of scan k. */
  after(k: number, twin: Simulation): void {
    this.#pH[k] = -Math.log(twin.state[this.#states.H] as number) / Math.LN10;
    this.#temperature[k] = twin.state[this.#states.T] as number;
    this.#growth[k] = twin.state[this.#states.iX] as number;
  }

  #acidAndBase(k: number): [number, number] {
    const before = Math.max(1, k - 1);
    const low = this.#settings.fault.readsLow.pH * driftAt(k);
    const error = this.#settings.pHSet - this.#at(this.#pH, before) + low;
    // The published program takes the value itself for the error of the scan before.
    const errorBefore = k <= 2 ? error : -this.#at(this.#pH, k - 2) + low;
    const past = [before, k === 3 || k <= 2 ? 1 : k - 2, k <= 3 ? 1 : k - 3].map((i) =>
      this.#at(this.#pH, i),
    );
    let [acid, base] = [0, 0];
    if (error >= -0.05) base = increment(this.#at(this.#base, before), error, errorBefore, past, BASE);
    else {
      acid = increment(this.#at(this.#acid, before), error, errorBefore, past, ACID);
      base = k === 1 ? 0 : this.#at(this.#base, k - 1) * 0.5;
    }
    return [acid, base];
  }

  #coolingAndHeating(k: number): [number, number] {
    const before = Math.max(1, k - 1);
    const past = [before, k <= 3 ? 1 : k - 2, k <= 3 ? 1 : k - 3].map((i) => this.#at(this.#temperature, i));
    const low = this.#settings.fault.readsLow.temperature * driftAt(k);
    const error = this.#settings.temperatureSetK - this.#at(this.#temperature, before) + low;
    const errorBefore =
      k <= 2 ? error : this.#settings.temperatureSetK - this.#at(this.#temperature, k - 2) + low;
    const held = this.#at(this.#cooling, before);
    let [cooling, heating] = [0, 0];
    if (error <= 0.05) {
      cooling = increment(held, error, errorBefore, past, COOLING);
      heating = k === 1 ? 0 : this.#at(this.#heating, k - 1) * 0.1;
    } else {
      heating = increment(held, error, errorBefore, past, HEATING);
      cooling = k === 1 ? 0 : this.#at(this.#cooling, k - 1) * 0.3;
    }
    return [Math.max(cooling, LEAST_FLOW), Math.max(heating, LEAST_FLOW)];
  }

  #at(list: readonly number[], k: number): number {
    const value = list[k];
    if (value === undefined) throw new RangeError(`scan ${k} has not been`);
    return value;
  }
}
