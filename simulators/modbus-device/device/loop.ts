/**
 * One controlled quantity, solved exactly: the value at any plant time follows from the last change, so
 * that neither the number nor the times of the readings matter.
 */

export type LoopDynamics =
  /** First order: the distance to the target falls by e in `timeConstantS`. */
  | { readonly kind: "lag"; readonly timeConstantS: number }
  /** At most so many units per s. */
  | { readonly kind: "ramp"; readonly perSecond: number };

export interface LoopSettings {
  /** UCUM */
  readonly unit: string;
  readonly dynamics: LoopDynamics;
  /** Where the value goes while the loop is off. */
  readonly rest: number;
  readonly initialSetpoint: number;
  readonly limits: { readonly min: number; readonly max: number };
  /** The setpoint counts as reached so near to it. */
  readonly band: number;
}

export class ControlLoop {
  readonly settings: LoopSettings;
  #setpoint: number;
  #isOn = true;
  #from: { readonly value: number; readonly atS: number };

  /** At its setpoint at the beginning. */
  constructor(settings: LoopSettings, beginS: number) {
    this.settings = settings;
    this.#setpoint = settings.initialSetpoint;
    this.#from = { value: settings.initialSetpoint, atS: beginS };
  }

  get setpoint(): number {
    return this.#setpoint;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** The true value. */
  valueAt(plantTimeS: number): number {
    const { value, atS } = this.#from;
    const target = this.#isOn ? this.#setpoint : this.settings.rest;
    const elapsedS = plantTimeS - atS;
    const { dynamics } = this.settings;
    if (dynamics.kind === "lag") {
      return target + (value - target) * Math.exp(-elapsedS / dynamics.timeConstantS);
    }
    const step = dynamics.perSecond * elapsedS;
    return value < target ? Math.min(target, value + step) : Math.max(target, value - step);
  }

  isReachedAt(plantTimeS: number): boolean {
    return this.#isOn && Math.abs(this.valueAt(plantTimeS) - this.#setpoint) <= this.settings.band;
  }

  accepts(setpoint: number): boolean {
    const { min, max } = this.settings.limits;
    return setpoint >= min && setpoint <= max;
  }

  setSetpoint(setpoint: number, plantTimeS: number): void {
    this.#from = { value: this.valueAt(plantTimeS), atS: plantTimeS };
    this.#setpoint = setpoint;
  }

  setOn(isOn: boolean, plantTimeS: number): void {
    this.#from = { value: this.valueAt(plantTimeS), atS: plantTimeS };
    this.#isOn = isOn;
  }
}

export const LOOP_NAMES = ["temperature", "ph", "agitation"] as const;
export type LoopName = (typeof LOOP_NAMES)[number];

/** A stirred water bath of a few litres with a pH station; sources in FIDELITY.md. */
export const LOOPS: Readonly<Record<LoopName, LoopSettings>> = {
  temperature: {
    unit: "Cel",
    dynamics: { kind: "lag", timeConstantS: 300 },
    rest: 22,
    initialSetpoint: 37,
    limits: { min: 5, max: 60 },
    band: 0.2,
  },
  ph: {
    unit: "[pH]",
    dynamics: { kind: "lag", timeConstantS: 60 },
    rest: 7.4,
    initialSetpoint: 7,
    limits: { min: 2, max: 12 },
    band: 0.05,
  },
  agitation: {
    unit: "{rev}/min",
    dynamics: { kind: "ramp", perSecond: 50 },
    rest: 0,
    initialSetpoint: 200,
    limits: { min: 0, max: 1200 },
    band: 1,
  },
};
