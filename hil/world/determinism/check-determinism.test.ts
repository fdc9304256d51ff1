import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { runInWorld } from "../run/run-in-world.ts";
import { checkDeterminism, DEFAULT_PERTURBATION } from "./check-determinism.ts";
import { RunEndedError } from "./ended-run.ts";

const world = (name: string) => new URL(`../testing/${name}.ts`, import.meta.url).href;

/** Several worlds and processes each, on a machine that may have much else to do. */
vi.setConfig({ testTimeout: 300_000 });

test("no source of time, chance or identity tells two runs apart, under other conditions", async () => {
  const kept = await mkdtemp(join(tmpdir(), "compiled-"));
  const environment = { ...DEFAULT_PERTURBATION.environment, NODE_COMPILE_CACHE: kept };
  const report = await checkDeterminism(
    { seed: 1, module: world("sources-world") },
    { ...DEFAULT_PERTURBATION, environment },
  );
  await rm(kept, { recursive: true });
  expect(report.difference?.text).toBeUndefined();
  expect(report.same).toBe(true);
  expect(report.second.result).toEqual(report.first.result);
  const found = report.first.result as Record<string, unknown>;
  expect(found).toMatchObject({
    "Date.now": 1_893_456_000_000,
    "local date": "2030-06-01T12:00:00.000Z 2030-06-01T12:00:00.000Z",
    "date parts": [0, 0, "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"],
    toLocaleString: ["1/1/70, 12:00:00 AM", "1,234.5"],
    Intl: ["UTC", "1,000,000"],
    "subclass of Date": [1_893_456_000_000, true, true],
    "names of hosts": { address: "10.0.0.2", family: 4 },
    "unknown name": "ENOTFOUND",
    "file times in ns": "1893456000000000000",
    "times of a file just opened": 1_893_456_000_000,
    "file in memory": [1_893_456_000_000, 5],
    "wait on shared memory": expect.stringContaining("waits in real time"),
    "folder of a drawn name": expect.stringContaining("is not simulated"),
    user: [
      { uid: 1000, gid: 1000, username: "helix", homedir: "/home/helix", shell: null },
      "/home/helix",
      1000,
      1000,
      [1000],
      0o22,
    ],
    "operating system": ["6.8.0-virtual", "#1 virtual", "x86_64", "/tmp", []],
    processors: [[{ model: "virtual", speed: 1000, times: expect.anything() }], 1, 1, [0, 0, 0]],
    memory: [2 ** 30, 2 ** 31, 2 ** 30, 2 ** 31],
    "memory of the process": [{ heapUsed: 40 * 2 ** 20 }, 100 * 2 ** 20],
    "limit of the heap": 2 ** 32,
    niceness: 0,
    "name of the process": ["node", []],
    terminal: [false, false, false],
    refused: Array.from({ length: 7 }, () => expect.stringContaining("does not exist in a virtual world")),
    "more languages": ["en-US", "1,234", "II", "en-US"],
    "garbage collector": 0,
    "weak reference": [100, { i: 7 }, true, expect.stringContaining("WeakRef")],
  });
  const other = await runInWorld<Record<string, unknown>>({ seed: 2, module: world("sources-world") });
  for (const chance of [
    "Math.random",
    "randomBytes",
    "randomUUID",
    "getRandomValues",
    "randomInt",
    "randomFill",
  ]) {
    expect(other.result[chance], chance).not.toEqual(found[chance]);
  }
});

describe("planted nondeterminism is found and named", () => {
  test.for(["real-clock", "real-chance", "real-zone", "real-locale", "real-niceness", "folder"] as const)(
    "%s",
    async (planted) => {
      const report = await checkDeterminism({
        seed: 1,
        module: world("planted-world"),
        options: { planted, seconds: 20 },
        checkpointEvery: 50,
      });
      expect(report.same).toBe(false);
      const { difference } = report;
      // Tick 70 plants a timer that fires 1 to 2 s later at a time that is not the seed's.
      const at = Math.min(difference?.first?.timeUs ?? 0, difference?.second?.timeUs ?? 0);
      expect(at, difference?.text).toBeGreaterThanOrEqual(8e6);
      expect(at, difference?.text).toBeLessThan(9.1e6);
      expect(difference?.window[0]).toBeGreaterThan(0);
      expect(difference?.text).toMatch(/first event that differs is no. \d+/);
      expect(difference?.text).toMatch(/It comes from\n.*planted-world\.ts/);
      expect(difference?.before.length).toBeGreaterThan(0);
    },
  );
});

test("what depends on when the garbage collector runs is found and named", async () => {
  const { same, difference } = await checkDeterminism({
    seed: 1,
    module: world("planted-world"),
    // Long enough for a collector in no hurry: some ten thousand timers of its making.
    options: { planted: "real-collector", seconds: 12 },
  });
  expect(same).toBe(false);
  expect(difference?.text).toMatch(/It comes from\n.*planted-world\.ts/);
});

describe("a run that does not come to its end is named", () => {
  test.for([
    [
      "throws",
      "first",
      "failed",
      /failed at 7 s: Error: a driver .*; last event: no\. \d+, timer on device at 7 s$/,
    ],
    ["killed elsewhere", "second", "killed", /its process was killed by SIGKILL$/],
  ] as const)("%s", async ([planted, run, how, says]) => {
    const error = await checkDeterminism({
      seed: 1,
      module: world("planted-world"),
      options: { planted, seconds: 10 },
    }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RunEndedError);
    expect(error).toMatchObject({ run, ended: { how, what: expect.stringMatching(says) } });
    expect((error as RunEndedError).first?.virtualSeconds).toBe(run === "first" ? undefined : 10);
  });
});

test("a check of which nothing is wanted any more ends at once, in its second run too", async () => {
  const unwanted = new AbortController();
  const check = checkDeterminism(
    {
      seed: 1,
      module: world("planted-world"),
      options: { planted: "hangs elsewhere", seconds: 10 },
      signal: unwanted.signal,
    },
    DEFAULT_PERTURBATION,
    // Once the second run has begun.
    () => void setTimeout(() => unwanted.abort(new Error("stopped")), 500),
  );
  await expect(check).rejects.toThrow(/^stopped$/);
});
