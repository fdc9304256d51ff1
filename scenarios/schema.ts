/**
 * Shape of a scenario file: which keys stand where and what kind of value each takes. Quantities and
 * times stay text here; hil/scenario reads them. `v.description` says, for people, what a value must
 * look like.
 */
import * as v from "valibot";

const text = (expected: string) => v.pipe(v.string(), v.description(expected));

const name = text("a name");
const sentence = text("text");
/** s of plant time since inoculation, "batch age"; `+-` draws it from the run's seed. */
const time = text("a time with its unit, such as 96 h, 96 h - 2 s or 100 h +- 30 min");
const timeSpan = text("a duration with its unit, such as 45 s or 14 d");
const quantity = text("a number with its unit, such as 0.024 L/h");
const unit = text("a unit in quotes, such as '[pH]'");
const bounds = v.pipe(
  v.strictTuple([v.number(), v.number()]),
  v.description("two numbers, the lower first, such as [3, 12]"),
);

const command = v.strictObject({
  /** `<instrument>.<channel>` */
  set: text("<instrument>.<channel>"),
  to: quantity,
  /** Why; goes into the ledger with the command. */
  rationale: sentence,
});

/** One command at a time, or the same one again and again. */
const SCHEDULE_FORMS = {
  at: v.strictObject({ at: time, command }),
  every: v.strictObject({ every: timeSpan, from: time, until: v.optional(time), command }),
};

const FAULT_KEYS = {
  id: name,
  at: time,
  for: timeSpan,
  on: text("<instrument>.link or <instrument>.<channel>"),
  inject: text("a fault of the catalogue, such as partition"),
};

/** The form is told by the key that only it has. */
const EXPECTATION_FORMS = {
  always: v.strictObject({ always: text("an invariant, such as every-gap-is-recorded") }),
  within: v.strictObject({
    within: timeSpan,
    after: text("<fault>.begin, <fault>.end or begin"),
    instrument: name,
    status: text("a status, such as Streaming"),
  }),
  state: v.strictObject({ at: time, state: text("twin.<state>"), between: bounds, unit }),
  channel: v.strictObject({ at: time, channel: text("<instrument>.<channel>"), between: bounds, unit }),
  ledger: v.strictObject({ at: v.literal("end"), ledger: v.literal("clean") }),
};

type Table = v.StrictObjectSchema<v.ObjectEntries, undefined>;

/** The schema of the form whose key `input` has. */
function byForm<F extends Readonly<Record<string, Table>>>(forms: F) {
  const names = Object.keys(forms);
  const everyKey = Object.assign({}, ...Object.values(forms).map((form) => form.entries));
  // An entry of no form is refused, and the message names the keys of all of them.
  const noForm = v.pipe(
    v.partial(v.strictObject(everyKey as v.ObjectEntries)),
    v.check(() => false, `one of the keys ${names.join(", ")} must be there`),
  ) as unknown as F[keyof F];
  return v.lazy((input): F[keyof F] => {
    const found = names.find((form) => typeof input === "object" && input !== null && form in input);
    return found === undefined ? noForm : (forms[found] as F[keyof F]);
  });
}

/** A fault takes the parameters of its kind, and, where the kind is not known, any. */
function faultSchema(parameters: FaultParameters) {
  const known = Object.entries(parameters).map(([inject, names]): [string, v.GenericSchema<FaultText>] => {
    const entries = { ...FAULT_KEYS, ...Object.fromEntries(names.map((key) => [key, quantity])) };
    return [inject, v.strictObject(entries)];
  });
  const forms = new Map(known);
  const unknown: v.GenericSchema<FaultText> = v.objectWithRest(FAULT_KEYS, v.any());
  return v.lazy((input) => forms.get((input as { inject?: string } | undefined)?.inject ?? "") ?? unknown);
}

/** Names of a fault's own keys, by what is injected: `{ drift: ["rate"], partition: [] }`. */
export type FaultParameters = Readonly<Record<string, readonly string[]>>;

/** The schema of a scenario file, given the faults that there are. */
export const scenarioSchema = (parameters: FaultParameters) =>
  v.strictObject({
    /** The same as the file's name. */
    scenario: name,
    title: sentence,
    /** Requirements that a pass of this scenario speaks for. */
    covers: v.array(text("a requirement, such as HAL-3.2-backoff")),
    seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
    /** Batch age at which the run starts; the twin is integrated up to here first. */
    begin: v.optional(time, "0 h"),
    duration: timeSpan,
    plant: v.strictObject({
      twin: name,
      instruments: v.record(v.string(), instrument),
    }),
    schedule: v.optional(v.array(byForm(SCHEDULE_FORMS)), []),
    faults: v.optional(v.array(faultSchema(parameters)), []),
    expect: v.array(byForm(EXPECTATION_FORMS)),
  });

const instrument = v.strictObject({
  simulator: name,
  driver: name,
  protocol: name,
  /** Plant time between two samples of a channel. */
  sample: timeSpan,
});

/** A scenario as its file says it, defaults filled in. */
export type ScenarioText = v.InferOutput<ReturnType<typeof scenarioSchema>>;
export type CommandText = v.InferOutput<typeof command>;
export type ScheduleText = v.InferOutput<(typeof SCHEDULE_FORMS)[keyof typeof SCHEDULE_FORMS]>;
export type ExpectationText = v.InferOutput<(typeof EXPECTATION_FORMS)[keyof typeof EXPECTATION_FORMS]>;

export interface FaultText {
  readonly id: string;
  readonly at: string;
  readonly for: string;
  readonly on: string;
  readonly inject: string;
  /** Parameters, quantities as text. */
  readonly [parameter: string]: string;
}
