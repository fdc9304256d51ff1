/**
 * The phenylacetic acid loop of IndPenSim: from 10 h on a PI controller sets the PAA feed instead of the recipe
 * (Goldrick 2019, Comput. Chem. Eng. 130:106471; settings of release 2.02: 1200 mg/L, 0.1 L/h per mg/L, 0.5 h).
 *
 * The published loop is told as led by a Raman probe. Its program takes the error from the vessel's own PAA; what it
 * predicts from the spectra enters the derivative only, whose time is zero. So the feed needs no spectra, and none
 * are simulated here.
 */
import type { TwinModel } from "../language/model.ts";
import type { Simulation } from "../solvers/simulation.ts";
import { type Gains, increment, SCAN_HOURS } from "./incremental-pid.ts";
import { placeOf } from "./place-of.ts";

const SETPOINT_MG_PER_L = 1200;
const START_H = 10;
const FEED: Gains = { gain: 0.1, integralTime: 0.5, derivativeTime: 0, most: 150 };

export class PaaLoop {
  readonly #input: number;
  readonly #state: number;
  #paa = Number.NaN;
  #paaBefore = Number.NaN;
  #feed = Number.NaN;

  constructor(model: TwinModel) {
    this.#input = placeOf(model.inputs, "Fpaa");
    this.#state = placeOf(model.states, "PAA");
  }

  /** Sets the feed for scan k; the recipe's is in the twin. */
  before(k: number, twin: Simulation): void {
    if (k * SCAN_HOURS >= START_H) {
      const [error, errorBefore] = [SETPOINT_MG_PER_L - this.#paa, SETPOINT_MG_PER_L - this.#paaBefore];
      const unused = [0, 0, 0];
      twin.inputs[this.#input] = increment(this.#feed, error, errorBefore, unused, FEED);
    }
    this.#feed = twin.inputs[this.#input] as number;
  }

  /** Reads the twin at the end of a scan. */
  after(twin: Simulation): void {
    this.#paaBefore = this.#paa;
    this.#paa = twin.state[this.#state] as number;
  }
}
