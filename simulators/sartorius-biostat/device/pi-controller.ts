/** Proportional-integral controller in velocity form: clamped output, hence no wind-up. */
export interface PiSettings {
  /** Output per unit of error. */
  readonly gain: number;
  /** s */
  readonly integralTimeS: number;
  readonly min: number;
  readonly max: number;
}

export class PiController {
  readonly #settings: PiSettings;
  #output: number;
  #lastError: number | undefined;

  /** Starts, without a bump, from the output that the actuator has. */
  constructor(settings: PiSettings, output: number) {
    this.#settings = settings;
    this.#output = output;
  }

  get output(): number {
    return this.#output;
  }

  /** One scan, `scanS` seconds after the last. */
  scan(error: number, scanS: number): number {
    const { gain, integralTimeS, min, max } = this.#settings;
    const change = gain * (error - (this.#lastError ?? error)) + (gain * error * scanS) / integralTimeS;
    this.#lastError = error;
    this.#output = Math.min(max, Math.max(min, this.#output + change));
    return this.#output;
  }

  /** Takes over from `output` at the next scan. */
  restartFrom(output: number): void {
    this.#output = output;
    this.#lastError = undefined;
  }
}
