/**
 * What a run record says of a twin's states and inputs: the readings of the channels that bear a sensor's or an
 * input's name, in the model's units. Readings of bad quality and those that the bench falsified are left out.
 */
import type { TwinModel } from "../language/model.ts";
import { parseUnit, sameDimension, scaleBetween, UnitError } from "../units/unit-algebra.ts";
import { type MeasuredState, measuredStates } from "./measured-states.ts";

export interface Reading {
  /** Batch age in the model's time unit. */
  readonly time: number;
  /** In the unit of the state or input. */
  readonly value: number;
}

export interface RecordedChannel {
  /** As in the record: `brx-07.glucose`. */
  readonly name: string;
  readonly origin: string;
  readonly readings: readonly Reading[];
  /** Readings left out: bad quality, no number, falsified on purpose. */
  readonly left: number;
}

export interface RecordedRun {
  readonly scenario: string;
  readonly twin: string;
  readonly begin: number;
  /** Of the last reading of any of these channels. */
  readonly end: number;
  readonly isComplete: boolean;
  /** By state. */
  readonly states: ReadonlyMap<string, RecordedChannel>;
  /** By input. */
  readonly inputs: ReadonlyMap<string, RecordedChannel>;
  /** Channels that could not be used, and why. */
  readonly unused: readonly string[];
}

/** The record cannot be used; the message says why, with the line where there is one. */
export class RecordedRunError extends Error {
  override readonly name = "RecordedRunError";
}

const VERSION = 1;
/** OPC quality byte from which a value is good. */
const GOOD = 0xc0;

interface RunLine {
  readonly kind: "run";
  readonly version: number;
  readonly scenario: string;
  readonly twin: string;
  readonly beginS: number;
  readonly instruments: readonly {
    readonly key: string;
    readonly origin: string;
    readonly channels: readonly { readonly name: string; readonly unit: string }[];
  }[];
}

interface SampleLine {
  readonly t: number;
  readonly instrument: string;
  readonly channel: string;
  readonly value: number | null;
  readonly quality: number;
  readonly origin: string;
}

/** @throws RecordedRunError for what is no record of this version, or has nothing of the model in it */
export async function readRecordedRun(lines: AsyncIterable<string>, model: TwinModel): Promise<RecordedRun> {
  const perSecond = scaleBetween(parseUnit("s"), parseUnit(model.time.unit));
  let run: RunLine | undefined;
  let wanted = new Map<string, Wanted>();
  let [number, isComplete] = [0, false];
  const unused: string[] = [];
  for await (const line of lines) {
    number++;
    if (number === 1) {
      run = firstLine(line);
      wanted = wantedChannels(run, model, unused);
    } else if (line.startsWith('{"kind":"sample"')) {
      const sample = parsed(line, number) as SampleLine;
      wanted.get(`${sample.instrument}.${sample.channel}`)?.take(sample, perSecond);
    } else if (line.startsWith('{"kind":"reached"')) {
      isComplete = (parsed(line, number) as { complete: boolean }).complete;
    }
  }
  if (!run) throw new RecordedRunError("the run record is empty");
  const found = [...wanted.values()].filter(({ readings }) => readings.length > 0);
  if (!found.some(({ kind }) => kind === "state")) {
    const names = model.sensors.map(({ name }) => name).join(", ");
    throw new RecordedRunError(
      `the record of ${run.scenario} holds no good reading of a sensor of ${model.name} (${names})`,
    );
  }
  const byName = (kind: Wanted["kind"]) =>
    new Map(found.filter((one) => one.kind === kind).map((one) => [one.target, one]));
  return {
    scenario: run.scenario,
    twin: run.twin,
    begin: run.beginS * perSecond,
    end: Math.max(...found.map(({ readings }) => readings.at(-1)?.time ?? 0)),
    isComplete,
    states: byName("state"),
    inputs: byName("input"),
    unused,
  };
}

function firstLine(line: string): RunLine {
  const run = parsed(line, 1) as RunLine;
  if (run.kind !== "run" || !Array.isArray(run.instruments))
    throw new RecordedRunError("line 1 is not the first line of a run record");
  if (run.version !== VERSION)
    throw new RecordedRunError(`the run record has version ${run.version}; version ${VERSION} is read`);
  return run;
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (cause) {
    throw new RecordedRunError(`line ${number} of the run record is damaged or cut off`, { cause });
  }
}

/** A channel that means something to the model. */
class Wanted implements RecordedChannel {
  readonly readings: Reading[] = [];
  left = 0;
  readonly kind: "state" | "input";
  readonly target: string;
  readonly name: string;
  readonly origin: string;
  readonly #toModel: (value: number) => number;

  constructor(
    place: { readonly kind: "state" | "input"; readonly target: string },
    channel: { readonly name: string; readonly origin: string },
    toModel: (value: number) => number,
  ) {
    this.kind = place.kind;
    this.target = place.target;
    this.name = channel.name;
    this.origin = channel.origin;
    this.#toModel = toModel;
  }

  take({ t, value, quality, origin }: SampleLine, perSecond: number): void {
    if (value === null || quality < GOOD || origin === "faulted") this.left++;
    else this.readings.push({ time: t * perSecond, value: this.#toModel(value) });
  }
}

function wantedChannels(run: RunLine, model: TwinModel, unused: string[]): Map<string, Wanted> {
  const measured = new Map(measuredStates(model).map((one) => [one.sensor.name, one]));
  const wanted = new Map<string, Wanted>();
  for (const { key, origin, channels } of run.instruments)
    for (const channel of channels) {
      const name = `${key}.${channel.name}`;
      const state = measured.get(channel.name);
      const input = model.inputs.find((u) => u.name === channel.name || `${u.name}_rate` === channel.name);
      const place = state
        ? ({ kind: "state", target: state.state, unit: state.sensor.unit } as const)
        : input && ({ kind: "input", target: input.name, unit: input.unit } as const);
      if (
        !place ||
        [...wanted.values()].some((one) => one.kind === place.kind && one.target === place.target)
      )
        continue;
      const factor = factorBetween(channel.unit, place.unit);
      if (factor === undefined) unused.push(`${name}: ${channel.unit} is not ${place.unit}`);
      else wanted.set(name, new Wanted(place, { name, origin }, toModel(factor, state)));
    }
  return wanted;
}

const toModel = (factor: number, state: MeasuredState | undefined) => (value: number) =>
  state ? state.stateFrom(value * factor) : value * factor;

/** Undefined where one cannot be told as the other. */
function factorBetween(from: string, to: string): number | undefined {
  if (from === to) return 1;
  try {
    const [a, b] = [parseUnit(from), parseUnit(to)];
    return sameDimension(a, b) ? scaleBetween(a, b) : undefined;
  } catch (error) {
    if (error instanceof UnitError) return undefined;
    throw error;
  }
}
