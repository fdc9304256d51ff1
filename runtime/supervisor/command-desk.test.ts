/** From an order to the instrument and back into the ledger. Unknown outcomes and changed setpoints have tests of their own. */
import { type InstrumentCommand, InstrumentError } from "@helix/hal";
import { LedgerUnavailableError } from "@helix/ledger";
import { expect, test } from "vitest";
import { feed, operator, streaming } from "./command-desk.test-support.ts";
import { scriptedSession } from "./scripted-driver.test-support.ts";

test("the intent is on record before the instrument hears of it, the outcome after", async () => {
  const { dispatch, driver, ledger, finish } = await streaming();
  let recordsAtDispatch: string[] = [];
  driver.onDispatch = async () => {
    recordsAtDispatch = ledger.types();
  };
  const report = await dispatch(feed());
  expect(recordsAtDispatch).toEqual(["CONNECTED", "COMMAND_INTENT"]);
  expect(report).toMatchObject({ outcome: "acknowledged", acknowledgedValue: 0.024, roundTripLatencyUs: 5 });
  expect(ledger.events.slice(1)).toMatchObject([
    {
      type: "COMMAND_INTENT",
      commandId: report.id,
      actor: operator,
      change: { of: "feed_rate", old: { value: 0, unit: "L/h" }, new: { value: 0.024, unit: "L/h" } },
      reason: "daily bolus",
    },
    { type: "COMMAND_OUTCOME", commandId: report.id, outcome: "acknowledged" },
  ]);
  await finish();
});

test("no ledger, no command: nothing is sent when the intent cannot be recorded", async () => {
  const { session, driver, ledger, finish } = await streaming();
  ledger.failure = new LedgerUnavailableError("disk full");
  await expect(session.desk.dispatch(feed(), operator)).rejects.toMatchObject({
    message: "disk full",
    commandId: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(driver.calls).not.toContain("dispatch SetSetpoint");
  await finish();
});

test.each<[string, InstrumentCommand, string]>([
  [
    "an unsupported command",
    { type: "TriggerOperation", operation: "PurgeLines", parameters: new Map(), rationale: "x" },
    "does not support TriggerOperation",
  ],
  ["a channel without a setpoint", feed({ channelId: 0 }), "SetSetpoint is not supported on channel 0"],
  ["a missing rationale", feed({ rationale: "  " }), "a rationale is required"],
  ["a value out of range", feed({ value: 0.5 }), "0.5 L/h is outside 0 to 0.1 L/h"],
  [
    "a value out of range after conversion",
    feed({ value: 5, unit: "mL/min" }),
    "0.3 L/h is outside 0 to 0.1 L/h",
  ],
  [
    "a unit of another quantity",
    feed({ unit: "Cel" }),
    "Cel (temperature) does not convert to L/h (volume flow)",
  ],
  ["no number", feed({ value: Number.NaN }), "NaN is not a setpoint"],
])("%s is rejected before the driver, and recorded", async (_what, command, reason) => {
  const { dispatch, driver, ledger, finish } = await streaming();
  const report = await dispatch(command);
  expect(report).toMatchObject({ outcome: "rejected", reason: expect.stringContaining(reason) });
  expect(driver.calls.filter((call) => call.startsWith("dispatch"))).toEqual([]);
  expect(ledger.types().slice(1)).toEqual(["COMMAND_INTENT", "COMMAND_REJECTED"]);
  await finish();
});

test("a rejection by the instrument is rejected, not unknown, and is not repeated", async () => {
  const { dispatch, driver, finish } = await streaming();
  driver.onDispatch = async () => {
    throw new InstrumentError({
      kind: "CommandRejected",
      instrumentId: "i",
      commandDescription: "feed",
      rejectionReason: "interlock",
      vendorRejectionCode: 7,
    });
  };
  expect(await dispatch(feed())).toMatchObject({
    outcome: "rejected",
    reason: expect.stringContaining("interlock"),
  });
  expect(driver.calls.filter((call) => call === "dispatch SetSetpoint")).toHaveLength(1);
  await finish();
});

test.each([0, 2])("%d audit records for one command are a breach of contract, on record", async (count) => {
  const { dispatch, driver, ledger, finish } = await streaming();
  driver.auditRecords = count;
  await dispatch(feed());
  expect(ledger.events).toContainEqual(
    expect.objectContaining({
      type: "DEVIATION",
      description: expect.stringContaining(`sent ${count} audit records`),
    }),
  );
  await finish();
});

test("a driver that gives up at the deadline and says so is no breach of contract", async () => {
  const { dispatch, driver, ledger, finish } = await streaming();
  driver.onDispatch = (_command, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  const report = await dispatch(feed(), 10_200);
  expect(report).toMatchObject({ outcome: "unknown" });
  expect(ledger.types()).not.toContain("DEVIATION");
  await finish();
});

test("commands of one instrument go one after another", async () => {
  const { session, driver, clock, finish } = await streaming();
  let inside = 0;
  let most = 0;
  driver.onDispatch = async (_command, signal) => {
    most = Math.max(most, ++inside);
    await clock.sleep(100, signal);
    inside -= 1;
  };
  const reports = [0.01, 0.02, 0.03].map((value) => session.desk.dispatch(feed({ value }), operator));
  await clock.advance(1_000);
  expect((await Promise.all(reports)).map((report) => report.acknowledgedValue)).toEqual([0.01, 0.02, 0.03]);
  expect(most).toBe(1);
  await finish();
});

test("while there is no connection a command is rejected without being sent", async () => {
  const { session, driver, clock, run, stop } = await scriptedSession();
  driver.onConnect = () => Promise.reject(new Error("nobody there"));
  const running = run();
  await clock.advance(10);
  expect(await session.desk.dispatch(feed(), operator)).toMatchObject({
    outcome: "rejected",
    reason: "not connected (Disconnected)",
  });
  stop();
  await clock.advance(0);
  await running;
});

test.each<[string, InstrumentCommand]>([
  [
    "an emergency stop",
    { type: "TriggerOperation", operation: "EmergencyStop", parameters: new Map(), rationale: "smoke" },
  ],
  ["holding", { type: "SetMode", mode: "Hold", rationale: "foam" }],
])(
  "%s goes out although no ledger takes it, at once, and says that it is not on record",
  async (_, command) => {
    const { session, driver, ledger, clock, finish } = await streaming();
    Object.assign(driver, {
      supportedCommands: [
        ...driver.supportedCommands,
        { ...driver.supportedCommands[1], commandType: "TriggerOperation" },
      ],
    });
    const full = Promise.withResolvers<never>();
    ledger.append = () => full.promise;
    const report = session.desk.dispatch(command, operator);
    await clock.advance(10);
    // The ledger has not answered yet.
    expect(driver.calls).toContain(`dispatch ${command.type}`);
    full.reject(new LedgerUnavailableError("disk full"));
    await clock.advance(10);
    expect(await report).toMatchObject({
      outcome: "acknowledged",
      intentSequence: undefined,
      outcomeSequence: undefined,
    });
    await finish();
  },
);

test("a regulated command is recorded under a synced mark, any other one as durable as usual", async () => {
  const { dispatch, driver, ledger, finish } = await streaming();
  const asked: unknown[] = [];
  const { append } = ledger;
  ledger.append = (event, ...options: unknown[]) => {
    asked.push(...options);
    return append.call(ledger, event);
  };
  await dispatch(feed());
  Object.assign(driver, { supportedCommands: [{ ...driver.supportedCommands[0], isGmpRegulated: false }] });
  await dispatch(feed());
  const critical = { durability: "A", safety: false };
  const usual = { durability: "B", safety: false };
  expect(asked).toEqual([critical, critical, usual, usual]);
  await finish();
});
