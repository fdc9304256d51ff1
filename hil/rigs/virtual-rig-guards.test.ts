/** A driver that hangs, or leaves something to real chance, is found and named by the virtual rig. */
import { mkdtemp, rm } from "node:fs/promises";
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
const LIMIT = 120_000;

const planted = async (what: string) => ({
  plan: readScenario(ONE_COMMAND, "one-command.yaml", await knownParts()),
  platform: createSystemPlatform(),
  helixVersion: "0.0.0",
  replay: "helix run one-command.yaml",
  program: new URL(`./testing/planted-program.ts?planted=${what}`, import.meta.url).href,
});

test("a driver that loops for ever is ended: the run is invalid, put down to the driver", {
  timeout: LIMIT,
}, async () => {
  const runsFolder = await mkdtemp(join(tmpdir(), "virtual-guards-"));
  try {
    const { end, record } = await runVirtually({
      ...(await planted("loop")),
      stallMs: 3000,
      runsFolder,
      signal: new AbortController().signal,
      watch: { stage() {}, time() {}, sample() {}, event() {} },
    });
    expect(end).toMatchObject({ verdict: "invalid", cause: "driver" });
    expect(end.summary).toMatch(/made no progress for 3000 ms .*last event: no\. \d+, \w+ on helix at /);
    expect(record).toContain(runsFolder);
  } finally {
    await rm(runsFolder, { recursive: true });
  }
});

test("a driver that leaves something to real chance: the two runs differ, and the event is named", {
  timeout: LIMIT,
}, async () => {
  const { same, difference } = await checkVirtualRun(await planted("chance"));
  expect(same).toBe(false);
  expect(difference?.first).toMatchObject({ host: "helix" });
  expect(difference?.text).toContain("planted-program.ts");
});
