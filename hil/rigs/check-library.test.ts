/** The check of a whole library, on one of two small scenarios: what is wrong is told, and how to see it again. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CheckedScenario, checkLibrary } from "./check-library.ts";

const scenario = (name: string, expectation: string) =>
  `
scenario: ${name}
title: Two minutes
covers: []
seed: 3
begin: 72 h
duration: 2 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
schedule:
  - { at: 72 h + 60 s, command: { set: brx-07.temperature, to: 36.6 Cel, rationale: test } }
expect:
  - ${expectation}
`.trimStart();
const LIMIT = { timeout: 600_000 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "library-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, expectation: string) =>
  writeFile(join(folder, `${name}.yaml`), scenario(name, expectation));

async function check(planted?: string) {
  const checked: CheckedScenario[] = [];
  const isWell = await checkLibrary({
    folder,
    platform: createSystemPlatform(),
    atOnce: 2,
    onChecked: (one) => checked.push(one),
    ...(planted === undefined
      ? {}
      : { program: new URL(`./testing/planted-program.ts?planted=${planted}`, import.meta.url).href }),
  });
  return { isWell, checked: new Map(checked.map((one) => [one.scenario, one])) };
}

test(
  "a scenario that repeats and passes is well; one that does not pass is told with its replay",
  LIMIT,
  async () => {
    await put("sound", "{ always: every-gap-is-recorded }");
    await put("failing", "{ never: brx-07, status: Streaming }");
    const { isWell, checked } = await check();
    expect(isWell).toBe(false);
    expect(checked.get("sound")).toMatchObject({ ok: true, text: "All 1 expectations are met." });
    expect(checked.get("sound")?.events).toBeGreaterThan(1000);
    expect(checked.get("failing")).toMatchObject({
      ok: false,
      text: expect.stringMatching(/^fail: Expectation 1 .*\nAgain: helix run \S+failing\.yaml --seed 3$/),
    });
  },
);

test(
  "one that does not repeat is told by its first differing event and the place it comes from",
  LIMIT,
  async () => {
    await put("chance", "{ always: every-gap-is-recorded }");
    const { isWell, checked } = await check("chance");
    expect(isWell).toBe(false);
    expect(checked.get("chance")?.text).toMatch(
      // In one of the two runs it is HELIX's; what comes next in the other is a matter of chance.
      /The first event that differs is no\. \d+:\n {2}first run: [\s\S]* on helix at \d+ µs[\s\S]*planted-program\.ts[\s\S]*--check-determinism$/,
    );
  },
);
