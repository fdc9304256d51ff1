/**
 * `helix run --rig physical` on a plant of which nothing is ours: servers of libmodbus and of open62541. What is
 * found here, neither our simulators nor our codecs have put there.
 */
import { readdir } from "node:fs/promises";
import type { RunLine, RunRecordLine } from "@helix/run-record";
import { beforeAll, describe, expect, test } from "vitest";
import { recordLines, temporaryFolder } from "./testing/folder.ts";
import {
  CONSENT,
  missingPeers,
  runOnPlant,
  startIndependentPlant,
  titled,
} from "./testing/independent-plant.ts";
import { verifiedLedger } from "./testing/ledger.ts";

const LIMIT = 120_000;
const missing = missingPeers();

const HEAD = `
scenario: two-makes
title: A water bath and a vessel of other makes, on a network that fails
covers: []
seed: 7
duration: 25 s
plant:
  twin: cho-fed-batch
  instruments:
    bath-1: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-tcp, sample: 1 s }
    brx-62: { simulator: sartorius-biostat, driver: opcua-generic, protocol: opcua, sample: 1 s }
`.trimStart();
const SCHEDULE = `schedule:
  - { at: 9 s, command: { set: bath-1.temperature, to: 36.5 Cel, rationale: test } }
  - { at: 10 s, command: { set: brx-62.ph, to: '7.1 [pH]', rationale: test } }
`;
const FAULTS = `faults:
  - { id: slow-bath, at: 11 s, for: 2 s, on: bath-1.link, inject: latency, delay: 50 ms }
  - { id: slow-vessel, at: 11 s, for: 2 s, on: brx-62.link, inject: latency, delay: 50 ms }
  - { id: reset-bath, at: 14 s, for: 1 s, on: bath-1.link, inject: reset }
  - { id: reset-vessel, at: 14 s, for: 1 s, on: brx-62.link, inject: reset }
`;
const EXPECT = `expect:
  - { always: every-gap-is-recorded }
  - { always: one-outcome-per-command }
  - { always: exactly-one-audit-record }
  - { always: no-stale-value-marked-good }
  - { always: ledger-clean }
  - { within: 10 s, after: reset-bath.end, instrument: bath-1, status: Streaming }
  - { within: 10 s, after: reset-vessel.end, instrument: brx-62, status: Streaming }
  - { at: end, channel: bath-1.temperature, between: [37.4, 37.6], unit: Cel }
  - { at: end, channel: bath-1.ph, between: [7.2, 7.3], unit: '[pH]' }
  - { at: end, channel: brx-62.ph, between: [6.6, 7.4], unit: '[pH]' }
`;
const WATCH = `expect:
  - { always: ledger-clean }
`;

describe.skipIf(missing !== undefined)(titled("a plant of libmodbus and open62541", missing), () => {
  let cwd = "";
  beforeAll(async () => {
    cwd = await temporaryFolder();
    await startIndependentPlant(cwd);
  }, LIMIT);

  const run = (scenario: string, ...options: string[]) => runOnPlant(cwd, scenario, ...options);

  test("samples, commands, faults of both links with receipts, recovery: PASS, ledger CLEAN", {
    timeout: LIMIT,
  }, async () => {
    const { code, stderr, result } = await run(`${HEAD}${SCHEDULE}${FAULTS}${EXPECT}`, ...CONSENT);
    expect(result, stderr).toMatchObject({
      verdict: "pass",
      rig: "physical",
      commands: [{ outcome: "acknowledged" }, { outcome: "acknowledged" }],
      faults: [
        {
          id: "slow-bath",
          receipt: { summary: expect.stringMatching(/^\d+ segments? took ([5-9]\d|\d{3,})[. ]/) },
        },
        {
          id: "slow-vessel",
          receipt: { summary: expect.stringMatching(/^\d+ segments? took ([5-9]\d|\d{3,})[. ]/) },
        },
        { id: "reset-bath", receipt: { summary: "1 connection reset" } },
        { id: "reset-vessel", receipt: { summary: "1 connection reset" } },
      ],
      report: expect.stringContaining("report.html"),
    });
    expect(code).toBe(0);

    const lines = (await recordLines(result.record)) as unknown as RunRecordLine[];
    const { originBasis } = lines[0] as RunLine;
    expect(originBasis).toMatch(
      /a fault proxy of this rig stands before bath-1 \(127\.0\.0\.1:\d+\), brx-62 \(127\.0\.0\.1:\d+\)$/,
    );
    const samples = lines.filter((line) => line.kind === "sample");
    expect(new Set(samples.map(({ instrument }) => instrument))).toEqual(new Set(["bath-1", "brx-62"]));
    expect(new Set(samples.map(({ origin }) => origin))).toEqual(new Set(["physical"]));
    // As its server says on the wire, and not as any twin of ours computes it.
    const bath = samples.filter(
      ({ instrument, channel }) => `${instrument}.${channel}` === "bath-1.temperature",
    );
    expect(new Set(bath.map(({ value }) => value))).toEqual(new Set([37.5]));
    expect(result.ledger).toMatchObject({ verdict: "CLEAN" });
    expect(await verifiedLedger(result.ledger.folder, { cwd })).toMatchObject({ verdict: "CLEAN" });
  });

  test.each([
    ["commands", ["--allow-faults"], /commands to real instruments \(bath-1: set temperature to 36\.5 Cel/],
    ["faults", ["--allow-commands"], /disturb the links of real instruments \(latency on bath-1\.link/],
    [
      "commands and faults",
      [],
      /commands to real.* With --allow-commands it does\. .*disturb.* With --allow-faults it does\.$/,
    ],
  ])("without leave for its %s nothing is begun", async (_what, options, summary) => {
    const before = await readdir(cwd, { recursive: true });
    const { code, result } = await run(`${HEAD}${SCHEDULE}${FAULTS}${EXPECT}`, ...options);
    expect(result).toMatchObject({
      verdict: "not-run",
      summary: expect.stringMatching(summary),
      record: null,
    });
    expect(code).toBe(3);
    expect(new Set(await readdir(cwd, { recursive: true }))).toEqual(new Set([...before, "two-makes.yaml"]));
  });

  test.each([
    ["brx-62.ph", "frozen-value", "a real instrument is not made to do this on purpose"],
    ["bath-1", "wrong-unit-id, unit_id: 9", "a real instrument is not made to do this on purpose"],
    ["bath-1.link", "duplicate", "a real instrument is not made to do this on purpose"],
    ["runtime", "process-killed", "the runtime of a real plant is not harmed on purpose"],
  ])("a fault of %s that only a bench can do is not-run: %s", async (on, inject, reason) => {
    const faults = `faults:\n  - { id: f, at: 5 s, for: 2 s, on: ${on}, inject: ${inject} }\n`;
    const { code, result } = await run(`${HEAD}${faults}${WATCH}`, ...CONSENT);
    expect(result).toMatchObject({
      verdict: "not-run",
      summary: expect.stringMatching(`^Rig physical cannot inject .* \\(fault f\\): .*${reason}`),
    });
    expect(code).toBe(3);
  });

  test("a fault that waits for what only a twin knows is not-run too", async () => {
    const faults = `faults:\n  - { id: f, when: twin.glucose below 1 mmol/L, for: 2 s, on: bath-1.link, inject: reset }\n`;
    const { result } = await run(`${HEAD}${faults}${WATCH}`, ...CONSENT);
    expect(result).toMatchObject({
      verdict: "not-run",
      summary: expect.stringMatching(/reset \(fault f\): it waits for twin\.glucose, and a real plant tells/),
    });
  });
});
