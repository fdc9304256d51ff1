/** A start that reads from the last carrying start on finds what one that reads everything finds. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HandedOver, type LedgerEvent, type LedgerRecord, openLedger, readLedger } from "@helix/ledger";
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carriedBy, carrying, formerRecords } from "./carried-state.ts";
import { recordOf } from "./former-records.test-support.ts";
import { readFormerRuns } from "./former-runs.ts";
import { keepState } from "./state-keeper.ts";

const actor = { id: "j.doe", role: "operator" } as const;
const START = {
  type: "RUNTIME_STARTED",
  helixVersion: "1",
  node: "24",
  configurationHash: "00",
  origin: "simulated",
} as const;

const instrument = fc.constantFrom("x", "y");
const commandId = fc.constantFrom("a", "b", "c", "d", "e");
const calibrationId = fc.constantFrom("f", "g");
const channelId = fc.constantFrom(0, 1);
const value = fc.constantFrom(0.01, 0.024, 7);
const ofCommand = { commandId, instrument, reason: fc.constant("because") };
const event = (type: LedgerEvent["type"], fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: fc.constant(type), ...fields }) as fc.Arbitrary<unknown> as fc.Arbitrary<LedgerEvent>;
const setSetpoint = fc.record({
  type: fc.constant("SetSetpoint"),
  channelId,
  value,
  unit: fc.constant("L/h"),
  rationale: fc.constant("feed"),
});
const command = fc.oneof(setSetpoint, fc.constant({ type: "EmergencyStop" }));
const maybe = (some: fc.Arbitrary<unknown>) => fc.option(some, { nil: undefined });

const happening = fc.oneof(
  event("COMMAND_INTENT", { ...ofCommand, actor: fc.constant(actor), command }),
  event("COMMAND_OUTCOME", {
    ...ofCommand,
    outcome: fc.constantFrom("acknowledged", "unknown"),
    acknowledgedValue: maybe(value),
  }),
  event("COMMAND_REJECTED", ofCommand),
  event("COMMAND_RESOLVED", { ...ofCommand, readBack: maybe(value) }),
  event("DEVIATION", { instrument, commandId: maybe(commandId) }),
  event("SETPOINT_DIFFERS", { instrument, channelId, read: value }),
  event("CALIBRATION_INTENT", { calibrationId, instrument, channelId, reason: fc.constant("weekly") }),
  event("CALIBRATION", { calibrationId, instrument }),
  event("DRIVER_REGISTERED", { library: instrument, moduleHash: fc.constantFrom("ab", "cd") }),
  event("CONNECTED", { instrument }),
  event("CONNECTION_LOST", { instrument }),
  event("TELEMETRY_INTERRUPTED", { instrument }),
);

/** One opening of the ledger: by a runtime, of this version or of one that carries nothing, or by others. */
const opening = fc.record({
  by: fc.constantFrom("runtime", "runtime", "runtime", "older runtime", "others"),
  events: fc.array(happening, { maxLength: 12 }),
  /** A record of the run's state after so many. */
  stateEvery: fc.integer({ min: 1, max: 7 }),
  stops: fc.boolean(),
});

const feed = { type: "SetSetpoint", channelId: 1, value: 0.024, unit: "L/h", rationale: "bolus" } as const;
const intent = (commandId: string): LedgerEvent => ({
  type: "COMMAND_INTENT",
  commandId,
  instrument: "x",
  actor,
  command: feed,
  change: undefined,
  reason: "bolus",
});
const outcome = (commandId: string, outcome: "acknowledged" | "unknown", value?: number): LedgerEvent => ({
  type: "COMMAND_OUTCOME",
  commandId,
  instrument: "x",
  outcome,
  acknowledgedValue: value,
  reason: undefined,
  roundTripLatencyUs: undefined,
});
const connected: LedgerEvent = {
  type: "CONNECTED",
  instrument: "x",
  instrumentId: "maker:model:1",
  firmwareVersion: undefined,
  attempt: 0,
};

async function* streamOf(records: readonly LedgerRecord[]) {
  yield* records;
}
const fromLastCarrying = (records: readonly LedgerRecord[]) =>
  readFormerRuns(
    streamOf(
      records.slice(
        Math.max(
          records.findLastIndex((r) => carriedBy(r.event)),
          0,
        ),
      ),
    ),
  );
/** As if no start had ever carried anything. */
const fromTheFirst = (records: readonly LedgerRecord[]) =>
  readFormerRuns(
    streamOf(records.map((record) => ({ ...record, event: { ...record.event, carried: undefined } }))),
  );
describe("what a start carries", () => {
  test("whatever former runs did, reading from it on tells what reading everything tells", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(opening, { minLength: 1, maxLength: 8 }), async (openings) => {
        const records: LedgerRecord[] = [];
        for (const [boot, { by, events, stops, stateEvery }] of openings.entries()) {
          let listen: (record: HandedOver) => void = () => {};
          const add = (event: LedgerEvent) => {
            const record = recordOf(event, BigInt(records.length), `${boot}`);
            records.push(record);
            listen({ ...record, event });
          };
          // As the next start would: upon what was carried last, not upon the truth.
          if (by === "runtime") {
            const former = await fromLastCarrying(records);
            keepState({ watch: (listener) => (listen = listener) }, former, add, stateEvery);
            add(carrying(START, former));
          }
          if (by === "older runtime") add(START);
          for (const event of events) {
            add(event);
            expect(await fromLastCarrying(records)).toEqual(await fromTheFirst(records));
          }
          if (by !== "others" && stops) add({ type: "RUNTIME_STOPPED", reason: "SIGINT" });
          expect(await fromLastCarrying(records)).toEqual(await fromTheFirst(records));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("through a real ledger of many segments: open commands, setpoints, interruptions as they were", async () => {
    const folder = await mkdtemp(join(tmpdir(), "helix-carried-"));
    try {
      const system = createSystemPlatform();
      // Not the system's own clock: the ledger writes on this thread.
      const platform = { ...system, clock: { ...system.clock } };
      const place = { folder: join(folder, "ledger"), disk: platform.disk };
      const run = async (happenings: readonly LedgerEvent[]) => {
        const ledger = await openLedger({ ...platform, ...place, segmentBytes: 4 * 4096 });
        await ledger.append(carrying(START, await readFormerRuns(formerRecords(place))));
        for (const event of happenings) await ledger.append(event);
        await ledger.close();
      };
      await run([
        connected,
        intent("a"),
        outcome("a", "acknowledged", 0.023),
        intent("b"),
        outcome("b", "unknown"),
        intent("c"),
      ]);
      // Two starts that died soon after, and know all of it only from what was carried to them.
      await run([]);
      await run([]);
      const first: LedgerRecord[] = [];
      for await (const record of formerRecords(place)) first.push(record);
      expect(first).toHaveLength(1);
      const found = await readFormerRuns(streamOf(first));
      expect(
        found.openCommands.map(({ id, intentSequence, outcomeSequence }) => [
          id,
          intentSequence,
          outcomeSequence,
        ]),
      ).toEqual([
        ["b", 4n, 5n],
        ["c", 6n, undefined],
      ]);
      expect(found.setpoints).toEqual(new Map([["x", new Map([[1, 0.023]])]]));
      const whole: LedgerRecord[] = [];
      for await (const record of readLedger(place)) whole.push(record);
      expect(found.interruptedSinceUtcNs).toEqual(new Map([["x", whole[6]?.utcNs]]));
      expect(found).toEqual(await fromTheFirst(whole));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a long run tells its state as it goes: a start after it reads no more than after a short one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "helix-long-run-"));
    try {
      const platform = createSystemPlatform();
      const place = { folder: join(folder, "ledger"), disk: platform.disk };
      const read: number[] = [];
      for (const length of [130, 730]) {
        // With its writer thread, as in production.
        const ledger = await openLedger({ ...platform, ...place });
        const former = await readFormerRuns(formerRecords(place));
        keepState(ledger, former, (event) => ledger.enqueue(event), 100);
        await ledger.append(carrying(START, former));
        ledger.enqueue(connected);
        await ledger.append(intent(`${length}`));
        for (let i = 0; i < length; i++) ledger.enqueue({ ...connected, instrument: `y${i % 3}` });
        await ledger.close();
        const last: LedgerRecord[] = [];
        for await (const record of formerRecords(place)) last.push(record);
        expect(last[0]?.event.type).toBe("RUNTIME_STATE");
        read.push(last.length);
        const whole: LedgerRecord[] = [];
        for await (const record of readLedger(place)) whole.push(record);
        expect(await readFormerRuns(streamOf(last))).toEqual(await fromTheFirst(whole));
      }
      expect(Math.max(...read)).toBeLessThanOrEqual(101);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("more than a record holds is not carried: the next start reads on to the one before", () => {
    const openCommands = Array.from({ length: 20_000 }, (_, i) => ({
      id: `${i}`,
      instrument: "x",
      command: { type: "EmergencyStop", reason: "r" } as never,
      actor,
      intentSequence: BigInt(i),
      outcomeSequence: undefined,
    }));
    const former = {
      death: undefined,
      interruptedSinceUtcNs: new Map(),
      setpoints: new Map(),
      registrations: new Map(),
      openCalibrations: [],
    };
    expect(carrying(START, { ...former, openCommands })).toEqual(START);
    expect(carriedBy({ ...carrying(START, { ...former, openCommands: [] }) })).toBeDefined();
  });
});
