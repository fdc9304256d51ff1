/**
 * Shape of a scenario file: which keys stand where and what kind of value each takes. Quantities and
 * times stay text here; hil/scenario reads them. `v.description` says, for people, what a value must
 * look like.
 */
import * as v from "valibot";
import {
  EXPECTATION_FORMS,
  type ExpectationText,
  expectationFormsForEditors,
  type KnownWords,
} from "./expectations.ts";
import { type FaultParameters, faultSchema, faultSchemaForEditors } from "./faults.ts";
import { anyForm, type Choose, nearestForm } from "./forms.ts";
import { scheduleForms } from "./schedules.ts";
import { count, name, sentence, text, time, timeSpan } from "./words.ts";

const instrument = v.strictObject({
  simulator: name,
  driver: name,
  protocol: name,
  /** Plant time between two samples of a channel. */
  sample: timeSpan,
  /** Time between two messages with the samples taken meanwhile; absent: 1 s. */
  publish: v.optional(timeSpan),
  /** Attempts to connect again before the instrument is given up, as in helix.toml; absent: its default. */
  reconnect_retries: v.optional(count(0)),
});

type Expectations = v.GenericSchema<unknown, ExpectationText[]>;

const schemaWith = (faults: ReturnType<typeof faultSchema>, choose: Choose, expect: Expectations) =>
  v.strictObject({
    /** The same as the file's name. */
    scenario: name,
    title: sentence,
    /** Requirements that a pass of this scenario speaks for. */
    covers: v.array(text("a requirement, such as HAL-3.2-backoff")),
    seed: count(0),
    /** Batch age at which the run starts; the twin is integrated up to here first. */
    begin: v.optional(time, "0 h"),
    duration: timeSpan,
    plant: v.strictObject({
      twin: name,
      instruments: v.record(v.string(), instrument),
    }),
    schedule: v.optional(v.array(choose(scheduleForms(choose))), []),
    faults: v.optional(v.array(faults), []),
    expect,
  });

/** The schema of a scenario file, given the faults that there are. */
export const scenarioSchema = (parameters: FaultParameters) =>
  schemaWith(faultSchema(parameters, nearestForm), nearestForm, v.array(nearestForm(EXPECTATION_FORMS)));

/** The same without choices that depend on the input, which no editor could follow, and with the words to choose from. */
export const scenarioSchemaForEditors = (parameters: FaultParameters, words: KnownWords) =>
  schemaWith(
    faultSchemaForEditors(parameters),
    anyForm,
    v.pipe(v.array(anyForm(expectationFormsForEditors(words))), v.minLength(1)),
  );

/** A scenario as its file says it, defaults filled in. */
export type ScenarioText = v.InferOutput<ReturnType<typeof scenarioSchema>>;
