/**
 * What a scenario expects. The subject of `always`, `never` and `eventually` is a channel, a state of
 * the twin, or an instrument; `allow ... after` excuses a band for a time after an event.
 */
import * as v from "valibot";
import { form } from "./forms.ts";
import { bounds, channel, count, moment, name, text, time, timeSpan, unit } from "./words.ts";

const value = text("<instrument>.<channel> or twin.<state>");
const band = { between: bounds, unit };
/** Part of the run that is judged; all of it where nothing is said. */
const window = { from: v.optional(time), until: v.optional(time) };
const excuse = { allow: v.optional(timeSpan), after: v.optional(moment) };

/** Growth from the first reading of the run to the last that is still no leak. */
const budget = v.strictObject({
  sockets: v.optional(count(0)),
  timers: v.optional(count(0)),
  heap_megabytes: v.optional(count(1)),
});

/** Names of which a scenario uses one where a name of that kind stands. */
export interface KnownWords {
  readonly invariants: readonly string[];
  readonly statuses: readonly string[];
}

/** Reading takes any name, and tells later which would have been right; an editor offers those that there are. */
interface NameSchemas {
  readonly invariant: v.GenericSchema<string>;
  readonly status: v.GenericSchema<string>;
}

const ANY_NAME: NameSchemas = {
  invariant: text("an invariant, such as every-gap-is-recorded"),
  status: text("a status, such as Streaming"),
};
const oneOf = ({ invariants, statuses }: KnownWords): NameSchemas => ({
  invariant: v.picklist(invariants),
  status: v.picklist(statuses),
});

const formsWith = ({ invariant, status }: NameSchemas) =>
  [
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
    form("state", v.strictObject({ at: time, state: text("twin.<state>"), ...band })),
    form("channel", v.strictObject({ at: time, channel, ...band })),
    form(
      "outcome",
      v.strictObject({
        outcome: v.picklist(["acknowledged", "rejected", "unknown", "not-sent"]),
        of: text("a command's id"),
      }),
    ),
    form("ledger", v.strictObject({ at: v.literal("end"), ledger: v.literal("clean") })),
  ] as const;

export const EXPECTATION_FORMS = formsWith(ANY_NAME);
export const expectationFormsForEditors = (words: KnownWords) => formsWith(oneOf(words));

export type ExpectationText = v.InferOutput<(typeof EXPECTATION_FORMS)[number]["table"]>;
