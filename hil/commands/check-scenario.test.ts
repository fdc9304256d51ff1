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

test.each([
  ["loops for ever", "loop", /made no progress for .*; last event: no\. \d+, \w+ on helix at/],
  ["leaks real timers", "thread", /real asynchronous work in the world: \w+ x \d+/],
])(
  "a driver that %s: the check is invalid, and says what was found",
  {
    timeout: 600_000,
  },
  async (_what, planted, says) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, "one-command.yaml"), ONE_COMMAND);
    let told = "";
    const context: Pick<CliContext, "platform" | "version" | "cwd" | "out" | "err"> = {
      platform: createSystemPlatform(),
      version: "0.0.0",
      cwd,
      out: { write: (text) => void (told += text) },
      err: { write: (text) => void (told += text) },
    };
    const program = new URL(`../rigs/testing/planted-program.ts?planted=${planted}`, import.meta.url).href;
    const { exitCode, result } = await checkScenario(
      { file: "one-command.yaml", rig: "virtual", seed: undefined },
      context as CliContext,
      (run) => checkVirtualRun({ ...run, program, stallMs: 3000 }),
    );
    expect(exitCode).toBe(3);
    expect(result).toMatchObject({
      scenario: "one-command",
      deterministic: null,
      summary: expect.stringMatching(says),
    });
    expect(told).toMatch(/^INVALID {2}one-command: The virtual world was ended: /m);
  },
);
