/**
 * The unit's loops, scanned once a step: oxygen by the gas blend, pH by base and carbon dioxide,
 * temperature by the jacket, stirrer along a ramp, feed pump. A loop that is off leaves its actuator
 * at rest. Tuning is ours (../FIDELITY.md).
 */
import { type Actuators, OXYGEN_IN_AIR } from "../plant/bioreactor.ts";
import type { ControlledChannel } from "./channels.ts";
import { PiController } from "./pi-controller.ts";
import type { Measured } from "./sensors.ts";

export const ROOM_TEMPERATURE_CEL = 22;
const RESTING_CO2_FRACTION = 0.05;
const EXTRA_CO2_FRACTION = 0.25;
/** mmol/L/h at full output */
const BASE_RATE_MAX = 20;
/** {rev}/min per s */
const STIRRER_RAMP = 50;

const OXYGEN_PI = { gain: 0.004, integralTimeS: 240, min: 0, max: 1 };
/** Output 1: all base; -1: all carbon dioxide. */
const PH_PI = { gain: 5, integralTimeS: 1800, min: -1, max: 1 };
const TEMPERATURE_PI = { gain: 5, integralTimeS: 600, min: 5, max: 60 };

export interface LoopDemand {
  readonly setpoints: Readonly<Record<ControlledChannel, number>>;
  /** False: at rest, because switched off or in Standby. */
  readonly running: Readonly<Record<ControlledChannel, boolean>>;
  readonly measured: Measured;
  /** Probes that cannot be trusted now; their loops hold their output. */
  readonly outOfBroth: ReadonlySet<string>;
  /** L */
  readonly feedLeft: number;
}

export class ControlLoops {
  readonly #oxygen: PiController;
  readonly #ph: PiController;
  readonly #temperature: PiController;

  constructor(actuators: Readonly<Actuators>) {
    this.#oxygen = new PiController(OXYGEN_PI, actuators.oxygenFraction);
    this.#ph = new PiController(PH_PI, 0);
    this.#temperature = new PiController(TEMPERATURE_PI, actuators.jacket);
  }

  /** Sets the actuators for the next `scanS` seconds. */
  scan(demand: LoopDemand, actuators: Actuators, scanS: number): void {
    this.#scanOxygen(demand, actuators, scanS);
    this.#scanPh(demand, actuators, scanS);
    this.#scanTemperature(demand, actuators, scanS);
    const { setpoints, running } = demand;
    actuators.stirrer = ramp(
      actuators.stirrer,
      running.agitation ? setpoints.agitation : 0,
      STIRRER_RAMP * scanS,
    );
    actuators.feed = running.feed_rate && demand.feedLeft > 0 ? setpoints.feed_rate : 0;
  }

  #scanOxygen(
    { setpoints, running, measured, outOfBroth }: LoopDemand,
    actuators: Actuators,
    scanS: number,
  ): void {
    if (!running.dissolved_oxygen) this.#oxygen.restartFrom(OXYGEN_IN_AIR);
    else if (!outOfBroth.has("dissolved_oxygen"))
      this.#oxygen.scan(setpoints.dissolved_oxygen - measured.dissolved_oxygen, scanS);
    actuators.oxygenFraction = this.#oxygen.output;
  }

  #scanPh(
    { setpoints, running, measured, outOfBroth }: LoopDemand,
    actuators: Actuators,
    scanS: number,
  ): void {
    if (!running.ph) this.#ph.restartFrom(0);
    else if (!outOfBroth.has("ph")) this.#ph.scan(setpoints.ph - measured.ph, scanS);
    const output = this.#ph.output;
    actuators.base = BASE_RATE_MAX * Math.max(0, output);
    actuators.carbonDioxideFraction = RESTING_CO2_FRACTION + EXTRA_CO2_FRACTION * Math.max(0, -output);
  }

  #scanTemperature({ setpoints, running, measured }: LoopDemand, actuators: Actuators, scanS: number): void {
    if (running.temperature) this.#temperature.scan(setpoints.temperature - measured.temperature, scanS);
    else this.#temperature.restartFrom(ROOM_TEMPERATURE_CEL);
    actuators.jacket = this.#temperature.output;
  }
}

export const RESTING = { carbonDioxideFraction: RESTING_CO2_FRACTION } as const;

function ramp(from: number, to: number, most: number): number {
  return Math.abs(to - from) <= most ? to : from + Math.sign(to - from) * most;
}
