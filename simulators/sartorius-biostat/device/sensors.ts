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
import type { SensorFaults } from "./sensor-faults.ts";
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
  readonly #faults: SensorFaults;
  readonly #random: Random;

  constructor(plant: Bioreactor, calibration: Calibration, faults: SensorFaults, random: Random) {
    this.#plant = plant;
    this.#calibration = calibration;
    this.#faults = faults;
    this.#random = random;
  }

  measured(plantTimeS: number): Measured {
    const now = (name: keyof Measured) =>
      this.#corrected(name, this.#felt(name) + this.#faults.offset(name, plantTimeS));
    return { dissolved_oxygen: now("dissolved_oxygen"), ph: now("ph"), temperature: now("temperature") };
  }

  /** All process values; the receipts of active faults take note. */
  readAll(plantTimeS: number): readonly Reading[] {
    return CHANNELS.map((channel) => {
      const reading = this.#read(channel, plantTimeS, this.#faults.offset(channel.name, plantTimeS));
      if (this.#faults.affects(channel.name)) {
        this.#faults.note(channel.name, this.withoutFaults(channel.name, plantTimeS), reading.value);
      }
      return reading;
    });
  }

  /** The value that `channel` would show if no fault were active. */
  withoutFaults(channel: string, plantTimeS: number): number {
    return this.#read(channelByName(channel), plantTimeS, 0).value;
  }

  /** A probe's signal before correction. */
  raw(name: CalibratableChannel, plantTimeS: number): number {
    return (
      this.#felt(name) + this.#faults.offset(name, plantTimeS) + this.#noise(name, plantTimeS, "reading")
    );
  }

  /** What a probe would show in a standard, settled. */
  inStandard(name: CalibratableChannel, reference: number, plantTimeS: number): number {
    const offset = this.#faults.offset(name, plantTimeS) + this.#noise(name, plantTimeS, "verify");
    return this.#corrected(name, reference + offset);
  }

  /** The quantity at the sensor, in the channel's unit. */
  #felt(name: ChannelName): number {
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

  #corrected(name: ChannelName, raw: number): number {
    if (!isCalibratable(name)) return raw;
    const { slope, intercept } = this.#calibration.line(name);
    return slope * raw + intercept;
  }

  #noise(name: ChannelName, plantTimeS: number, purpose: "reading" | "verify"): number {
    const { absolute, relative } = channelByName(name).noise;
    const deviation = absolute + relative * Math.abs(this.#felt(name));
    if (deviation === 0) return 0;
    return deviation * this.#random.fork(`${purpose}/${name}/${plantTimeS}`).normal();
  }

  #read(channel: (typeof CHANNELS)[number], plantTimeS: number, faultOffset: number): Reading {
    const { name, range, resolution } = channel;
    const clean = this.#corrected(name, this.#felt(name) + faultOffset);
    const noise = this.#noise(name, plantTimeS, "reading");
    const shown = this.#corrected(name, this.#felt(name) + faultOffset + noise);
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

/** To a multiple of a decimal resolution, without binary crumbs such as 0.30000000000000004. */
function roundTo(value: number, resolution: number): number {
  const decimals = Math.max(0, Math.round(-Math.log10(resolution)));
  return Number((Math.round(value / resolution) * resolution).toFixed(decimals));
}
