/** When commands are given: once, again and again, along a ramp, or phase by phase of a recipe. */
import * as v from "valibot";
import { commandForms } from "./commands.ts";
import { type Choose, form } from "./forms.ts";
import { channel, count, name, rationale, type Words } from "./words.ts";

/** ISA-88: the smallest step of a recipe. It sets setpoints at its beginning, then takes its time. */
const phaseWith = ({ timeSpan, quantity }: Words) =>
  v.strictObject({
    phase: name,
    for: timeSpan,
    /** Setpoints by channel of the recipe's instrument. */
    set: v.record(v.string(), quantity),
  });

export const scheduleForms = (choose: Choose, words: Words) => {
  const { time, certainTime, timeSpan, quantity } = words;
  const command = choose(commandForms(words));
  return [
    form(
      "recipe",
      v.strictObject({ recipe: name, on: name, at: time, phases: v.array(phaseWith(words)), rationale }),
    ),
    form(
      "ramp",
      v.strictObject({
        ramp: channel,
        at: time,
        from: quantity,
        to: quantity,
        over: timeSpan,
        /** One of the two: the number of equal steps, or the time between them. */
        steps: v.optional(count(1)),
        every: v.optional(timeSpan),
        rationale,
      }),
    ),
    form(
      "every",
      v.strictObject({ every: timeSpan, from: certainTime, until: v.optional(certainTime), command }),
    ),
    form("at", v.strictObject({ at: time, id: v.optional(name), command })),
  ] as const;
};

type Forms = ReturnType<typeof scheduleForms>;
export type ScheduleText = v.InferOutput<Forms[number]["table"]>;
export type RecipeText = v.InferOutput<Forms[0]["table"]>;
export type RampText = v.InferOutput<Forms[1]["table"]>;
export type RepeatedText = v.InferOutput<Forms[2]["table"]>;
export type OnceText = v.InferOutput<Forms[3]["table"]>;
