/**
 * Shape of a scenario file: which keys stand where and what kind of value each takes. Quantities and
 * times stay text here; hil/scenario reads them. `v.description` says, for people, what a value must
 * look like.
 */
import * as v from "valibot";
import { type ExpectationText, expectationForms } from "./expectations.ts";
import { type FaultParameters, faultSchema, faultSchemaForEditors } from "./faults.ts";
import { anyForm, type Choose, nearestForm } from "./forms.ts";
import { scheduleForms } from "./schedules.ts";
import { ANY_WORDS, count, type KnownWords, name, sentence, text, type Words, wordsOf } from "./words.ts";

const instrumentWith = ({ simulator, driver, protocol, timeSpan }: Words) =>
  v.strictObject({
    simulator,
    driver,
    protocol,
    /** Plant time between two samples of a channel. */
    sample: timeSpan,
    /** Time between two messages with the samples taken meanwhile; absent: 1 s. */
    publish: v.optional(timeSpan),
    /** Attempts to connect again before the instrument is given up, as in helix.toml; absent: its default. */
    reconnect_retries: v.optional(count(0)),
  });

type Expectations = v.GenericSchema<unknown, ExpectationText[]>;

const schemaWith = (
  words: Words,
  faults: ReturnType<typeof faultSchema>,
  choose: Choose,
  expect: Expectations,
) =>
  v.strictObject({
    /** The same as the file's name. */
    scenario: name,
    title: sentence,
    /** Requirements that a pass of this scenario speaks for. */
    covers: v.array(text("a requirement, such as HAL-3.2-backoff")),
    seed: count(0),
    /** Batch age at which the run starts; the twin is integrated up to here first. */
    begin: v.optional(words.certainTime, "0 h"),
    duration: words.timeSpan,
    plant: v.strictObject({
      twin: words.twin,
      instruments: v.record(v.string(), instrumentWith(words)),
    }),
    schedule: v.optional(v.array(choose(scheduleForms(choose, words))), []),
    faults: v.optional(v.array(faults), []),
    expect,
  });

/** The schema of a scenario file, given the faults that there are. */
export const scenarioSchema = (parameters: FaultParameters) =>
  schemaWith(
    ANY_WORDS,
    faultSchema(parameters, nearestForm),
    nearestForm,
    v.array(nearestForm(expectationForms(ANY_WORDS))),
  );

/** A schema for editors, and the parts of it that come again and again, by name. */
export interface EditorSchema {
  readonly schema: ReturnType<typeof schemaWith>;
  readonly words: Words;
}

/** The same without choices that depend on the input, which no editor could follow, and with the words to choose from. */
export function scenarioSchemaForEditors(parameters: FaultParameters, known: KnownWords): EditorSchema {
  const words = wordsOf(known);
  const expect = v.pipe(v.array(anyForm(expectationForms(words))), v.minLength(1));
  return { words, schema: schemaWith(words, faultSchemaForEditors(parameters, words), anyForm, expect) };
}

/** A scenario as its file says it, defaults filled in. */
export type ScenarioText = v.InferOutput<ReturnType<typeof scenarioSchema>>;
