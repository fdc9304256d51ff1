/** Journal and pool on a real disk, with runs that need no world. */
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CampaignIdentity, nextCampaign, openCampaign } from "./campaign-folder.ts";
import { campaignExitCode, summarise } from "./campaign-summary.ts";
import type { Job, JobLine } from "./job.ts";
import { Journal } from "./journal.ts";
import { runJobs } from "./run-jobs.ts";

const { disk } = createSystemPlatform();
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "campaign-jobs-"));
});
afterEach(() => rm(folder, { recursive: true }));

const jobs: Job[] = Array.from({ length: 12 }, (_, n) => ({ id: `seed-${n}`, seed: n }));

function lineOf({ id, seed }: Job): JobLine {
  const verdict = seed % 5 === 3 ? "fail" : seed % 7 === 5 ? "invalid" : "pass";
  const cause = verdict === "pass" ? null : verdict === "fail" ? "driver" : "bench";
  return {
    id,
    seed,
    verdict,
    cause,
    summary: `run ${seed}`,
    causes: cause === null ? [] : [`${verdict}, ${cause}: because`],
    traceHash: null,
    wallSeconds: 1,
    plantSeconds: 300,
    faults: [],
    leftOut: [],
    scenario: null,
    record: null,
    replay: `helix run x.yaml --seed ${seed}`,
  };
}

/** Up to `stopAfter` more runs. */
async function runUntil(path: string, stopAfter: number) {
  const journal = await Journal.open(disk, path);
  const stop = new AbortController();
  let ran = 0;
  const lines = await runJobs({
    jobs,
    journal,
    workers: 3,
    async run(job) {
      if (stop.signal.aborted) return undefined;
      ran += 1;
      if (ran >= stopAfter) stop.abort();
      await Promise.resolve();
      return lineOf(job);
    },
    onDone() {},
    signal: stop.signal,
  });
  await journal.close();
  return { lines, ran };
}

test("a campaign that is stopped and torn anywhere comes to the same summary as one that is not", async () => {
  const whole = await runUntil(join(folder, "whole.jsonl"), Number.POSITIVE_INFINITY);
  expect(whole.lines).toHaveLength(jobs.length);
  const stops = fc.array(fc.record({ after: fc.integer({ min: 1, max: 6 }), torn: fc.string() }), {
    maxLength: 4,
  });
  let n = 0;
  await fc.assert(
    fc.asyncProperty(stops, async (interruptions) => {
      const path = join(folder, `resumed-${n}.jsonl`);
      n += 1;
      for (const { after, torn } of interruptions) {
        await runUntil(path, after);
        // The power goes in the middle of a line.
        await appendFile(path, JSON.stringify(torn));
      }
      const { lines } = await runUntil(path, Number.POSITIVE_INFINITY);
      expect(summarise(lines)).toEqual(summarise(whole.lines));
      const text = await readFile(path, "utf8");
      expect(text.trimEnd().split("\n")).toHaveLength(jobs.length);
    }),
    { numRuns: 15 },
  );
});

test("what is done is not done again", async () => {
  const path = join(folder, "journal.jsonl");
  const first = await runUntil(path, 4);
  const second = await runUntil(path, Number.POSITIVE_INFINITY);
  expect(first.ran + second.ran).toBe(jobs.length);
  expect((await runUntil(path, 1)).ran).toBe(0);
});

test("an error of one run ends the campaign with what was done kept", async () => {
  const journal = await Journal.open(disk, join(folder, "journal.jsonl"));
  const failing = runJobs({
    jobs,
    journal,
    workers: 2,
    run: async (job) => {
      if (job.seed === 5) throw new Error("the disk is full");
      return lineOf(job);
    },
    onDone() {},
    signal: new AbortController().signal,
  });
  await expect(failing).rejects.toThrow("the disk is full");
  expect(journal.lines.size).toBeGreaterThanOrEqual(5);
  await journal.close();
});

test("failures are grouped by cause, the most frequent first; a failure outweighs an invalid run", async () => {
  const { lines } = await runUntil(join(folder, "journal.jsonl"), Number.POSITIVE_INFINITY);
  const summary = summarise(lines);
  expect(summary.groups.map(({ cause, count }) => [cause, count])).toEqual([
    ["fail, driver: because", 2],
    ["invalid, bench: because", 1],
  ]);
  expect(campaignExitCode(summary)).toBe(1);
  expect(campaignExitCode(summarise(lines.filter(({ verdict }) => verdict !== "fail")))).toBe(3);
  expect(campaignExitCode(summarise(lines.filter(({ verdict }) => verdict === "pass")))).toBe(0);
});

const IDENTITY: CampaignIdentity = {
  version: 1,
  kind: "seeds",
  scenarioFile: "x.yaml",
  scenarioHash: "aa",
  catalogueHash: "bb",
  randomFaults: true,
  helixVersion: "0.1.0",
};

test("a folder of another campaign, or with anything else in it, is refused", async () => {
  const path = join(folder, "one");
  await (await openCampaign(disk, path, IDENTITY)).close();
  await expect(openCampaign(disk, path, { ...IDENTITY, scenarioHash: "cc" })).rejects.toThrow(
    "holds another campaign",
  );
  await expect(openCampaign(disk, folder, IDENTITY)).rejects.toThrow("no campaign is in it");
});

test("the same command goes on in its folder, and begins anew when that is complete", async () => {
  const ids = jobs.slice(0, 2).map(({ id }) => id);
  const open = () => nextCampaign(disk, folder, "x", IDENTITY, ids);
  const first = await open();
  await first.journal.add(lineOf(jobs[0] as Job));
  await first.close();
  const again = await open();
  expect(again.path).toBe(first.path);
  await again.journal.add(lineOf(jobs[1] as Job));
  await again.close();
  const next = await open();
  expect(next.path).not.toBe(first.path);
  await next.close();
});
