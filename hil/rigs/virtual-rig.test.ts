/**
 * The virtual rig with everything real but time, chance, wires and disks: OPC UA with encryption,
 * simulator, supervisor, ledger. Short stretches of plant time.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyLedger } from "@helix/ledger";
import { createSystemPlatform } from "@helix/platform";
import { afterEach, describe, expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import type { RunWatch } from "./run-watch.ts";
import { checkVirtualRun, runVirtually } from "./virtual-rig.ts";

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
  - { at: 72 h + 66 s, command: { set: brx-07.temperature, to: 36.6 Cel, rationale: test } }
faults:
  - { id: cut, at: 72 h + 65 s, for: 20 s, on: brx-07.link, inject: partition }
  - { id: drift, at: 72 h + 3 min, for: 5 min, on: brx-07.ph, inject: drift, rate: '-1 [pH]/h' }
expect:
  - { always: every-gap-is-recorded }
  - { always: one-outcome-per-command }
  - { within: 60 s, after: cut.end, instrument: brx-07, status: Streaming }
  - { at: end, ledger: clean }
`.trimStart();
const LIMIT = 300_000;
const platform = createSystemPlatform();

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const described = async (text: string, seed?: number) => ({
  plan: readScenario(text, "short.yaml", await knownParts(), seed),
  platform,
  helixVersion: "0.0.0",
  replay: "helix run short.yaml",
});

async function run(
  text: string,
  options: { seed?: number; watch?: Partial<RunWatch>; signal?: AbortSignal } = {},
) {
  const runsFolder = await mkdtemp(join(tmpdir(), "virtual-"));
  folders.push(runsFolder);
  const { seed, watch, signal = new AbortController().signal } = options;
  const result = await runVirtually({
    ...(await described(text, seed)),
    runsFolder,
    signal,
    watch: { stage() {}, time() {}, sample() {}, event() {}, ...watch },
  });
  const lines = (await readFile(result.record, "utf8")).trimEnd().split("\n");
  return { ...result, lines };
}

/** Without what two runs of a seed may differ in. */
const repeated = (lines: readonly string[]) => lines.map((line) => line.replace(/"wallSeconds":[\d.]+,/, ""));

describe("rig virtual", () => {
  test("a cut link in a command, a drifting probe: receipts, settled, every gap recorded, a clean ledger", {
    timeout: LIMIT,
  }, async () => {
    const { end, expectations, faults, commands, lines, ledger, folder } = await run(SHORT);
    expect(expectations.filter((e) => e.verdict !== "pass")).toEqual([]);
    expect(end).toMatchObject({ verdict: "pass", gaps: 9, drops: 0 });
    expect(faults.map(({ id, beginS, endS }) => [id, beginS, endS])).toEqual([
      ["cut", 259_265, 259_285],
      ["drift", 259_380, 259_680],
    ]);
    expect(faults[0]?.receipt?.driverSaw).toMatch(/^(Timeout|ConnectionLost) .* after the cut/);
    expect(faults[0]?.receipt?.figures["bytesHeldToInstrument"]).toBeGreaterThan(0);
    expect(faults[1]?.receipt?.figures["samples"]).toBe(30);
    expect(lines.filter((line) => line.includes('"origin":"faulted"'))).toHaveLength(30);
    expect(commands).toMatchObject([{ t: 259_266, outcome: "unknown", resolved: { executed: false } }]);
    expect(ledger?.folder).toBe(join(folder, "ledger"));
    expect((await verifyLedger({ folder: join(folder, "ledger"), disk: platform.disk })).verdict).toBe(
      "CLEAN",
    );
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ kind: "run", rig: "virtual" });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ kind: "end", traceHash: end.traceHash });
  });

  test("a fault that lasts to the end of the run is there when the runtime disconnects", {
    timeout: LIMIT,
  }, async () => {
    const text = SHORT.replace("at: 72 h + 65 s, for: 20 s", "at: 72 h + 599 s, for: 1 s").replace(
      /.*after: cut.end.*\n/,
      "",
    );
    const { end, faults, ledger } = await run(text);
    expect(end).toMatchObject({ verdict: "pass", gaps: 0 });
    const cut = faults.find(({ id }) => id === "cut");
    // No sample is due in its second: what it held back is the goodbye.
    expect(cut).toMatchObject({ beginS: 259_799, endS: 259_800 });
    expect(cut?.receipt?.figures["bytesHeldToInstrument"]).toBeGreaterThan(0);
    expect(ledger?.verdict).toBe("CLEAN");
  });

  test("one seed gives one trace and one record, in this process and another; another seed another", {
    timeout: LIMIT,
  }, async () => {
    const first = await run(SHORT);
    const second = await run(SHORT);
    const other = await run(SHORT, { seed: 12 });
    const report = await checkVirtualRun(await described(SHORT));
    expect(report.difference?.text).toBeUndefined();
    expect(report.second.traceHash).toBe(first.end.traceHash);
    expect(second.end.traceHash).toBe(first.end.traceHash);
    expect(other.end.traceHash).not.toBe(first.end.traceHash);
    expect(repeated(second.lines)).toEqual(repeated(first.lines));
    expect(repeated(other.lines)).not.toEqual(repeated(first.lines));
  });

  test("Ctrl-C: inconclusive, the record complete, the ledger clean", { timeout: LIMIT }, async () => {
    const stop = new AbortController();
    const { end, lines, ledger } = await run(SHORT.replace("duration: 10 min", "duration: 100 h"), {
      signal: stop.signal,
      watch: { time: () => stop.abort(new Error("Ctrl-C")) },
    });
    expect(end).toMatchObject({ verdict: "inconclusive", cause: "test" });
    expect(ledger?.verdict).toBe("CLEAN");
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ kind: "end" });
  });

  test("a fault that no reading fell into makes the run invalid", { timeout: LIMIT }, async () => {
    const text = SHORT.replace("at: 72 h + 3 min, for: 5 min", "at: 72 h + 181 s, for: 5 s");
    const { end } = await run(text);
    expect(end).toMatchObject({ verdict: "invalid", cause: "bench" });
  });
});
