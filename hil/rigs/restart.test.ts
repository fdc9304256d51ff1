/**
 * A runtime that is killed, or whose power fails, in the middle of a command. Everything is real but
 * time, chance, wires and disks. More of it in restart.long.test.ts.
 */
import { expect, test } from "vitest";
import { FEED, LATER, run, SLOW } from "./testing/restart-run.ts";

const LIMIT = 300_000;

test("killed in the middle of a command: its intent is closed as unknown, read back, and never sent again", {
  timeout: LIMIT,
}, async () => {
  const { unmet, end, commands, records, ledger, receipt } = await run({
    faults: [SLOW, "id: last, at: 72 h + 61 s, for: 45 s, on: runtime, inject: process-killed"],
  });
  expect(unmet).toEqual([]);
  expect(end.verdict).toBe("pass");
  expect(commands).toMatchObject([
    { t: 259_260, scheduled: "feed", outcome: "unknown", resolved: { executed: true, readBack: 0.002 } },
  ]);
  expect(ledger.map(({ type }) => type)).toEqual([
    "RUNTIME_STARTED",
    "DRIVER_LOADED",
    "CONNECTED",
    "COMMAND_INTENT",
    "RUNTIME_STARTED",
    "DRIVER_LOADED",
    "RUNTIME_DIED",
    "COMMAND_OUTCOME",
    "CONNECTED",
    "COMMAND_RESOLVED",
    "TELEMETRY_INTERRUPTED",
    "RUNTIME_STOPPED",
  ]);
  expect(records("RUNTIME_DIED")).toMatchObject([{ lastSequence: 3n }]);
  expect(receipt("last")).toMatchObject({
    before: "running",
    after: "killed",
    driverSaw: "Disconnected 0 s after the last: the runtime is killed",
    figures: {
      ended: 1,
      connectionsLost: 1,
      unsyncedBytes: 0,
      lostBytes: 0,
      recordsFound: 4,
      recordsAfterStart: 8,
    },
  });
  expect(receipt("last")?.summary).toContain("ledger found CLEAN with 4 records at the start");
});

test("power cut before the intent is synced: the torn tail is found and set aside, and nothing was ever sent", {
  timeout: LIMIT,
}, async () => {
  const { unmet, end, commands, lines, records, receipt } = await run({
    seed: 5,
    schedule: [FEED, LATER],
    faults: [
      "id: slow, at: 72 h + 50 s, for: 20 s, on: runtime.disk, inject: slow-disk, delay: 3 s",
      "id: last, at: 72 h + 61 s, for: 45 s, on: runtime, inject: runtime-power-cut",
    ],
  });
  expect(unmet).toEqual([]);
  expect(end.verdict).toBe("pass");
  const { unsyncedBytes = 0, lostBytes = 0 } = receipt("last")?.figures ?? {};
  expect(unsyncedBytes).toBeGreaterThan(0);
  expect(lostBytes).toBeGreaterThan(0);
  expect(receipt("last")?.summary).toContain("ledger found TORN_TAIL with 3 records at the start");
  expect(records("RECOVERY")).toMatchObject([{ verdict: "TORN_TAIL" }]);
  expect(records("COMMAND_INTENT")).toHaveLength(1);
  expect(commands).toMatchObject([{ scheduled: "later", outcome: "acknowledged" }]);
  expect(lines.filter((line) => line.kind === "unsent")).toMatchObject([
    { scheduled: "feed", reason: "the runtime died before the intent was on record" },
  ]);
});

test("a ledger whose sync failed takes no record of the stop: the runtime stops in order all the same, and says so", {
  timeout: LIMIT,
}, async () => {
  const { end, lines, records } = await run({
    faults: ["id: last, at: 72 h + 50 s, for: 60 s, on: runtime.disk, inject: fsync-error"],
  });
  expect(end.summary).not.toContain("did not stop in order");
  expect(lines.filter(({ kind }) => kind === "reached")).toMatchObject([{ complete: true }]);
  const ledger = lines.find((line) => line.kind === "ledger");
  expect(ledger).toMatchObject({ verdict: "CLEAN", refusal: expect.stringContaining("EIO") as string });
  expect(ledger?.checkpoint).toBeUndefined();
  expect(records("RUNTIME_STOPPED")).toEqual([]);
});
