import type { LedgerEvent, LedgerRecord } from "@helix/ledger";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordOf } from "./former-records.test-support.ts";
import { readFormerRuns } from "./former-runs.ts";

const command = { type: "SetSetpoint", channelId: 1, value: 0.024, unit: "L/h", rationale: "feed" } as const;
const actor = { id: "j.doe", role: "operator" } as const;
const started: LedgerEvent = {
  type: "RUNTIME_STARTED",
  helixVersion: "1",
  node: "24",
  configurationHash: "00",
  origin: "simulated",
};
const stopped: LedgerEvent = { type: "RUNTIME_STOPPED", reason: "Ctrl-C" };
const recovery: LedgerEvent = {
  type: "RECOVERY",
  verdict: "TORN_TAIL",
  reason: "no batch header here",
  file: "seg-0000-00000000.hlx",
  offset: 4096,
  quarantinedBytes: 7,
  quarantineFile: "torn-00.bin",
  hash: "00",
};
const intent = (commandId: string): LedgerEvent => ({
  type: "COMMAND_INTENT",
  commandId,
  instrument: "x",
  actor,
  command,
  change: undefined,
  reason: "daily bolus",
});
const rejected = (commandId: string): LedgerEvent => ({
  type: "COMMAND_REJECTED",
  commandId,
  instrument: "x",
  reason: "interlock",
});
const outcome = (commandId: string, outcome: "acknowledged" | "unknown"): LedgerEvent => ({
  type: "COMMAND_OUTCOME",
  commandId,
  instrument: "x",
  outcome,
  acknowledgedValue: undefined,
  reason: undefined,
  roundTripLatencyUs: undefined,
});
const resolved = (commandId: string): LedgerEvent => ({
  type: "COMMAND_RESOLVED",
  commandId,
  instrument: "x",
  executed: true,
  readBack: 0.024,
  reason: "",
});
const deviation = (commandId: string): LedgerEvent => ({
  type: "DEVIATION",
  instrument: "x",
  mandatory: true,
  description: "check",
  commandId,
});
const connected = (instrument = "x"): LedgerEvent => ({
  type: "CONNECTED",
  instrument,
  instrumentId: "maker:model:1",
  firmwareVersion: undefined,
  attempt: 0,
});
const lost: LedgerEvent = {
  type: "CONNECTION_LOST",
  instrument: "x",
  reason: "reset",
  lastFrameSequence: 1n,
  connectionLostTimestampNs: 0n,
  wasGraceful: false,
};
const interrupted: LedgerEvent = {
  type: "TELEMETRY_INTERRUPTED",
  instrument: "x",
  sinceUtcNs: 0n,
  firstTakenTaiNs: 0n,
};

/** Each list is one opening of the ledger; record n is of second n. */
async function* ledgerOf(...openings: (readonly LedgerEvent[])[]): AsyncGenerator<LedgerRecord> {
  let sequence = 0n;
  for (const [boot, events] of openings.entries()) {
    for (const event of events) {
      yield recordOf(event, sequence, `${boot}`);
      sequence += 1n;
    }
  }
}
const read = (...openings: (readonly LedgerEvent[])[]) => readFormerRuns(ledgerOf(...openings));
const since = async (...openings: (readonly LedgerEvent[])[]) =>
  (await read(...openings)).interruptedSinceUtcNs.get("x");

describe("death", () => {
  test("a new ledger has no former run", async () => {
    expect(await read()).toEqual({
      death: undefined,
      openCommands: [],
      interruptedSinceUtcNs: new Map(),
      setpoints: new Map(),
      registrations: new Map(),
      openCalibrations: [],
    });
  });

  test("a run that stopped in order has not died", async () => {
    expect((await read([started, connected(), stopped])).death).toBeUndefined();
  });

  test("a run without a stop has died, with its last record", async () => {
    expect((await read([started, stopped], [started, connected()])).death).toEqual({
      sequence: 3n,
      utcNs: 3_000_000_000n,
    });
  });

  test("what the opening after it recovers is not the dead run's", async () => {
    expect((await read([started, connected()], [recovery])).death?.sequence).toBe(1n);
  });
});

describe("open commands", () => {
  test("an intent without an outcome, and an unknown one that nobody settled, are open", async () => {
    const { openCommands } = await read([
      started,
      intent("a"),
      outcome("a", "acknowledged"),
      intent("b"),
      outcome("b", "unknown"),
      intent("c"),
    ]);
    expect(openCommands).toEqual([
      { id: "b", instrument: "x", command, actor, intentSequence: 3n, outcomeSequence: 4n },
      { id: "c", instrument: "x", command, actor, intentSequence: 5n, outcomeSequence: undefined },
    ]);
  });

  test("whatever the order of commands, exactly those are open whose fate is not on record", async () => {
    const fates = ["acknowledged", "rejected", "resolved", "handed over", "unknown", "none"] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...fates)), fc.boolean(), async (given, stops) => {
        const events = given.flatMap((fate, i): LedgerEvent[] => {
          const id = `${i}`;
          if (fate === "none") return [intent(id)];
          if (fate === "acknowledged") return [intent(id), outcome(id, fate)];
          if (fate === "rejected") return [intent(id), rejected(id)];
          const unknown = [intent(id), outcome(id, "unknown")];
          if (fate === "resolved") unknown.push(resolved(id));
          if (fate === "handed over") unknown.push(deviation(id));
          return unknown;
        });
        const { openCommands } = await read([started, ...events, ...(stops ? [stopped] : [])]);
        expect(openCommands.map(({ id }) => given[Number(id)])).toEqual(
          given.filter((fate) => fate === "unknown" || fate === "none"),
        );
      }),
    );
  });
});

describe("interruption", () => {
  test("a connection that died with its runtime: since the last record of that run", async () => {
    expect(await since([started, connected(), intent("a")])).toBe(2_000_000_000n);
  });

  test("one that was lost before: since it was lost", async () => {
    expect(await since([started, connected(), lost, intent("a"), intent("b")])).toBe(2_000_000_000n);
  });

  test("none where it was never connected, or the run stopped in order", async () => {
    expect(await since([started, connected("other")])).toBeUndefined();
    expect(await since([started, connected(), stopped])).toBeUndefined();
  });

  test("over two deaths before the first reading: since the first one", async () => {
    expect(await since([started, connected()], [started, connected()])).toBe(1_000_000_000n);
  });

  test("it is over with its record, and begins anew with the next death", async () => {
    const first = [started, connected()];
    expect(await since(first, [started, connected(), interrupted, stopped])).toBeUndefined();
    expect(await since(first, [started, connected(), interrupted])).toBe(4_000_000_000n);
  });
});

describe("setpoints", () => {
  const differs: LedgerEvent = {
    type: "SETPOINT_DIFFERS",
    instrument: "x",
    channel: "feed_rate",
    channelId: 1,
    known: 0.024,
    read: 0.01,
  };
  const known = async (...events: LedgerEvent[]) =>
    (await read([started, ...events])).setpoints.get("x")?.get(1);

  test("what was acknowledged, read back or found last is what is known", async () => {
    const acknowledged = { ...outcome("a", "acknowledged"), acknowledgedValue: 0.023 } as LedgerEvent;
    expect(await known(intent("a"), acknowledged)).toBe(0.023);
    expect(await known(intent("a"), outcome("a", "unknown"), resolved("a"))).toBe(0.024);
    expect(await known(intent("a"), acknowledged, differs)).toBe(0.01);
    expect(await known(intent("a"), rejected("a"))).toBeUndefined();
  });
});
