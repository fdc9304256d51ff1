/** A campaign whose process is killed, as a person would go on with it: the same command again. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../end-to-end/testing/folder.ts";
import { startHelix } from "../end-to-end/testing/helix.ts";
import type { JobLine } from "./job.ts";

const SCENARIO = `
scenario: minute
title: One minute
covers: []
seed: 1
begin: 72 h
duration: 1 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
expect:
  - { always: every-gap-is-recorded }
`.trimStart();
const SEEDS = 4;
const LIMIT = 600_000;

const linesOf = async (folder: string) =>
  (await readFile(join(folder, "out", "journal.jsonl"), "utf8").catch(() => "")).split("\n").slice(0, -1);

test("kill -9 in the middle: the same command does what is left, and nothing twice", {
  timeout: LIMIT,
}, async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "minute.yaml"), SCENARIO);
  const command = ["campaign", "minute.yaml", "--seeds", `${SEEDS}`, "--jobs", "1", "--out", "out", "--json"];
  const killed = startHelix(command, { cwd: folder });
  await vi.waitFor(async () => expect(await linesOf(folder)).not.toEqual([]), {
    timeout: LIMIT / 2,
    interval: 100,
  });
  killed.kill("SIGKILL");
  await killed.ended;
  const before = await linesOf(folder);
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(SEEDS);

  const resumed = startHelix(command, { cwd: folder });
  expect((await resumed.ended).code).toBe(0);
  expect(resumed.stderr).toContain(`4 runs, 1 at a time, in out; ${before.length} were done before`);
  expect(JSON.parse(resumed.stdout)).toMatchObject({
    complete: true,
    runs: SEEDS,
    verdicts: { pass: SEEDS },
  });
  const after = (await linesOf(folder)).map((line) => JSON.parse(line) as JobLine);
  expect(after.map(({ id }) => id).sort()).toEqual(["seed-1", "seed-2", "seed-3", "seed-4"]);
  expect(after.slice(0, before.length).map((line) => JSON.stringify(line))).toEqual(before);
});
