/**
 * Every fault of the catalogue on every rig that claims it, with the real protocol, driver and simulator: it
 * leaves its receipt. What each receipt says is held in hil/faults and in the simulators' own tests.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeededRandom, createSystemPlatform, missingForSerialPairs } from "@helix/platform";
import type { Rig } from "@helix/run-record";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FAULT_CATALOGUE, type FaultKind } from "../faults/catalogue.ts";
import { knownParts } from "../parts.ts";
import { runVirtually } from "../rigs/virtual-rig.ts";
import { runOnWire } from "../rigs/wire-rig.ts";
import { readScenario } from "../scenario/read-scenario.ts";
import { drawParameter } from "./draw-parameter.ts";
import { type ScenarioData, scenarioYaml } from "./scenario-text.ts";

const LIMIT = 300_000;
/** Of the plant on the wire, while nothing happens that takes its time in real time. */
const SPEED = 600;
const kinds = [...FAULT_CATALOGUE.values()];
const platform = createSystemPlatform();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "receipts-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The first protocol that can show it. */
const protocolOf = ({ protocols = ["opcua"] }: FaultKind) =>
  ["opcua", "modbus-tcp", "modbus-rtu"].find((protocol) => protocols.includes(protocol)) ?? "opcua";

async function scenarioWith(kind: FaultKind): Promise<ScenarioData> {
  const protocol = protocolOf(kind);
  const parts = await knownParts();
  const [driver, simulator] =
    protocol === "opcua" ? ["sartorius-biostat", "sartorius-biostat"] : ["modbus-generic", "modbus-device"];
  const channel = parts.drivers.get(driver)?.channels.find(({ name }) => name === "temperature");
  const on = {
    link: "unit.link",
    plant: "unit.plant",
    instrument: "unit",
    channel: "unit.temperature",
    host: "runtime",
    disk: "runtime.disk",
  }[kind.target];
  const random = createSeededRandom(3);
  const parameters = Object.entries(kind.parameters).map(([name, parameter]) => [
    name,
    // A count that is drawn may be more than there is: registers of a device, bytes of an answer.
    parameter.measure === "count" ? parameter.example : drawParameter(parameter, channel, random.fork(name)),
  ]);
  return {
    scenario: `receipt-of-${kind.name}`,
    title: kind.effect,
    covers: [],
    seed: 3,
    begin: "96 h",
    duration: "110 s",
    plant: { twin: "cho-fed-batch", instruments: { unit: { simulator, driver, protocol, sample: "5 s" } } },
    // Something moves, and is commanded, while the fault lasts.
    schedule: [
      { at: "96 h + 15 s", command: { set: "unit.temperature", to: "36 Cel", rationale: "test" } },
      { at: "96 h + 35 s", command: { set: "unit.temperature", to: "37.5 Cel", rationale: "test" } },
    ],
    faults: [
      {
        id: "one",
        at: "96 h + 30 s",
        for: "50 s",
        on,
        inject: kind.name,
        ...Object.fromEntries(parameters),
      },
    ],
    expect: [{ always: "every-gap-is-recorded" }],
  };
}

async function receiptOn(rig: "virtual" | "wire", kind: FaultKind) {
  const text = scenarioYaml(await scenarioWith(kind));
  const run = {
    plan: readScenario(text, `receipt-of-${kind.name}.yaml`, await knownParts()),
    platform,
    helixVersion: "0.0.0",
    replay: "a test",
    runsFolder: join(folder, rig),
    signal: new AbortController().signal,
    watch: { stage() {}, time() {}, sample() {}, event() {} },
  };
  const { faults } = rig === "wire" ? await runOnWire({ ...run, speed: SPEED }) : await runVirtually(run);
  return faults[0]?.receipt;
}

const RECEIPT = {
  summary: expect.stringMatching(/\S/),
  before: expect.stringMatching(/\S/),
  after: expect.stringMatching(/\S/),
};
const claiming = (rig: Rig) =>
  kinds.filter(({ rigs }) => rigs.includes(rig)).map((kind) => [kind.name, kind] as const);

test.each(claiming("virtual"))(
  "on rig virtual %s leaves its receipt",
  { timeout: LIMIT },
  async (_name, kind) => {
    expect(await receiptOn("virtual", kind)).toMatchObject(RECEIPT);
  },
);

// A run on the wire mostly waits: several go at a time.
test.concurrent.for(claiming("wire"))(
  "on rig wire %s leaves its receipt",
  { timeout: LIMIT },
  async ([, kind], { skip }) => {
    const missing = protocolOf(kind) === "modbus-rtu" ? missingForSerialPairs() : undefined;
    skip(missing !== undefined, missing);
    expect(await receiptOn("wire", kind)).toMatchObject(RECEIPT);
  },
);

test("no fault claims a rig that this test does not try", () => {
  expect(new Set(kinds.flatMap(({ rigs }) => rigs))).toEqual(new Set(["virtual", "wire"]));
});
