/**
 * A campaign finds a bug that is planted in a driver, and shrinks what shows it: real OPC UA, runtime
 * and ledger in virtual worlds, five minutes of plant time each.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeededRandom, createSystemPlatform } from "@helix/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FAULT_CATALOGUE } from "../faults/catalogue.ts";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { summarise } from "./campaign-summary.ts";
import { Journal } from "./journal.ts";
import { runJobs } from "./run-jobs.ts";
import { scenarioData } from "./scenario-text.ts";
import { drawnJob, drawnScenario, type SeededScenario } from "./seed-jobs.ts";
import { shrinkScenario } from "./shrink-scenario.ts";
import { PLANTED, plantDriver } from "./testing/planted-parts.ts";
import { plantedScenario } from "./testing/planted-scenario.ts";
import { runWorldJob } from "./world-job.ts";

const LIMIT = 900_000;
const PROGRAM = new URL("./testing/planted-program.ts", import.meta.url).href;
/** Enough to drop what is not needed; not to the last second. */
const MOST_RUNS = 12;
const platform = createSystemPlatform();
/** The link is cut at a command in the last of them. */
const SEEDS = [3, 5];

let folder = "";
beforeAll(async () => {
  plantDriver();
  folder = await mkdtemp(join(tmpdir(), "campaign-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function seeded(driver: string): Promise<SeededScenario> {
  const parts = await knownParts();
  return {
    text: plantedScenario(driver),
    file: join(folder, "planted.yaml"),
    parts,
    readPlan: (text, file, seed) => readScenario(text, file, parts, seed),
    catalogue: new Map([...FAULT_CATALOGUE].filter(([name]) => name === "partition" || name === "drift")),
    randomOf: createSeededRandom,
  };
}

async function runCampaign(driver: string, seeds: readonly number[]) {
  const scenario = await seeded(driver);
  const under = join(folder, driver);
  await platform.disk.makeFolder(under);
  const journal = await Journal.open(platform.disk, join(under, "journal.jsonl"));
  const { signal } = new AbortController();
  const world = { platform, helixVersion: "0.0.0", folder: under, cwd: folder, program: PROGRAM, signal };
  const lines = await runJobs({
    jobs: seeds.map((seed) => drawnJob(seed, scenario, under)),
    journal,
    workers: 2,
    run: (job) => runWorldJob(job, { ...world, readPlan: scenario.readPlan }),
    onDone() {},
    signal,
  });
  await journal.close();
  return { scenario, under, lines, summary: summarise(lines) };
}

test("a driver that takes a lost answer for an acknowledgement is found, and shrunk to at most three faults", {
  timeout: LIMIT,
}, async () => {
  const { scenario, under, summary } = await runCampaign(PLANTED, SEEDS);
  expect(summary.groups.map(({ cause }) => cause)).toEqual([
    "fail, device: always: setpoint-agrees-with-plant",
  ]);
  const [failed] = summary.groups[0]?.runs ?? [];
  expect(failed).toMatchObject({ replay: expect.stringMatching(/^helix run .*\.yaml --seed \d+$/) });
  expect(await readdir(join(under, "runs"))).toHaveLength(summary.groups[0]?.count ?? 0);
  const seed = failed?.seed ?? -1;
  const drawn = await readFile(join(under, failed?.scenario ?? ""), "utf8");
  expect(scenarioData(drawn).faults?.length).toBeGreaterThan(1);

  const { signal } = new AbortController();
  const shrunk = await shrinkScenario({
    data: drawnScenario(seed, scenario),
    seed,
    foundBy: "a test",
    folder: join(folder, "shrunk"),
    mostRuns: MOST_RUNS,
    jobs: 2,
    platform,
    helixVersion: "0.0.0",
    cwd: folder,
    readPlan: scenario.readPlan,
    signal,
    say() {},
    program: PROGRAM,
  });
  expect(shrunk.cause).toBe(summary.groups[0]?.cause);
  expect(shrunk.after.faults).toBeLessThanOrEqual(3);
  expect(shrunk.after.faults).toBeLessThan(shrunk.before.faults);
  expect(shrunk.runs).toBeLessThanOrEqual(MOST_RUNS);
  const text = await readFile(shrunk.file, "utf8");
  expect(text).toMatch(/^# Fails: fail, device: always: setpoint-agrees-with-plant\n/);
  expect(scenarioData(text).faults).toContainEqual(
    expect.objectContaining({ inject: "partition", on: "brx-07.link" }),
  );
  // Only the shrunk file is left, and it is in order.
  expect(await readdir(join(folder, "shrunk"))).toHaveLength(1);
  expect(scenario.readPlan(text, shrunk.file, seed).faults).toHaveLength(shrunk.after.faults);
});

test("the sound driver passes the same seeds", { timeout: LIMIT }, async () => {
  const { summary, under } = await runCampaign("sartorius-biostat", SEEDS);
  expect(summary).toMatchObject({ runs: 2, verdicts: { pass: 2 }, groups: [] });
  expect(await readdir(join(under, "runs"))).toEqual([]);
});
