/**
 * Collects what is wrong in a scenario while it is read, each with its place in the file.
 */
import { type Locate, nearest, type Path, type Problem } from "@helix/config";
import { convert } from "@helix/hal";
import { checkUnit, measures, parseQuantity, type Quantity, type Reading } from "./quantity.ts";
import {
  nominalSeconds,
  parseDuration,
  parseTime,
  seconds,
  type TimeExpression,
  toleranceSeconds,
} from "./time-expression.ts";

const PLANT_STEP = "whole seconds: the plant advances in steps of 1 s";
/** Conversion from h or d leaves rounding behind. */
const isWhole = (s: number) => Math.abs(s - Math.round(s)) < 1e-6;

export class Findings {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #locate: Locate;

  constructor(file: string, locate: Locate) {
    this.#file = file;
    this.#locate = locate;
  }

  add(
    path: Path,
    message: string,
    more: { expected?: string; suggestion?: string | undefined; part?: "key" | "value" } = {},
  ): undefined {
    const { part = "value", ...rest } = more;
    this.problems.push({ file: this.#file, ...this.#locate(path, part), message, ...rest });
    return undefined;
  }

  /** `word` if it is one of `known`; else reports what there is, and the nearest. */
  oneOf(path: Path, what: string, word: string, known: Iterable<string>, part: "key" | "value" = "value") {
    const words = [...known];
    if (words.includes(word)) return word;
    return this.add(path, `unknown ${what} "${word}"`, {
      expected: words.length === 0 ? `no ${what} is there` : `one of: ${words.join(", ")}`,
      suggestion: nearest(word, words),
      part,
    });
  }

  /** s; drawn from the seed by the caller where it is uncertain. */
  time(path: Path, text: string): TimeExpression | undefined {
    const time = this.#take(path, parseTime(text), "a time with its unit, such as 96 h - 2 s");
    if (time === undefined || isWhole(nominalSeconds(time))) return time;
    return this.add(path, `\`${text}\` is no whole number of seconds`, { expected: PLANT_STEP });
  }

  /** s; refuses a tolerance. */
  certainTime(path: Path, text: string): number | undefined {
    const time = this.time(path, text);
    if (time === undefined) return undefined;
    if (toleranceSeconds(time) === 0) return Math.round(nominalSeconds(time));
    return this.add(path, `\`${text}\` is uncertain`, { expected: "a time without +-" });
  }

  /** s, above 0 */
  duration(path: Path, text: string): number | undefined {
    const duration = this.#take(path, parseDuration(text), "a duration with its unit, such as 45 s");
    if (duration === undefined) return undefined;
    if (duration.value > 0 && isWhole(seconds(duration))) return Math.round(seconds(duration));
    if (duration.value > 0) {
      return this.add(path, `\`${text}\` is no whole number of seconds`, { expected: PLANT_STEP });
    }
    return this.add(path, `\`${text}\` is not a duration`, { expected: "more than 0" });
  }

  quantity(path: Path, text: string): Quantity | undefined {
    return this.#take(path, parseQuantity(text), "a number with its unit, such as 0.024 L/h");
  }

  /** The quantity in `unit`, if it measures the same. */
  quantityIn(path: Path, text: string, unit: string): number | undefined {
    const quantity = this.quantity(path, text);
    return quantity && this.#converted(path, quantity, unit);
  }

  /** Numbers given in the unit at `unitPath`, in `target`. */
  numbersIn(unitPath: Path, values: readonly number[], unit: string, target: string): number[] | undefined {
    const known = this.#take(unitPath, checkUnit(unit), "a unit in UCUM");
    if (known === undefined) return undefined;
    const converted = values.map((value) => this.#converted(unitPath, { value, unit }, target));
    return converted.some((value) => value === undefined) ? undefined : (converted as number[]);
  }

  #converted(path: Path, { value, unit }: Quantity, target: string): number | undefined {
    const have = measures(unit);
    const want = measures(target);
    if (have === want) return convert(value, unit, target);
    // One list of bounds, one message.
    if (this.problems.at(-1)?.message === `\`${unit}\` measures ${have}`) return undefined;
    return this.add(path, `\`${unit}\` measures ${have}`, { expected: `${want}, such as ${target}` });
  }

  #take<T>(path: Path, reading: Reading<T>, expected: string): T | undefined {
    if (reading.ok) return reading.value;
    return this.add(path, reading.message, { expected, suggestion: reading.suggestion });
  }
}
