/**
 * The unit's alarm list. An alarm is raised when its condition has held for the on-delay. It stays
 * until the condition is gone and it has been acknowledged, or until a reset after the condition.
 */
import type { Measured } from "./sensors.ts";
import type { Mode } from "./status.ts";

/** What the alarm conditions look at. */
export interface AlarmInputs {
  readonly mode: Mode;
  readonly measured: Measured;
  readonly setpoints: { readonly ph: number; readonly temperature: number };
  /** {rev}/min */
  readonly stirrer: number;
  /** L */
  readonly feedLeft: number;
  /** Channels whose probe is not in the broth: their alarms are suppressed by design. */
  readonly outOfBroth: ReadonlySet<string>;
}

interface Alarm {
  readonly bit: number;
  readonly onDelayS: number;
  readonly condition: (inputs: AlarmInputs) => boolean;
}

const DO_LOW = 20;
const PH_BAND = 0.3;
const TEMPERATURE_BAND_CEL = 1;
export const STIRRER_STOPPED_RPM = 20;
const FEED_LOW_L = 0.1;

const ALARMS: readonly Alarm[] = [
  {
    bit: 0,
    onDelayS: 60,
    condition: ({ measured, outOfBroth }) =>
      !outOfBroth.has("dissolved_oxygen") && measured.dissolved_oxygen < DO_LOW,
  },
  {
    bit: 1,
    onDelayS: 60,
    condition: ({ measured, setpoints, outOfBroth }) =>
      !outOfBroth.has("ph") && Math.abs(measured.ph - setpoints.ph) > PH_BAND,
  },
  {
    bit: 2,
    onDelayS: 60,
    condition: ({ measured, setpoints }) =>
      Math.abs(measured.temperature - setpoints.temperature) > TEMPERATURE_BAND_CEL,
  },
  { bit: 3, onDelayS: 0, condition: ({ mode, stirrer }) => mode === "Run" && stirrer < STIRRER_STOPPED_RPM },
  { bit: 4, onDelayS: 0, condition: ({ feedLeft }) => feedLeft < FEED_LOW_L },
];

export class AlarmList {
  /** Plant time since which each condition has held, by bit. */
  readonly #since = new Map<number, number>();
  #active = 0;
  #acknowledged = 0;

  get word(): number {
    return this.#active;
  }

  get acknowledgedWord(): number {
    return this.#acknowledged;
  }

  scan(plantTimeS: number, inputs: AlarmInputs): void {
    for (const { bit, onDelayS, condition } of ALARMS) {
      if (!condition(inputs)) {
        this.#since.delete(bit);
        continue;
      }
      const since = this.#since.get(bit) ?? plantTimeS;
      this.#since.set(bit, since);
      if (plantTimeS - since >= onDelayS) this.#active |= 1 << bit;
    }
    this.#clear(this.#acknowledged);
  }

  /** False when no such alarm is active. */
  acknowledge(bit: number): boolean {
    if (!ALARMS.some((alarm) => alarm.bit === bit) || (this.#active & (1 << bit)) === 0) return false;
    this.#acknowledged |= 1 << bit;
    this.#clear(this.#acknowledged);
    return true;
  }

  /** Clears every alarm whose condition is gone. */
  reset(): void {
    this.#clear(this.#active);
  }

  /** Takes the alarms in `candidates` off the list where their condition no longer holds. */
  #clear(candidates: number): void {
    for (const { bit } of ALARMS) {
      const mask = 1 << bit;
      if ((candidates & mask) === 0 || this.#since.has(bit)) continue;
      this.#active &= ~mask;
      this.#acknowledged &= ~mask;
    }
  }
}
