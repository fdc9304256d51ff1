/**
 * Holds an instrument's own `[config]` table against the schema in its driver's manifest. The
 * schema may come from any library that speaks Standard Schema; of valibot's the keys and words are
 * known too, so that a misspelling gets its suggestion.
 */
import type { DriverManifest, SchemaIssue } from "@helix/hal";
import type { BaseIssue, GenericSchema } from "valibot";
import type { ConfigSource } from "./config-source.ts";
import type { InstrumentConfig } from "./helix-config.ts";
import type { Locate, Path } from "./position.ts";
import type { Problem } from "./problems.ts";
import { problemsFromIssues } from "./schema-problems.ts";

/**
 * @returns the configuration as the driver's createInstance takes it
 * @throws ProblemsError
 */
export async function checkDriverConfig<Config>(
  manifest: Pick<DriverManifest<Config>, "configSchema">,
  instrument: Pick<InstrumentConfig, "key" | "config">,
  source: ConfigSource,
): Promise<Config> {
  const standard = manifest.configSchema["~standard"];
  const result = await standard.validate(instrument.config);
  if (result.issues === undefined) return result.value;
  const locate = await source.locate();
  const prefix = ["instruments", instrument.key, "config"];
  if (standard.vendor === "valibot") {
    const schema = manifest.configSchema as unknown as GenericSchema;
    const issues = result.issues as readonly BaseIssue<unknown>[];
    throw source.error(problemsFromIssues(schema, issues, locate, source.file, prefix));
  }
  throw source.error(result.issues.map((issue) => plainProblem(issue, prefix, locate, source.file)));
}

function plainProblem(issue: SchemaIssue, prefix: Path, locate: Locate, file: string): Problem {
  const steps = (issue.path ?? []).map((step) => (typeof step === "object" ? step.key : step));
  const path = steps.map((step) => (typeof step === "number" ? step : String(step)));
  const where = path.length === 0 ? "" : `${path.join(".")}: `;
  return { file, ...locate([...prefix, ...path], "value"), message: `${where}${issue.message}` };
}
