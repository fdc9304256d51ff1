/**
 * The simulated unit without its protocol: plant, loops, probes, alarms, calibration, faults, stepped
 * on a grid of whole seconds of plant time. What it does depends on its options, and on which calls
 * were made at which plant time; on nothing else. Calls take effect before the next step.
 */
import type { Random } from "@helix/hal";
import type { InstrumentFault, InstrumentFaultReceipt } from "../control.ts";
import { AlarmList } from "./device/alarms.ts";
import { Calibration } from "./device/calibration.ts";
import {
  type CalibratableChannel,
  type ControlledChannel,
  channelByName,
  isCalibratable,
} from "./device/channels.ts";
import { ControlLoops, RESTING } from "./device/control-loops.ts";
import type { FaultSite } from "./device/faults/disturbance.ts";
import { FaultList } from "./device/faults/fault-list.ts";
import { type Reading, Sensors } from "./device/sensors.ts";
import { Setpoints } from "./device/setpoints.ts";
import type { Answer } from "./device/status.ts";
import { Bioreactor } from "./plant/bioreactor.ts";
import { type Culture, recipeFeed, stateAfterRecipe } from "./plant/culture.ts";

const STEP_S = 1;
const SECONDS_PER_HOUR = 3600;
const FEED_BOTTLE_L = 1;
export const FIRMWARE_VERSION = "3.4.1";

/** Setpoints that a run finds; the feed comes from the twin's recipe. */
const INITIAL_SETPOINTS = { dissolved_oxygen: 40, ph: 7, temperature: 36.8, agitation: 200 } as const;

export interface BiostatSetup {
  readonly culture: Culture;
  /** s since inoculation, a whole number */
  readonly beginS: number;
  readonly random: Random;
}

export class Biostat {
  readonly #plant: Bioreactor;
  readonly #loops: ControlLoops;
  readonly #sensors: Sensors;
  readonly #random: Random;
  readonly faults = new FaultList();
  readonly setpoints: Setpoints;
  readonly alarms = new AlarmList();
  readonly calibration = new Calibration();
  #beginS: number;
  #plantTimeS: number;
  #feedLeft: number;

  constructor({ culture, beginS, random }: BiostatSetup) {
    const beginH = beginS / SECONDS_PER_HOUR;
    const feed = recipeFeed(culture, beginH);
    this.#beginS = beginS;
    this.#random = random;
    this.#plantTimeS = beginS;
    this.setpoints = new Setpoints({ ...INITIAL_SETPOINTS, feed_rate: feed });
    this.#plant = new Bioreactor(culture, {
      culture: stateAfterRecipe(culture, beginH),
      dissolvedOxygen: INITIAL_SETPOINTS.dissolved_oxygen,
      ph: INITIAL_SETPOINTS.ph,
      temperature: INITIAL_SETPOINTS.temperature,
      stirrer: INITIAL_SETPOINTS.agitation,
      carbonDioxideFraction: RESTING.carbonDioxideFraction,
    });
    this.#plant.actuators.feed = feed;
    this.#loops = new ControlLoops(this.#plant.actuators);
    this.#sensors = new Sensors(this.#plant, this.calibration, this.faults, random);
    this.#feedLeft = FEED_BOTTLE_L - (this.#plant.volume - volumeAtInoculation(culture));
  }

  /** s since inoculation */
  get plantTimeS(): number {
    return this.#plantTimeS;
  }

  get uptimeS(): number {
    return this.#plantTimeS - this.#beginS;
  }

  /** The next second of plant time: scan the loops, step the plant, then scan what watches it. */
  step(): void {
    const { actuators, standards } = this.#plant;
    const outOfBroth = this.#outOfBroth();
    standards.dissolvedOxygen = this.calibration.standard("dissolved_oxygen");
    standards.ph = this.calibration.standard("ph");
    this.#loops.scan(
      {
        setpoints: this.setpoints.values,
        running: this.setpoints.running,
        measured: this.#sensors.measured(this.#plantTimeS),
        outOfBroth,
        feedLeft: this.#feedLeft,
      },
      actuators,
      STEP_S,
    );
    this.#plant.forgetTroubles();
    this.faults.drive(actuators, this.#plant);
    this.#plant.step(STEP_S);
    this.#plantTimeS += STEP_S;
    this.#feedLeft = Math.max(0, this.#feedLeft - (this.#feedToBroth * STEP_S) / SECONDS_PER_HOUR);
    this.faults.stepped();
    this.calibration.scan(this.#plantTimeS, (channel) => this.#sensors.raw(channel, this.#plantTimeS));
    this.#scanAlarms();
  }

  /** The process values now; noise is a function of channel and plant time alone. */
  sample(): readonly Reading[] {
    return this.#sensors.readAll(this.#plantTimeS);
  }

  /** The truth: the twin's states by name, and the vessel's. */
  truth(): Record<string, number> {
    const { actuators, culture, dissolvedOxygen, ph, temperature } = this.#plant;
    return {
      ...culture,
      dissolved_oxygen: dissolvedOxygen,
      ph,
      temperature,
      agitation: actuators.stirrer,
      feed_rate: this.#feedToBroth,
      feed_left: this.#feedLeft,
    };
  }

  writeSetpoint(channel: ControlledChannel, value: number): Answer {
    const instead = this.faults.command(channel, value);
    if (instead !== undefined) return instead;
    return this.setpoints.write(channel, value, {
      temperature: this.#sensors.measured(this.#plantTimeS).temperature,
      stirrer: this.#plant.actuators.stirrer,
      isCalibrating: (name) => this.calibration.isRunningOn(name),
    });
  }

  startCalibration(channel: string, references: readonly number[]): Answer {
    return this.calibration.start(this.#plantTimeS, channel, references);
  }

  /** What the probe reads in a standard, or why it cannot be told. */
  verifyCalibration(channel: string, reference: number): { answer: Answer; value: number } {
    if (!isCalibratable(channel) || !Number.isFinite(reference))
      return { answer: "BadInvalidArgument", value: NaN };
    if (this.calibration.isRunningOn(channel)) return { answer: "BadInvalidState", value: NaN };
    return { answer: "Good", value: this.#sensors.inStandard(channel, reference, this.#plantTimeS) };
  }

  get faultIds(): readonly string[] {
    return this.faults.ids;
  }

  /** @throws RangeError for a channel that cannot have it, or an id that is in use */
  inject(id: string, fault: InstrumentFault): void {
    this.faults.inject(id, fault, this.#site(id));
  }

  /** @throws RangeError for an id that is not active */
  clear(id: string): InstrumentFaultReceipt {
    return this.faults.clear(id, this.#plantTimeS);
  }

  #site(id: string): FaultSite {
    return {
      plantTimeS: this.#plantTimeS,
      plant: this.#plant,
      random: this.#random.fork(`fault/${id}`),
      felt: (channel) => this.#sensors.felt(channelByName(channel).name),
      raw: (channel) => this.#sensors.faultless(channelByName(channel).name, this.#plantTimeS),
      setpoint: (channel) => this.setpoints.values[channel],
      firmware: FIRMWARE_VERSION,
      startAnew: () => {
        this.#beginS = this.#plantTimeS;
      },
    };
  }

  /** L/h */
  get #feedToBroth(): number {
    return this.#plant.actuators.feed * this.#plant.troubles.feedShare;
  }

  #outOfBroth(): ReadonlySet<string> {
    const channels: readonly CalibratableChannel[] = ["dissolved_oxygen", "ph"];
    return new Set(channels.filter((channel) => this.calibration.isOutOfBroth(channel, this.#plantTimeS)));
  }

  #scanAlarms(): void {
    this.alarms.scan(this.#plantTimeS, {
      mode: this.setpoints.mode,
      measured: this.#sensors.measured(this.#plantTimeS),
      setpoints: this.setpoints.values,
      stirrer: this.#plant.actuators.stirrer,
      feedLeft: this.#feedLeft,
      outOfBroth: this.#outOfBroth(),
    });
  }
}

/** L */
function volumeAtInoculation({ model }: Culture): number {
  const start = model.states.find(({ name }) => name === "V")?.initial;
  if (start?.kind !== "constant") throw new RangeError(`${model.name} has no volume V of its own`);
  return start.value;
}
