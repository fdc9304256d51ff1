import { describe, expect, test } from "vitest";
import type { Planted } from "../testing/planted-world.ts";
import type { Progress } from "./messages.ts";
import { runInWorld, WorldFailedError, WorldHungError, type WorldRunOptions } from "./run-in-world.ts";

const WORLD = new URL("../testing/planted-world.ts", import.meta.url).href;
const run = (planted: Planted, options: Partial<WorldRunOptions> = {}) =>
  runInWorld<number>({ seed: 1, module: WORLD, options: { planted, seconds: 10 }, ...options });

test("a world without trouble runs to its end and says what it did", async () => {
  const done = await run("nothing");
  expect(done).toMatchObject({ result: 99, virtualSeconds: 10, leaks: [], deaths: [], lines: [] });
  expect(done.traceHash).toMatch(/^[0-9a-f]{64}$/);
  expect(done.checkpoints.at(-1)).toEqual({ events: done.events, timeUs: 1e7, hash: done.traceHash });
});

test("the fallback without process._tickCallback gives the same trace", async () => {
  const [tick, turn] = [await run("nothing"), await run("nothing", { drain: "turn" })];
  expect(turn.traceHash).toBe(tick.traceHash);
});

describe("the watchdog", () => {
  test.for(["loop", "microtasks"] as const)(
    "ends a world that hangs in %s, and says where",
    async (planted) => {
      const failure = await run(planted, { watchdog: { stallMs: 1000 } }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(WorldHungError);
      expect(failure).toMatchObject({ lastEvent: { host: "device", kind: "timer", timeUs: 7e6 } });
      expect(String(failure)).toMatch(
        /made no progress for (1000 ms of processor time|6000 ms) .* timer on device at 7 s/,
      );
    },
  );

  test("ends a world that runs longer than it may", async () => {
    const options = { options: { planted: "nothing", seconds: 8e6 }, watchdog: { limitMs: 500 } };
    await expect(run("nothing", options)).rejects.toThrow(/ran longer than 500 ms/);
  });
});

describe("a world of which nothing is wanted any more ends at once", () => {
  test("before it has begun", async () => {
    await expect(run("loop", { signal: AbortSignal.abort(new Error("stopped")) })).rejects.toThrow(
      /^stopped$/,
    );
  });

  test("in an endless loop", async () => {
    const unwanted = new AbortController();
    const onProgress = () => unwanted.abort(new Error("stopped"));
    const ended = run("loop", { signal: unwanted.signal, onProgress, watchdog: { stallMs: 600_000 } });
    await expect(ended).rejects.toThrow(/^stopped$/);
  });
});

describe("an exception that nobody catches", () => {
  test("ends the world", async () => {
    const failure = await run("throws").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorldFailedError);
    expect(failure).toMatchObject({ virtualSeconds: 7, byGuard: false });
    expect(String(failure)).toContain("a driver that nobody catches");
  });

  test("or its host, and the world goes on", async () => {
    const done = await run("throws", { uncaught: "host-dies" });
    expect(done.deaths).toMatchObject([{ host: "device", timeUs: 7e6 }]);
    expect(done.result).toBe(70);
    expect(done.virtualSeconds).toBe(10);
  });
});

test("immediates without end are ended by the guard", async () => {
  const failure = await run("livelock").catch((error: unknown) => error);
  expect(failure).toMatchObject({ byGuard: true });
  expect(String(failure)).toMatch(/livelock: .* immediate on device/);
});

describe("real asynchronous work in the world", () => {
  test("fails the run and is named with its place", async () => {
    await expect(run("leak")).rejects.toThrow(
      /real asynchronous work in the world: MESSAGEPORT.*planted-world/s,
    );
  });

  test("or is told in the result", async () => {
    const done = await run("leak", { leaks: "report" });
    expect(done.leaks).toMatchObject([{ type: "MESSAGEPORT", count: 1 }]);
  });
});

test("a program that does not end is ended by the limit of virtual time", async () => {
  await expect(run("nothing", { limitVirtualSeconds: 5 })).rejects.toThrow(
    /has not ended after 5 virtual seconds/,
  );
});

test("progress comes while the world runs, as far as it then is", async () => {
  const told: Progress[] = [];
  const done = await run("tells", { onProgress: (progress) => told.push(progress) });
  expect(told).toMatchObject([{ message: "tick 70", virtualSeconds: 7 }]);
  expect(told[0]?.events).toBeGreaterThan(0);
  expect(told[0]?.events).toBeLessThan(done.events);
});

test("a program that is not there is named", async () => {
  await expect(run("nothing", { module: "file:///no/such/module.ts" })).rejects.toThrow(/no\/such\/module/);
});
