/** A driver that hangs, or leaves something to real chance, is found and named by the virtual rig. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { checkVirtualRun, runVirtually } from "./virtual-rig.ts";

const ONE_COMMAND = `
scenario: one-command
title: One command
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
  - { always: every-gap-is-recorded }
`.trimStart();
const LIMIT = 600_000;

const planted = async (what: string) => ({
  plan: readScenario(ONE_COMMAND, "one-command.yaml", await knownParts()),
  platform: createSystemPlatform(),
  helixVersion: "0.0.0",
  replay: "helix run one-command.yaml",
  program: new URL(`./testing/planted-program.ts?planted=${what}`, import.meta.url).href,
});

/** What the run came to. */
async function ended(what: string, stallMs?: number) {
  const runsFolder = await mkdtemp(join(tmpdir(), "virtual-guards-"));
  try {
    const { end, record } = await runVirtually({
      ...(await planted(what)),
      ...(stallMs === undefined ? {} : { stallMs }),
      runsFolder,
      signal: new AbortController().signal,
      watch: { stage() {}, time() {}, sample() {}, event() {} },
    });
    expect(await readFile(record, "utf8")).toContain('"kind":"end"');
    return end;
  } finally {
    await rm(runsFolder, { recursive: true });
  }
}

test("a driver that loops for ever is ended: the run is invalid, put down to the driver", {
  timeout: LIMIT,
}, async () => {
  const end = await ended("loop", 3000);
  expect(end).toMatchObject({ verdict: "invalid", cause: "driver" });
  expect(end.summary).toMatch(
    /made no progress for (3000 ms of processor time|18000 ms) .*last event: no\. \d+, \w+ on helix at /,
  );
});

test("a driver that leaks real timers, in a thread of its own, fails, and the leak is named", {
  timeout: LIMIT,
}, async () => {
  const end = await ended("thread");
  expect(end).toMatchObject({ verdict: "fail", cause: "driver" });
  expect(end.summary).toMatch(
    /the runtime did: Error: real asynchronous work in the world: \w+ x \d+, first started at .*planted-program\.ts/,
  );
});

test("an exception that nobody in the runtime catches is the driver's failure", {
  timeout: LIMIT,
}, async () => {
  const end = await ended("throws");
  expect(end).toMatchObject({ verdict: "fail", cause: "driver" });
  expect(end.summary).toMatch(/the runtime did: SyntaxError: Unexpected token/);
});

test("a driver that leaves something to real chance: the two runs differ, and the event is named", {
  timeout: LIMIT,
}, async () => {
  const { same, difference } = await checkVirtualRun(await planted("chance"));
  expect(same).toBe(false);
  // Where the other run's delay is the longer one, something else comes next there: what, is a matter of chance.
  expect([difference?.first?.host, difference?.second?.host]).toContain("helix");
  expect(difference?.text).toContain("planted-program.ts");
});
