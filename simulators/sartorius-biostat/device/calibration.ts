/**
 * Calibration of the oxygen and pH probes: the probe stands in each standard for two minutes of
 * plant time; its mean reading over the last half minute is the measured value. Two references give
 * slope and intercept, one moves the intercept only.
 */
import { type CalibratableChannel, isCalibratable } from "./channels.ts";
import type { Answer } from "./status.ts";

export const SECONDS_PER_REFERENCE = 120;
const AVERAGING_S = 30;
/** For the probe to read the broth again: five times the slower probe's lag. */
const SETTLING_S = 150;
const MIN_SLOPE = 0.8;
const MAX_SLOPE = 1.2;
/** How far a one-point calibration may move the reading, in the channel's unit. */
const MAX_OFFSET: Readonly<Record<CalibratableChannel, number>> = { dissolved_oxygen: 20, ph: 1.4 };

/** corrected = slope * raw + intercept */
export interface CalibrationLine {
  readonly slope: number;
  readonly intercept: number;
}

export type CalibrationState = "Idle" | "Running" | "Complete" | "Failed";

export class Calibration {
  readonly #lines: Record<CalibratableChannel, CalibrationLine> = {
    dissolved_oxygen: { slope: 1, intercept: 0 },
    ph: { slope: 1, intercept: 0 },
  };
  #state: CalibrationState = "Idle";
  #channel: CalibratableChannel | undefined;
  #references: readonly number[] = [];
  #measured: number[] = [];
  #sum = 0;
  #startedS = 0;
  #progress = 0;
  #lastTimeS: number | undefined;
  #message = "";

  get state(): CalibrationState {
    return this.#state;
  }
  /** Channel of the calibration that runs or ran last. */
  get channel(): CalibratableChannel | undefined {
    return this.#channel;
  }
  /** % */
  get progress(): number {
    return this.#progress;
  }
  /** One per finished reference, before correction. */
  get measured(): readonly number[] {
    return this.#measured;
  }
  /** Plant time of the last that succeeded. */
  get lastTimeS(): number | undefined {
    return this.#lastTimeS;
  }
  get message(): string {
    return this.#message;
  }

  line(channel: CalibratableChannel): CalibrationLine {
    return this.#lines[channel];
  }

  /** The standard that the probe of `channel` stands in, if any. */
  standard(channel: CalibratableChannel): number | undefined {
    if (this.#state !== "Running" || this.#channel !== channel) return undefined;
    return this.#references[this.#measured.length];
  }

  isRunningOn(channel: string): boolean {
    return this.#state === "Running" && this.#channel === channel;
  }

  /** True while the probe is in a standard, and until it has settled in the broth again. */
  isOutOfBroth(channel: CalibratableChannel, plantTimeS: number): boolean {
    if (this.#channel !== channel) return false;
    const end = this.#startedS + SECONDS_PER_REFERENCE * this.#references.length;
    return this.#state === "Running" || plantTimeS < end + SETTLING_S;
  }

  start(plantTimeS: number, channel: string, references: readonly number[]): Answer {
    const usable = references.length === new Set(references).size && references.every(Number.isFinite);
    if (!isCalibratable(channel) || references.length < 1 || references.length > 2 || !usable) {
      return "BadInvalidArgument";
    }
    if (this.#state === "Running") return "BadInvalidState";
    this.#state = "Running";
    this.#channel = channel;
    this.#references = [...references];
    this.#measured = [];
    this.#sum = 0;
    this.#startedS = plantTimeS;
    this.#progress = 0;
    this.#message = "";
    return "Good";
  }

  /** Once a second; `read` gives what the probe of the channel reads now, before correction. */
  scan(plantTimeS: number, read: (channel: CalibratableChannel) => number): void {
    if (this.#state !== "Running" || this.#channel === undefined) return;
    const elapsed = plantTimeS - this.#startedS;
    const inReference = elapsed - SECONDS_PER_REFERENCE * this.#measured.length;
    if (inReference > SECONDS_PER_REFERENCE - AVERAGING_S) this.#sum += read(this.#channel);
    this.#progress = (100 * elapsed) / (SECONDS_PER_REFERENCE * this.#references.length);
    if (inReference < SECONDS_PER_REFERENCE) return;
    this.#measured.push(this.#sum / AVERAGING_S);
    this.#sum = 0;
    if (this.#measured.length === this.#references.length) this.#finish(this.#channel, plantTimeS);
  }

  #finish(channel: CalibratableChannel, plantTimeS: number): void {
    const outcome =
      this.#references.length === 2
        ? twoPointLine(this.#references, this.#measured)
        : onePointLine(channel, this.#references, this.#measured, this.#lines[channel].slope);
    if (typeof outcome === "string") {
      this.#state = "Failed";
      this.#message = outcome;
      return;
    }
    this.#lines[channel] = outcome;
    this.#state = "Complete";
    this.#lastTimeS = plantTimeS;
  }
}

/** The line through both points, or why it is refused. */
function twoPointLine(references: readonly number[], measured: readonly number[]): CalibrationLine | string {
  const [r0 = NaN, r1 = NaN] = references;
  const [m0 = NaN, m1 = NaN] = measured;
  const slope = (r1 - r0) / (m1 - m0);
  if (!(slope >= MIN_SLOPE && slope <= MAX_SLOPE)) {
    return `slope ${slope.toFixed(3)} is outside ${MIN_SLOPE} to ${MAX_SLOPE}`;
  }
  return { slope, intercept: r0 - slope * m0 };
}

function onePointLine(
  channel: CalibratableChannel,
  [reference = NaN]: readonly number[],
  [measured = NaN]: readonly number[],
  slope: number,
): CalibrationLine | string {
  const offset = reference - slope * measured;
  if (!(Math.abs(offset) <= MAX_OFFSET[channel])) {
    return `the reading is off by ${offset.toFixed(3)}, more than ${MAX_OFFSET[channel]}`;
  }
  return { slope, intercept: offset };
}
