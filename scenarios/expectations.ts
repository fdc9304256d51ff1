/**
 * What a scenario expects. The subject of `always`, `never` and `eventually` is a channel, a state of
 * the twin, or an instrument; `allow ... after` excuses a band for a time after an event.
 */
import * as v from "valibot";
import { form } from "./forms.ts";
import { bounds, channel, count, moment, name, text, type Words } from "./words.ts";

const value = text("<instrument>.<channel> or twin.<state>");

/** Growth from the first reading of the run to the last that is still no leak. */
const budget = v.strictObject({
  sockets: v.optional(count(0)),
  timers: v.optional(count(0)),
  heap_megabytes: v.optional(count(1)),
});

export const expectationForms = ({ certainTime, timeOrEnd, timeSpan, unit, invariant, status }: Words) => {
  const band = { between: bounds, unit };
  /** Part of the run that is judged; all of it where nothing is said. */
  const window = { from: v.optional(certainTime), until: v.optional(certainTime) };
  const excuse = { allow: v.optional(timeSpan), after: v.optional(moment) };
  return [
    form("always", v.strictObject({ always: invariant })),
    form("always", v.strictObject({ always: v.literal("no-leak"), budget })),
    form("always", v.strictObject({ always: value, ...band, ...window, ...excuse })),
    form("always", v.strictObject({ always: name, status, ...window, ...excuse })),
    form("never", v.strictObject({ never: value, ...band, ...window, ...excuse })),
    form("never", v.strictObject({ never: name, status, ...window, ...excuse })),
    form("eventually", v.strictObject({ eventually: value, ...band, ...window })),
    form("eventually", v.strictObject({ eventually: name, status, ...window })),
    form("within", v.strictObject({ within: timeSpan, after: moment, instrument: name, status })),
    form("within", v.strictObject({ within: timeSpan, after: moment, value, ...band })),
    form("state", v.strictObject({ at: timeOrEnd, state: text("twin.<state>"), ...band })),
    form("channel", v.strictObject({ at: timeOrEnd, channel, ...band })),
    form(
      "outcome",
      v.strictObject({
        outcome: v.picklist(["acknowledged", "rejected", "unknown", "not-sent"]),
        of: text("a command's id"),
      }),
    ),
    form("ledger", v.strictObject({ at: v.literal("end"), ledger: v.literal("clean") })),
  ] as const;
};

export type ExpectationText = v.InferOutput<ReturnType<typeof expectationForms>[number]["table"]>;
