/** An instrument on a serial line, on both rigs, with everything real but the vessel: a fault, its receipt, recovery. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform, missingForSerialPairs } from "@helix/platform";
import { afterEach, expect, test } from "vitest";
import { knownParts } from "../parts.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { runVirtually } from "./virtual-rig.ts";
import { runOnWire } from "./wire-rig.ts";

const SERIAL = `
scenario: serial
title: A serial line that is cut
covers: []
seed: 11
duration: 20 s
plant:
  twin: cho-fed-batch
  instruments:
    pump-01: { simulator: modbus-device, driver: modbus-generic, protocol: modbus-rtu, sample: 1 s }
faults:
  - { id: cut, at: 6 s, for: 2 s, on: pump-01.link, inject: partition }
expect:
  - { always: every-gap-is-recorded }
  - { always: pump-01.temperature, between: [36.9, 37.1], unit: Cel }
  - { at: end, ledger: clean }
`.trimStart();
const LIMIT = 120_000;
const platform = createSystemPlatform();

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function common() {
  const runsFolder = await mkdtemp(join(tmpdir(), "serial-"));
  folders.push(runsFolder);
  return {
    plan: readScenario(SERIAL, "serial.yaml", await knownParts()),
    platform,
    runsFolder,
    helixVersion: "0.0.0",
    replay: "helix run serial.yaml",
    signal: new AbortController().signal,
    watch: { stage() {}, time() {}, sample() {}, event() {} },
  };
}

test("rig virtual: bytes are lost on the cut cable, and the samples that went missing are on record", {
  timeout: LIMIT,
}, async () => {
  const { end, faults } = await runVirtually(await common());
  expect(end).toMatchObject({ verdict: "pass" });
  expect(end.gaps).toBeGreaterThan(0);
  expect(faults[0]?.receipt?.figures["bytesLostToInstrument"]).toBeGreaterThan(0);
});

const missing = missingForSerialPairs() === undefined ? "" : " (skipped: needs socat, apt-get install socat)";

test.skipIf(missing !== "")(
  `rig wire: the same over pseudo-terminals, which are gone afterwards${missing}`,
  {
    timeout: LIMIT,
  },
  async () => {
    const { end, faults, folder } = await runOnWire({ ...(await common()), speed: 100 });
    expect(end).toMatchObject({ verdict: "pass" });
    expect(faults[0]?.receipt?.summary).toMatch(/bytes lost on the cut cable$/);
    // At the pace of the clock, whatever speed was asked for.
    expect(end.wallSeconds).toBeGreaterThan(20);
    expect((await readdir(folder)).filter((name) => name.startsWith("pump-01."))).toEqual([]);
  },
);
