/**
 * How times and quantities are written, as regular expressions for editors: made of the same pieces and
 * units that the reader takes (time-expression.ts, quantity.ts). What a pattern cannot say (whole seconds, a
 * time within the run, a unit that measures the right thing) stays the reader's to say.
 */
import { UNITS } from "@helix/hal";
import type { KnownPatterns } from "@helix/scenarios";
import { UNSIGNED } from "./quantity.ts";
import { SUM_SIGNS, TOLERANCE_SIGNS } from "./time-expression.ts";

const escaped = (text: string): string => text.replaceAll(/[\^$\\.*+?()[\]{}|]/g, "\\$&");
export const anyOf = (words: Iterable<string>): string => `(?:${[...words].map(escaped).join("|")})`;

const ALL = UNITS.map(({ ucum }) => ucum);
const OF_TIME = UNITS.filter(({ quantity }) => quantity === "time").map(({ ucum }) => ucum);

/** A number ends where its unit begins: `961` is not 96 with the unit 1. */
export const numberWith = (sign: string, unit: string): string => `${sign}${UNSIGNED}(?![\\d.])\\s*${unit}`;
export const whole = (pattern: string): string => `^\\s*${pattern}\\s*$`;

const SIGN = "[+-]?";
export const PLAIN_UNIT = anyOf(ALL);
export const RATE_UNIT = `${anyOf(ALL)}/${anyOf(OF_TIME)}`;
const UNIT = `${anyOf(ALL)}(?:/${anyOf(OF_TIME)})?`;

const duration = (sign: string) => numberWith(sign, anyOf(OF_TIME));
const SUM = `${duration(SIGN)}(?:\\s+${anyOf(SUM_SIGNS)}\\s+${duration(SIGN)})*`;
const TOLERANCE = `\\s+${anyOf(TOLERANCE_SIGNS)}\\s+${duration("\\+?")}`;
const ABOVE_ZERO = "(?=\\+?[0.]*[1-9])";

export const PATTERNS: KnownPatterns = {
  time: whole(`${SUM}(?:${TOLERANCE})?`),
  certainTime: whole(SUM),
  timeOrEnd: `^end$|${whole(SUM)}`,
  timeSpan: whole(`${ABOVE_ZERO}${duration("\\+?")}`),
  quantity: whole(numberWith(SIGN, UNIT)),
  unit: `^${UNIT}$`,
};
