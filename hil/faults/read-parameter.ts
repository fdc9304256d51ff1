/** A fault's parameter as a scenario says it, in the unit of its setting. */
import { convert, parseRateUnit, unitByUcum } from "@helix/hal";
import { parseQuantity } from "../scenario/quantity.ts";
import type { FaultParameter, Measure } from "./fault-kind.ts";
import { number } from "./wording.ts";

export interface ChannelUnit {
  readonly name: string;
  /** UCUM */
  readonly unit: string;
}

export type ReadParameter =
  | { readonly ok: true; readonly value: number | string }
  | { readonly ok: false; readonly message: string; readonly expected: string; readonly suggestion?: string };

const SECONDS_PER_HOUR = 3600;
/** UCUM, bytes per s each. The instruments' units have none for data. */
export const DATA_RATES: ReadonlyMap<string, number> = new Map([
  ["By/s", 1],
  ["kBy/s", 1000],
  ["MBy/s", 1e6],
  ["bit/s", 1 / 8],
  ["kbit/s", 125],
  ["Mbit/s", 125_000],
]);

/** @param channel that the fault is put on; undefined where it is on none */
export function readParameter(
  name: string,
  text: string,
  parameter: FaultParameter,
  channel: ChannelUnit | undefined,
): ReadParameter {
  const { measure } = parameter;
  if (measure === "text") {
    return text === ""
      ? no(`\`${name}\` is empty`, `text, such as ${parameter.example}`)
      : { ok: true, value: text };
  }
  if (typeof measure === "object" && "words" in measure) {
    if (measure.words.includes(text)) return { ok: true, value: text };
    return no(`\`${text}\` is no ${name} of this fault`, `one of: ${measure.words.join(", ")}`);
  }
  if (measure === "count") return wholeNumber(name, text, parameter);
  const read = readNumber(name, text, measure, parameter, channel);
  if (!read.ok || typeof read.value !== "number") return read;
  return bounded(name, text, read.value, parameter);
}

function wholeNumber(name: string, text: string, parameter: FaultParameter): ReadParameter {
  return /^[+-]?\d{1,9}$/.test(text)
    ? bounded(name, text, Number(text), parameter)
    : no(`\`${text}\` is no whole number`, `a whole number, such as ${parameter.example}`);
}

function readNumber(
  name: string,
  text: string,
  measure: Exclude<Measure, "text" | "count" | { words: readonly string[] }>,
  { example }: FaultParameter,
  channel: ChannelUnit | undefined,
): ReadParameter {
  if (measure === "data rate") return dataRate(text, example);
  const quantity = parseQuantity(text);
  if (!quantity.ok) {
    return {
      ...no(quantity.message, `a number with its unit, such as ${example}`),
      ...suggestionOf(quantity),
    };
  }
  const { value, unit } = quantity.value;
  if (typeof measure === "object") return inUnit(name, value, unit, measure.unit, example);
  if (channel === undefined) throw new Error(`parameter ${name} is measured as a channel, and there is none`);
  return measure === "channel" ? difference(value, unit, channel) : rate(value, unit, channel);
}

function inUnit(name: string, value: number, unit: string, target: string, example: string): ReadParameter {
  const rateOf = parseRateUnit(target);
  const given = parseRateUnit(unit);
  if (rateOf && !unitByUcum(target)) {
    if (given?.unit.quantity !== rateOf.unit.quantity)
      return no(`\`${unit}\` is no unit of ${name}`, example);
    const perSecond = (value * given.unit.factor) / given.perSeconds;
    return { ok: true, value: (perSecond * rateOf.perSeconds) / rateOf.unit.factor };
  }
  if (unitByUcum(unit)?.quantity !== unitByUcum(target)?.quantity) {
    return no(`\`${unit}\` is no unit of ${name}`, `a quantity such as ${example}`);
  }
  return { ok: true, value: convert(value, unit, target) };
}

/** A difference has no zero point: only the factors count, not the offsets of e.g. [degF]. */
function difference(value: number, unit: string, channel: ChannelUnit): ReadParameter {
  const given = unitByUcum(unit);
  const own = channelUnit(channel);
  if (given?.quantity !== own.quantity) {
    return no(`\`${unit}\` does not measure ${channel.name}`, `a difference in ${channel.unit}`);
  }
  return { ok: true, value: (value * given.factor) / own.factor };
}

function rate(value: number, unit: string, channel: ChannelUnit): ReadParameter {
  const given = parseRateUnit(unit);
  const own = channelUnit(channel);
  if (given?.unit.quantity !== own.quantity) {
    return no(
      `\`${unit}\` is no rate of ${channel.name}`,
      `a rate of ${channel.unit}, such as ${channel.unit}/h`,
    );
  }
  const perSecond = (value * given.unit.factor) / own.factor / given.perSeconds;
  return { ok: true, value: perSecond * SECONDS_PER_HOUR };
}

function dataRate(text: string, example: string): ReadParameter {
  const [, digits = "", unit = ""] = /^\s*([\d.]+)\s*(\S+)\s*$/.exec(text) ?? [];
  const factor = DATA_RATES.get(unit);
  const value = Number(digits);
  if (digits === "" || factor === undefined || !Number.isFinite(value)) {
    return no(
      `\`${text}\` is no data rate`,
      `a number with one of: ${[...DATA_RATES.keys()].join(", ")}, such as ${example}`,
    );
  }
  return { ok: true, value: value * factor };
}

function bounded(name: string, text: string, value: number, parameter: FaultParameter): ReadParameter {
  const { min, max, measure, example } = parameter;
  if (value === 0) return no(`a ${name} of 0 is no fault`, "a value other than 0");
  if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
    const unit =
      typeof measure === "object" && "unit" in measure && measure.unit !== "1" ? ` ${measure.unit}` : "";
    const bounds = [
      min !== undefined && `at least ${number(min)}${unit}`,
      max !== undefined && `at most ${number(max)}${unit}`,
    ];
    return no(
      `a ${name} of \`${text}\` is out of bounds`,
      `a value such as ${example}: ${bounds.filter(Boolean).join(", ")}`,
    );
  }
  return { ok: true, value };
}

const no = (message: string, expected: string): ReadParameter & { ok: false } => ({
  ok: false,
  message,
  expected,
});

const suggestionOf = ({ suggestion }: { suggestion?: string }) =>
  suggestion === undefined ? {} : { suggestion };

function channelUnit({ name, unit }: ChannelUnit) {
  const known = unitByUcum(unit);
  if (!known) throw new Error(`channel ${name} has unit "${unit}", which HELIX does not know`);
  return known;
}
