/**
 * What a bad network does to instruments of libmodbus and open62541, fault after fault; and one scenario on all
 * three rigs, with them as the plant.
 */
import type { RunRecordLine } from "@helix/run-record";
import { beforeAll, describe, expect, test } from "vitest";
import { recordLines, temporaryFolder } from "./testing/folder.ts";
import {
  CONSENT,
  missingPeers,
  runOnPlant,
  startIndependentPlant,
  titled,
} from "./testing/independent-plant.ts";

const LIMIT = 300_000;
const missing = missingPeers();

const scenario = (name: string, duration: string, rest: string) =>
  `
scenario: ${name}
title: Instruments of other makes, on a network that fails
covers: []
seed: 7
duration: ${duration}
plant:
  twin: cho-fed-batch
  instruments:
    bath-1: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-tcp, sample: 1 s }
    brx-62: { simulator: sartorius-biostat, driver: opcua-generic, protocol: opcua, sample: 1 s }
${rest}`.trimStart();

const TROUBLE = scenario(
  "trouble",
  "100 s",
  `faults:
  - { id: drip-bath, at: 8 s, for: 3 s, on: bath-1.link, inject: drip, gap: 1 ms }
  - { id: drip-vessel, at: 8 s, for: 3 s, on: brx-62.link, inject: drip, gap: 1 ms }
  - { id: cut-bath, at: 14 s, for: 6 s, on: bath-1.link, inject: partition }
  - { id: cut-vessel, at: 14 s, for: 6 s, on: brx-62.link, inject: partition }
  - { id: short-bath, at: 32 s, for: 3 s, on: bath-1.link, inject: truncated-message }
  - { id: short-vessel, at: 32 s, for: 3 s, on: brx-62.link, inject: truncated-message }
  - { id: half-bath, at: 50 s, for: 2 s, on: bath-1.link, inject: half-open }
  - { id: half-vessel, at: 50 s, for: 2 s, on: brx-62.link, inject: half-open }
  - { id: bits-bath, at: 70 s, for: 10 s, on: bath-1.link, inject: corrupt-bytes, share: 60 % }
  - { id: bits-vessel, at: 70 s, for: 10 s, on: brx-62.link, inject: corrupt-bytes, share: 60 % }
expect:
  - { always: every-gap-is-recorded }
  - { always: ledger-clean }
  - { within: 12 s, after: cut-bath.end, instrument: bath-1, status: Streaming }
  - { within: 12 s, after: cut-vessel.end, instrument: brx-62, status: Streaming }
  - { within: 15 s, after: short-bath.end, instrument: bath-1, status: Streaming }
  - { within: 15 s, after: short-vessel.end, instrument: brx-62, status: Streaming }
  - { within: 18 s, after: half-bath.end, instrument: bath-1, status: Streaming }
  - { within: 18 s, after: half-vessel.end, instrument: brx-62, status: Streaming }
`,
);
const THREE = scenario(
  "three",
  "20 s",
  `schedule:
  - { at: 8 s, command: { set: bath-1.temperature, to: 36.5 Cel, rationale: test } }
faults:
  - { id: slow, at: 10 s, for: 2 s, on: bath-1.link, inject: latency, delay: 50 ms }
expect:
  - { always: every-gap-is-recorded }
  - { always: ledger-clean }
`,
);

describe.skipIf(missing !== undefined)(titled("a plant of libmodbus and open62541", missing), () => {
  let cwd = "";
  beforeAll(async () => {
    cwd = await temporaryFolder();
    await startIndependentPlant(cwd);
  }, LIMIT);

  test("every fault of the link has its receipt, the drivers come back, and no falsified value passes as physical", {
    timeout: LIMIT,
  }, async () => {
    const { stderr, result } = await runOnPlant(cwd, TROUBLE, ...CONSENT);
    expect(result, stderr).toMatchObject({ verdict: "pass", ledger: { verdict: "CLEAN" } });
    const receipts = result.faults.map(
      ({ id, receipt }: { id: string; receipt: { summary: string } | null }) => [id, receipt?.summary],
    );
    const each = (id: string, summary: RegExp) =>
      [`${id}-bath`, `${id}-vessel`].map((whole) => [whole, expect.stringMatching(summary)]);
    expect(receipts).toEqual([
      ...each("drip", /^\d+ bytes came one by one/),
      ...each("cut", /^[1-9]\d* bytes held for up to 6 s on 1 connection/),
      ...each("short", /^a message of \d+ bytes ended after \d+$/),
      ...each("half", /^1 connection left half open$/),
      ...each("bits", /^one bit turned in [1-9]\d* segments? of \d+$/),
    ]);
    const samples = ((await recordLines(result.record)) as unknown as RunRecordLine[]).filter(
      (line) => line.kind === "sample",
    );
    const readings = samples.filter(
      ({ instrument, channel }) => `${instrument}.${channel}` === "bath-1.temperature",
    );
    const physical = readings.filter(({ origin }) => origin === "physical");
    expect(physical.length).toBeGreaterThan(20);
    expect(new Set(physical.map(({ value }) => value))).toEqual(new Set([37.5]));
    const during = samples.filter(({ t }) => t > 70.5 && t < 79.5);
    expect(during.filter(({ origin }) => origin !== "faulted")).toEqual([]);
  });

  test("one file on three rigs: the plant is compared with the world, and they agree on the command", {
    timeout: LIMIT,
  }, async () => {
    const { stderr, result } = await runOnPlant(cwd, THREE, "--compare-rigs", ...CONSENT);
    const verdicts = [result.virtual, result.wire, result.physical].map(({ rig, verdict, faults }) => ({
      rig,
      verdict,
      fault: faults[0].receipt !== null,
    }));
    expect(verdicts, stderr).toEqual(
      ["virtual", "wire", "physical"].map((rig) => ({ rig, verdict: "pass", fault: true })),
    );
    const compared = (comparison: { channels: { channel: string; compared: number; max: number }[] }) =>
      comparison.channels.find(({ channel }) => channel === "bath-1.temperature");
    expect(compared(result.comparison)?.compared).toBeGreaterThan(3);
    // 37.5 °C at the one end, a bath of 37 °C at the other.
    expect(compared(result.physicalComparison)?.compared).toBeGreaterThan(3);
    expect(compared(result.physicalComparison)?.max).toBeCloseTo(0.5, 1);
    expect(result.physicalComparison.commands).toMatchObject([
      { virtual: "acknowledged", physical: "acknowledged", same: true },
    ]);
  });
});
