/** `helix run --check-determinism` of a driver with which no world comes to its end. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CliContext } from "@helix/cli";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import { temporaryFolder } from "../end-to-end/testing/folder.ts";
import { checkVirtualRun } from "../rigs/virtual-rig.ts";
import { checkScenario } from "./check-scenario.ts";

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

const LAST_EVENT = { no: expect.any(Number), kind: expect.any(String), host: "helix" };
const HUNG = /made no progress for .*; last event: no\. \d+, \w+ on helix at/;
const INVALID = { exitCode: 3, verdict: "invalid", deterministic: null, how: "hung" };

test.each([
  ["loops for ever", "loop", { ...INVALID, run: "first", says: HUNG }],
  [
    "leaks real timers",
    "thread",
    {
      ...INVALID,
      run: "first",
      how: "failed",
      says: /real asynchronous work in the world: \w+ x \d+, first started at .*planted-program\.ts/,
    },
  ],
  [
    "throws what nobody catches",
    "throws",
    {
      ...INVALID,
      run: "first",
      how: "failed",
      says: /SyntaxError: .* JSON.*; last event: no\. \d+, timer on helix at/,
    },
  ],
  ["loops for ever only under other conditions", "loop elsewhere", { ...INVALID, run: "second", says: HUNG }],
  [
    "throws only under other conditions",
    "throws elsewhere",
    {
      exitCode: 1,
      verdict: "fail",
      deterministic: false,
      run: "second",
      how: "failed",
      says: /SyntaxError: .*; the first run came to its end\.$/,
    },
  ],
])(
  "a driver that %s: which run was ended is told, why and where",
  { timeout: 600_000 },
  async (_what, planted, { exitCode, verdict, deterministic, run, how, says }) => {
    const { outcome, told } = await checked(planted);
    expect(outcome.exitCode).toBe(exitCode);
    expect(JSON.parse(JSON.stringify(outcome.result))).toMatchObject({
      scenario: "one-command",
      verdict,
      cause: "driver",
      deterministic,
      difference: null,
      first: run === "first" ? null : { traceHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      summary: expect.stringMatching(says),
      ended: { run, how, host: "helix", lastEvent: LAST_EVENT, error: expect.any(String) },
    });
    expect(told).toMatch(
      new RegExp(
        `^${verdict.toUpperCase()}  one-command: The ${run} run was ended: the world of seed 3 `,
        "m",
      ),
    );
    if (how === "failed") expect(told).toMatch(/^ +at .*planted-program\.ts/m);
  },
);

async function checked(planted: string) {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, "one-command.yaml"), ONE_COMMAND);
  let told = "";
  const context: Pick<CliContext, "platform" | "version" | "cwd" | "signal" | "out" | "err"> = {
    platform: createSystemPlatform(),
    version: "0.0.0",
    signal: new AbortController().signal,
    cwd,
    out: { write: (text) => void (told += text) },
    err: { write: (text) => void (told += text) },
  };
  const program = new URL(
    `../rigs/testing/planted-program.ts?planted=${encodeURIComponent(planted)}`,
    import.meta.url,
  ).href;
  const outcome = await checkScenario(
    { file: "one-command.yaml", rig: "virtual", seed: undefined },
    context as CliContext,
    (run) => checkVirtualRun({ ...run, program, stallMs: 3000 }),
  );
  return { outcome, told };
}
