import { describe, expect, test } from "vitest";
import { runInWorld } from "../run/run-in-world.ts";
import { checkDeterminism } from "./check-determinism.ts";
import { RunEndedError } from "./ended-run.ts";

const world = (name: string) => new URL(`../testing/${name}.ts`, import.meta.url).href;

test("no source of time, chance or identity tells two runs apart, under other conditions", async () => {
  const report = await checkDeterminism({ seed: 1, module: world("sources-world") });
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
    "heap in detail": expect.stringContaining("does not exist in a virtual world"),
    "garbage collector": 0,
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
  test.for(["real-clock", "real-chance", "real-zone", "real-locale", "folder"] as const)(
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
      expect(at).toBeGreaterThan(8e6);
      expect(at).toBeLessThan(9.1e6);
      expect(difference?.window[0]).toBeGreaterThan(0);
      expect(difference?.text).toMatch(/first event that differs is no. \d+/);
      expect(difference?.text).toMatch(/It comes from\n.*planted-world\.ts/);
      expect(difference?.before.length).toBeGreaterThan(0);
    },
  );
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
