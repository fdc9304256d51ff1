/** Runs a scenario of the library twice and compares. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSystemPlatform } from "@helix/platform";
import { knownParts } from "../../parts.ts";
import { readScenario } from "../../scenario/read-scenario.ts";
import { checkVirtualRun } from "../virtual-rig.ts";

export const LIBRARY = dirname(fileURLToPath(import.meta.resolve("@helix/scenarios")));

/** The rig can inject every fault of it. */
export async function canRun(name: string): Promise<boolean> {
  const { faults, armed } = await planOf(name);
  return [...faults, ...armed].every(({ rigs }) => rigs.includes("virtual"));
}

export async function checkLibraryScenario(name: string) {
  return checkVirtualRun({
    plan: await planOf(name),
    platform: createSystemPlatform(),
    helixVersion: "0.0.0",
    replay: `helix run ${name}`,
  });
}

async function planOf(name: string) {
  return readScenario(await readFile(join(LIBRARY, name), "utf8"), name, await knownParts());
}
