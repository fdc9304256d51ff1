import { LedgerUnavailableError } from "@helix/ledger";
import { expect, test } from "vitest";
import { guardLedger } from "./ledger-guard.ts";
import { RecordingLedger } from "./scripted-driver.test-support.ts";

test("a failing ledger is told once, does not stop what only queues, and refuses what must be recorded", async () => {
  const failing = new RecordingLedger();
  const told: string[] = [];
  const ledger = guardLedger(failing, (reason) => told.push(reason));
  failing.enqueue = () => {
    throw new LedgerUnavailableError("disk full");
  };
  failing.failure = new LedgerUnavailableError("disk full");
  for (let i = 0; i < 3; i++) ledger.enqueue({ type: "RUNTIME_STOPPED", reason: "test" });
  expect(told).toEqual(["disk full"]);
  await expect(ledger.append({ type: "RUNTIME_STOPPED", reason: "test" })).rejects.toThrow("disk full");
});

test("a failure of what was only queued is found by looking, and told once", () => {
  const failing = new RecordingLedger();
  const told: string[] = [];
  const ledger = guardLedger(failing, (reason) => told.push(reason));
  ledger.check();
  expect(told).toEqual([]);
  failing.failure = new LedgerUnavailableError("disk full");
  ledger.check();
  ledger.check();
  expect(told).toEqual(["disk full"]);
});

test("a defect of the ledger is not taken for a full disk", () => {
  const broken = new RecordingLedger();
  broken.enqueue = () => {
    throw new TypeError("not a function");
  };
  expect(() => guardLedger(broken, () => {}).enqueue({ type: "RUNTIME_STOPPED", reason: "test" })).toThrow(
    TypeError,
  );
});

test("how durable, and whether it is a safety action, reaches the ledger", async () => {
  const asked: unknown[] = [];
  const under = new RecordingLedger();
  const ledger = guardLedger(
    Object.assign(under, {
      append: async (_: unknown, options: unknown) => {
        asked.push(options);
        return { sequence: 0n, recordHash: "" };
      },
      enqueue: (event: { type: string }, options: unknown) => void asked.push([event.type, options]),
    }),
    () => {},
  );
  const options = { durability: "A", safety: true } as const;
  await ledger.append({ type: "RUNTIME_STOPPED", reason: "test" }, options);
  ledger.enqueue({ type: "INSTRUMENT_ISOLATED", instrument: "x", reason: "test" });
  ledger.enqueue({ type: "DEVIATION", instrument: "x", mandatory: true, description: "test" });
  ledger.enqueue({ type: "DEVIATION", instrument: "x", mandatory: false, description: "test" });
  expect(asked).toEqual([
    options,
    ["INSTRUMENT_ISOLATED", { safety: true }],
    ["DEVIATION", { safety: true }],
    ["DEVIATION", { safety: false }],
  ]);
});
