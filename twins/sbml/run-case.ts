/** One case of the semantic suite: passed, refused by the name of a feature, or failed with what was off. */
import { runSbml, type SbmlCourse } from "./run-sbml.ts";
import { SbmlRefusal } from "./sbml-error.ts";
import {
  agrees,
  type CaseFiles,
  type CaseSettings,
  type Expected,
  readResults,
  readSettings,
  readTags,
} from "./semantic-case.ts";
import { readSbml, type Wanted } from "./twin-of.ts";

export interface CaseResult {
  readonly number: string;
  readonly verdict: "passed" | "refused" | "failed";
  /** The refused feature, or what was off. */
  readonly reason: string;
  readonly tags: readonly string[];
}

export function runCase(files: CaseFiles): CaseResult {
  const { tags, isTimeCourse } = readTags(files.description);
  const result = (verdict: CaseResult["verdict"], reason: string): CaseResult => ({
    number: files.number,
    verdict,
    reason,
    tags,
  });
  if (!isTimeCourse) return result("refused", "flux balance");
  try {
    const difference = firstDifference(files);
    return difference === undefined ? result("passed", "") : result("failed", difference);
  } catch (error) {
    if (error instanceof SbmlRefusal) return result("refused", error.feature);
    if (!(error instanceof Error)) throw error;
    return result("failed", error.message);
  }
}

function firstDifference({ model, settings, results }: CaseFiles): string | undefined {
  const wanted = readSettings(settings);
  const expected = readResults(results);
  const outputs = expected.columns.slice(1).map((id): Wanted => ({ id, as: meaning(id, wanted) }));
  const course = runSbml(readSbml(model.text, model.file, outputs), wanted.times);
  return compare(course, expected, wanted);
}

const meaning = (id: string, { amounts, concentrations }: CaseSettings): Wanted["as"] =>
  amounts.includes(id) ? "amount" : concentrations.includes(id) ? "concentration" : "value";

function compare(
  { rows, method }: SbmlCourse,
  expected: Expected,
  settings: CaseSettings,
): string | undefined {
  if (rows.length !== expected.rows.length) return `${rows.length} times, expected ${expected.rows.length}`;
  for (const [k, reference] of expected.rows.entries()) {
    for (const [i, value] of (rows[k] as Float64Array).entries()) {
      const right = reference[i + 1] as number;
      if (!agrees(value, right, settings))
        return `${expected.columns[i + 1]} at ${reference[0]}: ${value}, expected ${right} (${method})`;
    }
  }
  return undefined;
}
