/** The kinds of text that a scenario is made of, each with what a person must write there. */
import * as v from "valibot";

export const text = (expected: string) => v.pipe(v.string(), v.description(expected));

export const name = text("a name");
export const sentence = text("text");
/** s of plant time since inoculation, "batch age"; `+-` draws it from the run's seed. */
export const time = text("a time with its unit, such as 96 h, 96 h - 2 s or 100 h +- 30 min");
export const timeSpan = text("a duration with its unit, such as 45 s or 14 d");
export const quantity = text("a number with its unit, such as 0.024 L/h");
export const unit = text("a unit in quotes, such as '[pH]'");
export const channel = text("<instrument>.<channel>");
/** `end`, or a time. */
export const moment = text("<fault>.begin, <fault>.end, <command>.sent or begin");
/** Why; goes into the ledger with the command. */
export const rationale = sentence;

export const count = (atLeast: number) => v.pipe(v.number(), v.integer(), v.minValue(atLeast));

export const bounds = v.pipe(
  v.strictTuple([v.number(), v.number()]),
  v.description("two numbers, the lower first, such as [3, 12]"),
);
