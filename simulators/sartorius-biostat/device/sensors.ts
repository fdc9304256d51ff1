/**
 * What the unit reads: the plant as its sensors feel it, with faults, calibration, noise, range and
 * resolution. Noise comes from the seed, the channel and the plant time alone, so that a reading does
 * not depend on how often or when others were taken.
 */
import type { Random } from "@helix/hal";
import type { Bioreactor } from "../plant/bioreactor.ts";
import type { Calibration } from "./calibration.ts";
import {
  type BiostatChannel,
  type CalibratableChannel,
  CHANNELS,
  type ChannelName,
  channelByName,
  isCalibratable,
} from "./channels.ts";
import type { FaultList } from "./faults/fault-list.ts";
import type { ValueStatus } from "./status.ts";

/** One process value as the unit gives it out. */
export interface Reading {
  readonly channel: BiostatChannel;
  /** In the channel's unit, within its range, rounded to its resolution. */
  readonly value: number;
  readonly status: ValueStatus;
}

/** What the unit's own controllers and alarms work with: calibrated, without noise. */
export interface Measured {
  /** %{airsat} */
  readonly dissolved_oxygen: number;
  readonly ph: number;
  /** Cel */
  readonly temperature: number;
}

export class Sensors {
  readonly #plant: Bioreactor;
  readonly #calibration: Calibration;
  readonly #faults: FaultList;
  readonly #random: Random;

  constructor(plant: Bioreactor, calibration: Calibration, faults: FaultList, random: Random) {
    this.#plant = plant;
    this.#calibration = calibration;
    this.#faults = faults;
    this.#random = random;
  }

  measured(plantTimeS: number): Measured {
    const now = (name: keyof Measured) =>
      this.#corrected(name, this.#distorted(name, this.felt(name), 0, plantTimeS));
    return { dissolved_oxygen: now("dissolved_oxygen"), ph: now("ph"), temperature: now("temperature") };
  }

  /** All process values; the receipts of active faults take note. */
  readAll(plantTimeS: number): readonly Reading[] {
    return CHANNELS.map((channel) => {
      const { name } = channel;
      if (!this.#faults.affects(name)) return this.#faults.show(this.#read(channel, plantTimeS, honest));
      const reading = this.#read(channel, plantTimeS, (value, noise) =>
        this.#distorted(name, value, noise, plantTimeS),
      );
      this.#faults.noteReading(name, this.#read(channel, plantTimeS, honest).value, reading.value);
      return this.#faults.show(reading);
    });
  }

  /** A probe's signal before correction. */
  raw(name: CalibratableChannel, plantTimeS: number): number {
    const noise = this.#noise(name, plantTimeS, "reading");
    return this.#distorted(name, this.felt(name) + noise, noise, plantTimeS);
  }

  /** A sensor's signal without any fault, with its noise. */
  faultless(name: ChannelName, plantTimeS: number): number {
    return this.felt(name) + this.#noise(name, plantTimeS, "reading");
  }

  /** What a probe would show in a standard, settled. */
  inStandard(name: CalibratableChannel, reference: number, plantTimeS: number): number {
    const noise = this.#noise(name, plantTimeS, "verify");
    return this.#corrected(name, this.#distorted(name, reference + noise, noise, plantTimeS, true));
  }

  /** The quantity at the sensor, in the channel's unit. */
  felt(name: ChannelName): number {
    const { actuators } = this.#plant;
    switch (name) {
      case "dissolved_oxygen":
        return this.#plant.probes.dissolvedOxygen;
      case "ph":
        return this.#plant.probes.ph;
      case "temperature":
        return this.#plant.probes.temperature;
      case "agitation":
        return actuators.stirrer;
      case "feed_rate":
        return actuators.feed;
      default:
        return this.#plant.cultureState(name);
    }
  }

  /** `value` as the faults in force leave it; `noise` is the part of it that the sensor added. */
  #distorted(name: ChannelName, value: number, noise: number, plantTimeS: number, settled = false): number {
    return this.#faults.distort(name, value, { noise, plantTimeS, settled });
  }

  #corrected(name: ChannelName, raw: number): number {
    if (!isCalibratable(name)) return raw;
    const { slope, intercept } = this.#calibration.line(name);
    return slope * raw + intercept;
  }

  #noise(name: ChannelName, plantTimeS: number, purpose: "reading" | "verify"): number {
    const { absolute, relative } = channelByName(name).noise;
    const deviation = absolute + relative * Math.abs(this.felt(name));
    if (deviation === 0) return 0;
    return deviation * this.#random.fork(`${purpose}/${name}/${plantTimeS}`).normal();
  }

  #read(channel: (typeof CHANNELS)[number], plantTimeS: number, distort: Distort): Reading {
    const { name, range, resolution } = channel;
    const clean = this.#corrected(name, distort(this.felt(name), 0));
    const noise = this.#noise(name, plantTimeS, "reading");
    const shown = this.#corrected(name, distort(this.felt(name) + noise, noise));
    return {
      channel,
      value: roundTo(Math.min(range.max, Math.max(range.min, shown)), resolution),
      status: this.#status(channel, clean, plantTimeS),
    };
  }

  #status({ name, range }: (typeof CHANNELS)[number], clean: number, plantTimeS: number): ValueStatus {
    if (isCalibratable(name) && this.#calibration.isOutOfBroth(name, plantTimeS)) {
      return "UncertainSensorNotAccurate";
    }
    return clean < range.min || clean > range.max ? "UncertainEngineeringUnitsExceeded" : "Good";
  }
}

type Distort = (value: number, noise: number) => number;
const honest: Distort = (value) => value;

/** To a multiple of a decimal resolution, without binary crumbs such as 0.30000000000000004. */
function roundTo(value: number, resolution: number): number {
  const decimals = Math.max(0, Math.round(-Math.log10(resolution)));
  return Number((Math.round(value / resolution) * resolution).toFixed(decimals));
}
