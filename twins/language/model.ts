/**
 * A checked model: names resolved, units reconciled. Everything downstream (compiler, tables, plots)
 * works on this form, whatever it was read from.
 */

/**
 * A formula over plain numbers. Where the text added quantities of different scale (per second and
 * per hour), the factor between them is already in the tree.
 */
export type Term =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "apply"; readonly operation: Operation; readonly operands: readonly Term[] };

/** `less` and `lessEqual` have four operands: a < b ? then : otherwise. */
export type Operation =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "negate"
  | "power"
  | "exp"
  | "log"
  | "tanh"
  | "sin"
  | "cos"
  | "atan"
  | "floor"
  | "sqrt"
  | "abs"
  | "min"
  | "max"
  | "less"
  | "lessEqual";

export interface Quantity {
  readonly name: string;
  /** UCUM */
  readonly unit: string;
  readonly text: string;
  readonly source: string;
  /** Infinite where the model gives no bound. */
  readonly low: number;
  readonly high: number;
}

export interface Parameter extends Quantity {
  readonly value: number;
}

/** Held constant between the times in `schedule`; the first entry is at time 0. */
export interface Input extends Quantity {
  readonly schedule: readonly { readonly time: number; readonly value: number }[];
}

export interface State extends Quantity {
  /** Over parameters and constants. */
  readonly initial: Term;
  /** This state's absolute tolerance as a multiple of the solver's: 1 unless the model says otherwise. */
  readonly toleranceScale: number;
  /** Its rate of change per time unit. */
  readonly rate: Term;
}

export interface Algebraic {
  readonly name: string;
  readonly unit: string;
  readonly text: string;
  readonly value: Term;
}

/** Happens when `watched` passes 0 in `direction` (1 upwards). */
export interface TwinEvent {
  readonly name: string;
  readonly watched: Term;
  readonly direction: 1 | -1;
  readonly assignments: readonly { readonly state: string; readonly value: Term }[];
  readonly stops: boolean;
}

export interface Sensor {
  readonly name: string;
  readonly unit: string;
  readonly text: string;
  readonly value: Term;
  /** Standard deviation of white noise, in `unit`; added when a value is read, never inside the equations. */
  readonly noise: number;
}

/** An identity that the equations must satisfy at every state: d(amount)/dt = rate. */
export interface MassBalance {
  readonly name: string;
  readonly amount: Term;
  readonly rate: Term;
}

export interface TwinModel {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly source: string;
  readonly time: { readonly name: string; readonly unit: string; readonly end: number };
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly Input[];
  readonly states: readonly State[];
  /** In order of use: each depends only on those before it. */
  readonly algebra: readonly Algebraic[];
  readonly events: readonly TwinEvent[];
  readonly sensors: readonly Sensor[];
  readonly balances: readonly MassBalance[];
}
