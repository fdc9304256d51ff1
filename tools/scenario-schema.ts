/**
 * The JSON Schema of scenario files, for editors: run it after a change of the scenario language or of
 * the catalogue of faults. It says what may stand where, and offers the faults, invariants and statuses that
 * there are, the drivers, simulators, protocols and twins, and how times and quantities are written. Names of
 * instruments, and what a unit measures, are hil's to check.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { faultParameters, knownParts, knownWords } from "@helix/hil";
import { scenarioSchemaForEditors } from "@helix/scenarios";
import { toJsonSchema } from "@valibot/to-json-schema";

const file = fileURLToPath(new URL("../scenarios/scenario.schema.json", import.meta.url));

export async function scenarioJsonSchema(): Promise<object> {
  const known = knownWords(await knownParts());
  const { schema, words } = scenarioSchemaForEditors(faultParameters(), known);
  return {
    ...toJsonSchema(schema, { typeMode: "input", definitions: { ...words } }),
    title: "HELIX scenario",
  };
}

/** As it lies beside the library. */
export const storedSchema = (): object => JSON.parse(readFileSync(file, "utf8"));

if (import.meta.main) {
  writeFileSync(file, `${JSON.stringify(await scenarioJsonSchema(), undefined, 2)}\n`);
  console.log(`wrote ${file}`);
}
