/**
 * The wire rig with everything real: simulator process, OPC UA, proxy, supervisor, ledger. Short
 * stretches of plant time; what a whole scenario shows, `helix run` shows.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { afterEach, describe, expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import type { RunWatch } from "./run-watch.ts";
import { runOnWire } from "./wire-rig.ts";

const SHORT = `
scenario: short
title: Ten minutes
covers: []
seed: 11
begin: 72 h
duration: 10 min
plant:
  twin: cho-fed-batch
  instruments:
    brx-07: { simulator: sartorius-biostat, driver: sartorius-biostat, protocol: opcua, sample: 10 s }
schedule:
  - { at: 72 h + 2 min, command: { set: brx-07.temperature, to: 36.6 Cel, rationale: test } }
faults:
  - { id: drift, at: 72 h + 3 min, for: 5 min, on: brx-07.ph, inject: drift, rate: '-1 [pH]/h' }
expect:
  - { always: every-gap-is-recorded }
  - { always: one-outcome-per-command }
  - { within: 60 s, after: begin, instrument: brx-07, status: Streaming }
  - { at: end, state: twin.viable_cell_density, between: [0.1, 50], unit: '10*6{cells}/mL' }
  - { at: end, ledger: clean }
`.trimStart();
const LIMIT = 300_000;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function run(text: string, watch: Partial<RunWatch> = {}, signal = new AbortController().signal) {
  const runsFolder = await mkdtemp(join(tmpdir(), "wire-"));
  folders.push(runsFolder);
  const result = await runOnWire({
    plan: readScenario(text, "short.yaml", await knownParts()),
    platform: createSystemPlatform(),
    runsFolder,
    speed: 600,
    helixVersion: "0.0.0",
    replay: "helix run short.yaml --seed 11",
    signal,
    watch: { stage() {}, time() {}, sample() {}, event() {}, ...watch },
  });
  const lines = (await readFile(result.record, "utf8")).trimEnd().split("\n");
  return { ...result, lines: lines.map((line) => JSON.parse(line) as { kind: string }) };
}

describe("rig wire", () => {
  test("a calm run: command and fault at their exact times, every sample, a clean ledger, a pass", {
    timeout: LIMIT,
  }, async () => {
    const { end, expectations, faults, commands, lines, ledger } = await run(SHORT);
    expect(expectations.filter((e) => e.verdict !== "pass")).toEqual([]);
    expect(end).toMatchObject({ verdict: "pass", gaps: 0, drops: 0 });
    expect(end.frames).toBeGreaterThanOrEqual(9 * 60);
    expect(commands[0]).toMatchObject({
      t: 259_320,
      outcome: "acknowledged",
    });
    expect(faults).toMatchObject([{ beginS: 259_380, endS: 259_680, receipt: { figures: { samples: 30 } } }]);
    const falsified = lines.filter(
      (line) => line.kind === "sample" && "origin" in line && line.origin === "faulted",
    );
    expect(falsified).toHaveLength(30);
    expect(falsified.every((line) => "channel" in line && line.channel === "ph")).toBe(true);
    expect(ledger?.verdict).toBe("CLEAN");
    expect([lines[0]?.kind, lines.at(-1)?.kind]).toEqual(["run", "end"]);
  });

  test("Ctrl-C: inconclusive, the record complete, the ledger clean", { timeout: LIMIT }, async () => {
    const stop = new AbortController();
    let seen = 0;
    const { end, lines, ledger } = await run(
      SHORT,
      {
        sample() {
          seen += 1;
          if (seen === 100) stop.abort(new Error("Ctrl-C"));
        },
      },
      stop.signal,
    );
    expect(end).toMatchObject({ verdict: "inconclusive", cause: "test" });
    expect(ledger?.verdict).toBe("CLEAN");
    expect(lines.at(-1)).toMatchObject({ kind: "end" });
    expect(lines.filter((line) => line.kind === "expectation")).toHaveLength(5);
  });

  test("a cut link during a command: noticed, settled by reading back, every gap recorded", {
    timeout: LIMIT,
  }, async () => {
    const text = SHORT.replace("at: 72 h + 2 min, command", "at: 72 h + 62 s, command")
      .replace(
        /- \{ id: drift.*/,
        "- { id: cut, at: 72 h + 1 min, for: 12 s, on: brx-07.link, inject: partition }",
      )
      .replace("after: begin", "after: cut.end");
    const { end, expectations, faults, commands } = await run(text);
    expect(expectations.filter((e) => e.verdict !== "pass")).toEqual([]);
    expect(end.verdict).toBe("pass");
    expect(faults[0]?.receipt?.driverSaw).toContain("ConnectionLost");
    expect(faults[0]?.receipt?.figures["bytesHeldToInstrument"]).toBeGreaterThan(0);
    expect(commands[0]).toMatchObject({
      outcome: "unknown",
      resolved: { executed: expect.any(Boolean) },
    });
  });

  test("a fault that no reading fell into makes the run invalid", { timeout: LIMIT }, async () => {
    const text = SHORT.replace("at: 72 h + 3 min, for: 5 min", "at: 72 h + 181 s, for: 5 s");
    const { end } = await run(text);
    expect(end).toMatchObject({ verdict: "invalid", cause: "bench" });
  });
});
