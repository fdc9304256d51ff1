/** The part of the package that the board uses; it has no types of its own. */
declare module "ode45-cash-karp" {
  interface Integrator {
    t: number;
    dt: number;
    /** False at the limit. */
    step(limit: number): boolean;
  }
  export default function integrator(
    y: Float64Array,
    derivative: (into: Float64Array, y: Float64Array, t: number) => void,
    t: number,
    dt: number,
    options: {
      readonly tol: number;
      readonly verbose: boolean;
      readonly errorScaleFunction: (i: number, dt: number, y: number, dydt: number) => number;
      readonly errorReduceFunction: (i: number, accumulated: number, error: number) => number;
      readonly errorPostFunction: (accumulated: number) => number;
    },
  ): Integrator;
}
