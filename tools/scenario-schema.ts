/**
 * The JSON Schema of scenario files, for editors: run it after a change of the scenario language or of
 * the catalogue of faults. It says what may stand where, and offers the faults, invariants and statuses that
 * there are; names of instruments, units and times are hil's to check.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { faultParameters, KNOWN_WORDS } from "@helix/hil";
import { scenarioSchemaForEditors } from "@helix/scenarios";
import { toJsonSchema } from "@valibot/to-json-schema";

const file = fileURLToPath(new URL("../scenarios/scenario.schema.json", import.meta.url));

export function scenarioJsonSchema(): object {
  const schema = toJsonSchema(scenarioSchemaForEditors(faultParameters(), KNOWN_WORDS), {
    typeMode: "input",
  });
  return { ...schema, title: "HELIX scenario" };
}

/** As it lies beside the library. */
export const storedSchema = (): object => JSON.parse(readFileSync(file, "utf8"));

if (import.meta.main) {
  writeFileSync(file, `${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`);
  console.log(`wrote ${file}`);
}
