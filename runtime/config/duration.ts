/** Spans of time in configuration: a number of seconds, or text with a unit ("500 ms", "2 min"). */
import { UNITS, unitByUcum } from "@helix/hal";
import * as v from "valibot";
import { nearest } from "./nearest.ts";

/** Schema of a span of at least `minSeconds`; its output is seconds. */
export const durationSeconds = (minSeconds: number) => {
  const expected = `a number of seconds of at least ${minSeconds}, or text with a unit, such as "2 min"`;
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, number>(({ dataset, addIssue, NEVER }) => {
      const read = readDuration(dataset.value);
      const wrong = "wrong" in read ? read.wrong : read.seconds < minSeconds ? "too short" : undefined;
      if (wrong === undefined && "seconds" in read) return read.seconds;
      addIssue({ message: `${JSON.stringify(dataset.value)} is ${wrong}`, expected });
      return NEVER;
    }),
    v.description(expected),
  );
};

const TIME_UNITS = UNITS.filter((unit) => unit.quantity === "time").map((unit) => unit.ucum);

function readDuration(value: unknown): { readonly seconds: number } | { readonly wrong: string } {
  if (typeof value === "number" && Number.isFinite(value)) return { seconds: value };
  const match = typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)\s*(\S*)\s*$/.exec(value) : null;
  const [, amount, unitText] = match ?? [];
  if (amount === undefined || unitText === undefined) return { wrong: "not a time" };
  if (unitText === "") return { wrong: "without a unit" };
  const unit = unitByUcum(unitText);
  if (unit?.quantity === "time") return { seconds: Number(amount) * unit.factor };
  if (unit !== undefined) return { wrong: `in a unit of ${unit.quantity}, not of time` };
  const meant = nearest(unitText, TIME_UNITS);
  const units = meant === undefined ? `known are ${TIME_UNITS.join(", ")}` : `did you mean ${meant}?`;
  return { wrong: `in the unknown unit "${unitText}" (${units})` };
}
