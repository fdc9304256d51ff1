/**
 * Reads a scenario file into a plan, or says everything that is wrong with it.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { type Problem, ProblemsError, problemsFromIssues } from "@helix/config";
import { createSeededRandom } from "@helix/platform";
import { type ScenarioText, scenarioSchema } from "@helix/scenarios";
import * as v from "valibot";
import { faultParameters } from "../faults/catalogue.ts";
import { Findings } from "./findings.ts";
import type { KnownParts } from "./known-parts.ts";
import type { Plan } from "./plan.ts";
import { planScenario } from "./plan-scenario.ts";
import { pruneBadEntries, untouched } from "./prune.ts";
import { readYaml } from "./yaml-source.ts";

export const SCENARIO_SUFFIX = ".yaml";

const schema = scenarioSchema(faultParameters());

/**
 * @param file path as the person gave it; shown in problems, and its name is the scenario's
 * @param seed instead of the scenario's own
 * @throws ProblemsError with all problems, in the order of the file
 */
export function readScenario(text: string, file: string, parts: KnownParts, seed?: number): Plan {
  const yaml = readYaml(text, file);
  const fail = (problems: readonly Problem[]): never => {
    throw new ProblemsError(inOrder(problems), new Map([[file, text]]));
  };
  if (yaml.problems.length > 0) return fail(yaml.problems);

  const findings = new Findings(file, yaml.locate);
  const shape = v.safeParse(schema, yaml.value);
  if (!shape.success) {
    // One misspelt key must not hide a wrong unit elsewhere: what is in shape is read on.
    const rest = pruneBadEntries(yaml.value, shape.issues);
    const parsed = rest && v.safeParse(schema, rest.value);
    if (parsed?.success) planScenario(parsed.output, rest?.indices ?? untouched, context(parsed.output));
    return fail([...problemsFromIssues(schema, shape.issues, yaml.locate, file), ...findings.problems]);
  }
  const plan = planScenario(shape.output, untouched, context(shape.output));
  if (findings.problems.length > 0 || plan === undefined) return fail(findings.problems);
  const scenarioHash = createHash("sha256").update(text).digest("hex");
  return { ...plan, file, scenarioHash };

  function context(scenario: ScenarioText) {
    const runSeed = seed ?? scenario.seed;
    return {
      findings,
      parts,
      seed: runSeed,
      random: createSeededRandom(runSeed).fork("scenario"),
      fileName: basename(file, SCENARIO_SUFFIX),
    };
  }
}

const inOrder = (problems: readonly Problem[]) =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
