/**
 * Dormand-Prince 5(4), explicit embedded Runge-Kutta pair, for non-stiff problems.
 * Coefficients: Dormand & Prince 1980, J. Comput. Appl. Math. 6:19, table 2 (RK5(4)7M).
 * Step-size control: Hairer, Norsett & Wanner, Solving ODEs I, section II.4, RMS norm.
 * No dense output and no events: callers end a step where an input changes.
 */

/** Derivatives at `t` into `dydt`, same length and order as `y`. */
export type RightHandSide = (t: number, y: Float64Array, dydt: Float64Array) => void;

export interface Tolerances {
  /** Relative, e.g. 1e-6. */
  readonly rtol: number;
  /** Absolute, in the units of the states. */
  readonly atol: number;
}

/** The solver cannot go on: step size underflow, or a state that is not finite. */
export class IntegrationError extends Error {
  override readonly name = "IntegrationError";
}

const C = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
const A = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** Fifth-order minus fourth-order weights. */
const E = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

const SAFETY = 0.9;
const MIN_FACTOR = 0.2;
const MAX_FACTOR = 5;
const MAX_STEPS = 1_000_000;

/** Steps one system; the work space is its own, so one object serves one state vector size. */
export class DormandPrince {
  readonly #rhs: RightHandSide;
  readonly #k: readonly Float64Array[];
  readonly #stage: Float64Array;

  constructor(rhs: RightHandSide, size: number) {
    this.#rhs = rhs;
    this.#k = C.map(() => new Float64Array(size));
    this.#stage = new Float64Array(size);
  }

  /** One step of `h` from `t`, whatever its error; `y` is replaced. */
  step(t: number, h: number, y: Float64Array): void {
    this.#advance(t, h, y);
    y.set(this.#stage);
  }

  /**
   * Integrates from `t0` to exactly `t1 >= t0` with steps as the tolerances allow; `y` is replaced.
   *
   * @returns steps taken and rejected
   * @throws IntegrationError
   */
  integrate(
    t0: number,
    t1: number,
    y: Float64Array,
    tolerances: Tolerances,
  ): { steps: number; rejected: number } {
    let t = t0;
    let h = (t1 - t0) / 100;
    let steps = 0;
    let rejected = 0;
    while (t < t1) {
      if (steps + rejected > MAX_STEPS)
        throw new IntegrationError(`more than ${MAX_STEPS} steps at t = ${t}`);
      const last = t + h >= t1;
      const size = last ? t1 - t : h;
      if (t + size === t && !last) throw new IntegrationError(`step size underflow at t = ${t}`);
      this.#advance(t, size, y);
      const error = this.#error(size, y, tolerances);
      if (Number.isNaN(error)) throw new IntegrationError(`a state is not finite at t = ${t}`);
      if (error <= 1) {
        y.set(this.#stage);
        t = last ? t1 : t + size;
        steps += 1;
      } else {
        rejected += 1;
      }
      h = size * Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, SAFETY * error ** (-1 / 5)));
    }
    return { steps, rejected };
  }

  /** Fills the stages; the fifth-order solution is left in `#stage`. */
  #advance(t: number, h: number, y: Float64Array): void {
    const stage = this.#stage;
    stage.set(y);
    for (let s = 0; s < C.length; s++) {
      const weights = A[s] as readonly number[];
      if (s > 0) {
        for (let i = 0; i < y.length; i++) {
          let slope = 0;
          for (let j = 0; j < s; j++)
            slope += (weights[j] as number) * ((this.#k[j] as Float64Array)[i] as number);
          stage[i] = (y[i] as number) + h * slope;
        }
      }
      this.#rhs(t + (C[s] as number) * h, stage, this.#k[s] as Float64Array);
    }
  }

  /** RMS over the states of the local error in units of the tolerance. */
  #error(h: number, y: Float64Array, { rtol, atol }: Tolerances): number {
    let sum = 0;
    for (let i = 0; i < y.length; i++) {
      let difference = 0;
      for (let s = 0; s < E.length; s++)
        difference += (E[s] as number) * ((this.#k[s] as Float64Array)[i] as number);
      const scale = atol + rtol * Math.max(Math.abs(y[i] as number), Math.abs(this.#stage[i] as number));
      sum += ((h * difference) / scale) ** 2;
    }
    return Math.sqrt(sum / y.length);
  }
}
