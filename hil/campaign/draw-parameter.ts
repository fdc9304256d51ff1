/**
 * Draws a fault's parameter within the bounds that the catalogue gives it: around the catalogue's
 * example where it is a size of its own, around a share of the channel's range where it is the channel's.
 */
import type { Random } from "@helix/hal";
import type { KnownChannel } from "../scenario/known-parts.ts";
import { parseQuantity } from "../scenario/quantity.ts";
import { type DeclaredParameter, measureOf } from "./declared-fault.ts";

/** Drawn sizes lie within this factor of the example, either way. */
const AROUND_EXAMPLE = 4;
/** Of the channel's range: a sensor that is off by so much is off by something that matters. */
const SHARE_OF_RANGE = [0.002, 0.1] as const;
const RATE_SHARE_PER_HOUR = [0.005, 0.3] as const;
const DIGITS = 3;

/**
 * Text as a scenario writes it.
 *
 * @param channel that the fault is put on; undefined where it is on none
 */
export function drawParameter(
  parameter: DeclaredParameter,
  channel: KnownChannel | undefined,
  random: Random,
): string {
  const measure = measureOf(parameter);
  if (measure === "text") return parameter.example;
  if (typeof measure === "object" && "words" in measure) return pick(measure.words, random);
  if (measure === "count") return drawCount(parameter, random);
  if (measure === "data rate") return scaledExample(parameter, random);
  if (typeof measure === "object") return drawInUnit(parameter, measure.unit, random);
  if (channel === undefined)
    throw new Error(`${parameter.example} is measured as a channel, and there is none`);
  const [low, high] = measure === "channel" ? SHARE_OF_RANGE : RATE_SHARE_PER_HOUR;
  const width = channel.range === undefined ? 1 : channel.range.max - channel.range.min;
  const size = logUniform(low * width, high * width, random);
  const mayBeNegative = (parameter.min ?? -Infinity) < 0;
  const value = bounded(mayBeNegative && random.uniform() < 0.5 ? -size : size, parameter);
  return `${value} ${channel.unit}${measure === "channel" ? "" : "/h"}`;
}

function drawInUnit(parameter: DeclaredParameter, unit: string, random: Random): string {
  const example = parseQuantity(parameter.example);
  // An example in another unit says nothing about the size in this one.
  if (!example.ok || example.value.unit !== unit || example.value.value === 0) {
    const { min, max } = parameter;
    if (min === undefined || max === undefined) return parameter.example;
    return `${bounded(min + (max - min) * random.uniform(), parameter)} ${unit}`;
  }
  return `${bounded(example.value.value * factor(random), parameter)} ${unit}`;
}

function drawCount({ example, min, max }: DeclaredParameter, random: Random): string {
  if (min === undefined || max === undefined) return example;
  const count = random.integer(min, max);
  // 0 is no fault.
  return count === 0 ? example : `${count}`;
}

function scaledExample(parameter: DeclaredParameter, random: Random): string {
  const [, digits = "", unit = ""] = /^\s*([\d.]+)\s*(\S+)\s*$/.exec(parameter.example) ?? [];
  const value = rounded(Number(digits) * factor(random));
  return unit === "By/s" ? `${bounded(value, parameter)} ${unit}` : `${value} ${unit}`;
}

const factor = (random: Random) => logUniform(1 / AROUND_EXAMPLE, AROUND_EXAMPLE, random);
const logUniform = (low: number, high: number, random: Random) =>
  low * Math.exp(Math.log(high / low) * random.uniform());
const rounded = (value: number) => Number(value.toPrecision(DIGITS));
const bounded = (value: number, { min = -Infinity, max = Infinity }: DeclaredParameter) =>
  Math.min(max, Math.max(min, rounded(value)));

/** One of `from`, which is not empty. */
export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.min(from.length - 1, Math.floor(random.uniform() * from.length))] as T;
}
