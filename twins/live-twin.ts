/**
 * A twin that runs beside an instrument: it takes the model's inputs from channels that measure them, and
 * says what it expects the others to show. Open loop: it is not corrected by what it sees.
 */

import { compileTerms } from "./compile/observer.ts";
import type { TwinModel } from "./language/model.ts";
import { chooseMethod } from "./solvers/choose.ts";
import { Simulation, SimulationError } from "./solvers/simulation.ts";
import { parseUnit, sameDimension, scaleBetween } from "./units/unit-algebra.ts";

export interface LiveChannel {
  readonly id: number;
  readonly name: string;
  /** UCUM */
  readonly unit: string;
}

export interface LiveTwinOptions {
  readonly channels: readonly LiveChannel[];
  /** Channel name -> input or sensor of the model, where the names differ. */
  readonly names?: Readonly<Record<string, string>>;
  /** Time 0 of the model, ns TAI. */
  readonly startTaiNs: bigint;
}

export interface Prediction {
  /** In the channel's unit. */
  readonly value: number;
  /** Value seen less predicted, over the sensor's noise; NaN for a sensor without noise and a value not to be believed. */
  readonly deviationSigma: number;
}

interface Linked {
  readonly kind: "input" | "sensor";
  readonly index: number;
  /** value in the model's unit = value in the channel's unit * scale + offset */
  readonly scale: number;
  readonly offset: number;
}

const KELVIN_AT_ZERO_CEL = 273.15;
const SECONDS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;

export class LiveTwin {
  readonly #twin: Simulation;
  readonly #links: ReadonlyMap<number, Linked>;
  readonly #read: (time: number) => Float64Array;
  readonly #noise: readonly number[];
  readonly #startTaiNs: bigint;
  readonly #nsPerUnit: number;
  #trouble: string | undefined;

  /**
   * @throws RangeError when nothing of the model is measured, a name is not there, or units do not agree
   */
  constructor(model: TwinModel, { channels, names = {}, startTaiNs }: LiveTwinOptions) {
    this.#links = linksOf(model, channels, names);
    if (![...this.#links.values()].some(({ kind }) => kind === "sensor"))
      throw new RangeError(`twin ${model.name} predicts none of the channels: ${named(channels)}`);
    const seconds = SECONDS[model.time.unit as keyof typeof SECONDS];
    if (seconds === undefined)
      throw new RangeError(`twin ${model.name} counts time in ${model.time.unit}, not in s, min, h or d`);
    this.#nsPerUnit = seconds * 1e9;
    this.#startTaiNs = startTaiNs;
    this.#noise = model.sensors.map(({ noise }) => noise);
    const twin = new Simulation(model, chooseMethod(model).method);
    this.#twin = twin;
    const parameters = Float64Array.from(model.parameters, (p) => p.value);
    const sensors = compileTerms(
      model,
      model.sensors.map(({ value }) => value),
    );
    const into = new Float64Array(model.sensors.length);
    this.#read = (time) => {
      sensors(time, twin.state, parameters, twin.inputs, into);
      return into;
    };
  }

  /** Why there are no predictions any more; undefined while there are. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * What the twin makes of a value: an input is taken over from then on, anything else is predicted.
   * Undefined for channels that the model does not know, before time 0, for values older than the last,
   * and after trouble.
   *
   * @param value in the channel's unit; undefined when it is not to be believed
   */
  observe(channelId: number, takenTaiNs: bigint, value: number | undefined): Prediction | undefined {
    const link = this.#links.get(channelId);
    const time = Number(takenTaiNs - this.#startTaiNs) / this.#nsPerUnit;
    if (!link || this.#trouble !== undefined || time < this.#twin.time || !this.#advance(time))
      return undefined;
    const seen = value === undefined ? Number.NaN : value * link.scale + link.offset;
    if (link.kind === "input") {
      if (Number.isFinite(seen)) this.#twin.inputs[link.index] = seen;
      return undefined;
    }
    const predicted = this.#read(time)[link.index] as number;
    const noise = this.#noise[link.index] as number;
    return {
      value: (predicted - link.offset) / link.scale,
      deviationSigma: noise > 0 ? (seen - predicted) / noise : Number.NaN,
    };
  }

  #advance(time: number): boolean {
    if (time === this.#twin.time) return true;
    try {
      this.#twin.advance(time);
      return true;
    } catch (error) {
      if (!(error instanceof SimulationError)) throw error;
      this.#trouble = error.message;
      return false;
    }
  }
}

function linksOf(
  model: TwinModel,
  channels: readonly LiveChannel[],
  names: Readonly<Record<string, string>>,
): Map<number, Linked> {
  const links = new Map<number, Linked>();
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  for (const name of Object.keys(names))
    if (!byName.has(name)) throw new RangeError(`no channel "${name}": there are ${named(channels)}`);
  for (const channel of channels) {
    const name = names[channel.name] ?? channel.name;
    const input = model.inputs.findIndex((u) => u.name === name);
    const sensor = model.sensors.findIndex((s) => s.name === name);
    if (input < 0 && sensor < 0) {
      if (channel.name in names)
        throw new RangeError(
          `twin ${model.name} has no input or sensor "${name}" for channel ${channel.name}`,
        );
      continue;
    }
    const unit = (input >= 0 ? model.inputs[input] : model.sensors[sensor])?.unit ?? "1";
    const place =
      input >= 0 ? { kind: "input" as const, index: input } : { kind: "sensor" as const, index: sensor };
    links.set(channel.id, { ...place, ...conversion(channel, unit) });
  }
  return links;
}

const named = (channels: readonly LiveChannel[]): string => channels.map(({ name }) => name).join(", ");

/** Units on a shifted or logarithmic scale stand at the instrument, never in a model. */
function conversion({ name, unit }: LiveChannel, modelUnit: string): Pick<Linked, "scale" | "offset"> {
  const shifted = unit === "Cel";
  const [from, to] = [parseUnit(shifted ? "K" : unit === "[pH]" ? "1" : unit), parseUnit(modelUnit)];
  if (!sameDimension(from, to))
    throw new RangeError(
      `channel ${name} is in ${unit}, the twin in ${modelUnit}: they do not measure the same`,
    );
  const scale = scaleBetween(from, to);
  return { scale, offset: shifted ? KELVIN_AT_ZERO_CEL * scale : 0 };
}
