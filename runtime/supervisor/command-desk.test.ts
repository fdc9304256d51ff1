import { type InstrumentCommand, InstrumentError } from "@helix/hal";
import { LedgerUnavailableError } from "@helix/ledger";
import { describe, expect, test } from "vitest";
import type { SupervisorEvent } from "./events.ts";
import { type RecordingLedger, scriptedSession } from "./scripted-driver.test-support.ts";

const operator = { id: "j.doe", role: "operator" } as const;
const feed = (fields: Partial<InstrumentCommand & { type: "SetSetpoint" }> = {}): InstrumentCommand => ({
  type: "SetSetpoint",
  channelId: 1,
  value: 0.024,
  unit: "L/h",
  rationale: "daily bolus",
  ...fields,
});

async function streaming() {
  const scripted = await scriptedSession();
  const running = scripted.run();
  await scripted.clock.advance(100);
  const finish = async () => {
    scripted.stop();
    await scripted.clock.advance(0);
    await running;
  };
  /** Settles the command while the clock moves on. */
  const dispatch = async (command: InstrumentCommand, ms = 0) => {
    const report = scripted.session.desk.dispatch(command, operator);
    await scripted.clock.advance(ms);
    return report;
  };
  return { ...scripted, dispatch, finish };
}

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

test("a command without an answer within 10 s is unknown, is read back, and is never sent again", async () => {
  const { dispatch, driver, ledger, events, finish } = await streaming();
  driver.onDispatch = () => new Promise(() => {});
  const report = await dispatch(feed(), 10_200);
  expect(report).toMatchObject({ outcome: "unknown", reason: "dispatchCommand took longer than 10000 ms" });
  expect(ledger.events).toContainEqual(
    expect.objectContaining({ type: "COMMAND_RESOLVED", commandId: report.id, executed: false, readBack: 0 }),
  );
  expect(events).toContainEqual(expect.objectContaining({ type: "command-resolved" }));
  expect(driver.calls.filter((call) => call === "dispatch SetSetpoint")).toHaveLength(1);
  await finish();
});

test("a command cut off by a lost connection is settled by reading back after reconnection: it was executed", async () => {
  const { dispatch, driver, ledger, clock, finish } = await streaming();
  const lost = new InstrumentError({
    kind: "ConnectionLost",
    instrumentId: "i",
    reason: "reset",
    lastFrameSequence: 2n,
    wasGraceful: false,
  });
  const readSetpoints = driver.readSetpoints;
  driver.onDispatch = async () => {
    driver.setpoints.set(1, 0.024);
    driver.readSetpoints = () => Promise.reject(lost);
    throw lost;
  };
  const report = await dispatch(feed());
  expect(report.outcome).toBe("unknown");
  expect(ledger.types()).not.toContain("COMMAND_RESOLVED");
  driver.readSetpoints = readSetpoints;
  driver.onHealthCheck = () => Promise.reject(lost);
  await clock.advance(30_000);
  driver.onHealthCheck = async () => {};
  await clock.advance(2_500);
  expect(ledger.events).toContainEqual(
    expect.objectContaining({
      type: "COMMAND_RESOLVED",
      commandId: report.id,
      executed: true,
      readBack: 0.024,
    }),
  );
  expect(driver.calls.filter((call) => call === "dispatch SetSetpoint")).toHaveLength(1);
  await finish();
});

test("an unknown outcome that cannot be read back asks for a person", async () => {
  const { dispatch, driver, ledger, finish } = await streaming();
  driver.onDispatch = () => new Promise(() => {});
  await dispatch({ type: "SetMode", mode: "Hold", rationale: "" }, 10_200);
  expect(ledger.events.at(-1)).toMatchObject({
    type: "DEVIATION",
    mandatory: true,
    description: expect.stringContaining("check the instrument"),
  });
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

const full = new LedgerUnavailableError("disk full");
const alarms = (events: readonly SupervisorEvent[]) =>
  events.flatMap((event) => (event.type === "alarm" ? [event.message] : []));

describe("an unknown outcome is neither lost nor settled twice", () => {
  /** A command without an answer, whose setpoint the instrument did take. */
  async function executedWithoutAnswer() {
    const scripted = await streaming();
    const { driver } = scripted;
    driver.onDispatch = () => {
      driver.setpoints.set(1, 0.024);
      return new Promise(() => {});
    };
    return scripted;
  }

  test("when the ledger fails in the settling, it is told once, and settled when the ledger takes records again", async () => {
    const { session, driver, ledger, events, clock, finish } = await executedWithoutAnswer();
    const readSetpoints = driver.readSetpoints.bind(driver);
    driver.readSetpoints = async () => {
      ledger.failure = full;
      return readSetpoints();
    };
    const dispatched = session.desk.dispatch(feed(), operator);
    await clock.advance(10_200);
    const { id, outcome } = await dispatched;
    expect(outcome).toBe("unknown");
    await clock.advance(60_000);
    expect(ledger.types()).not.toContain("COMMAND_RESOLVED");
    expect(alarms(events)).toEqual([`the outcome of command ${id} stays unknown for now: disk full`]);

    driver.readSetpoints = readSetpoints;
    ledger.failure = undefined;
    await clock.advance(30_000);
    expect(ledger.events.filter(({ type }) => type === "COMMAND_RESOLVED")).toEqual([
      expect.objectContaining({ commandId: id, executed: true, readBack: 0.024 }),
    ]);
    expect(driver.calls.filter((call) => call === "dispatch SetSetpoint")).toHaveLength(1);
    await finish();
  });

  test("two readings at once settle each command once, also where the ledger refuses the first time", async () => {
    const { session, driver, ledger, clock, events, finish } = await streaming();
    const answers: (() => void)[] = [];
    const readSetpoints = driver.readSetpoints.bind(driver);
    driver.readSetpoints = async () => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return readSetpoints();
    };
    for (const id of ["a", "b"]) session.desk.takeOver(id, feed());
    const both = [session.desk.readBack(), session.desk.readBack()];
    ledger.failure = full;
    answers[0]?.();
    await both[0];
    expect(alarms(events)).toHaveLength(2);
    ledger.failure = undefined;
    answers[1]?.();
    await both[1];
    driver.readSetpoints = readSetpoints;
    await clock.advance(60_000);
    const settled = ledger.events.flatMap((event) =>
      event.type === "COMMAND_RESOLVED" ? [event.commandId] : [],
    );
    expect(settled).toEqual(["a", "b"]);
    await finish();
  });

  test("a reading that had begun before a command was given up says nothing of that command", async () => {
    const { session, driver, ledger, finish } = await streaming();
    const begun = Promise.withResolvers<void>();
    const readSetpoints = driver.readSetpoints.bind(driver);
    driver.readSetpoints = async () => {
      const before = await readSetpoints();
      await begun.promise;
      return before;
    };
    const reading = session.desk.readBack();
    session.desk.takeOver("late", feed());
    driver.setpoints.set(1, 0.024);
    begun.resolve();
    await reading;
    expect(ledger.types()).not.toContain("COMMAND_RESOLVED");
    await session.desk.readBack();
    expect(ledger.events).toContainEqual(
      expect.objectContaining({ type: "COMMAND_RESOLVED", commandId: "late", executed: true }),
    );
    await finish();
  });

  test("a reading that fails is told, and repeated with the next health check", async () => {
    const { session, driver, ledger, events, clock, finish } = await executedWithoutAnswer();
    const readSetpoints = driver.readSetpoints;
    driver.readSetpoints = () => Promise.reject(new Error("busy"));
    const dispatched = session.desk.dispatch(feed(), operator);
    await clock.advance(10_200);
    const { id } = await dispatched;
    expect(alarms(events)).toEqual([`the outcome of command ${id} stays unknown for now: busy`]);
    driver.readSetpoints = readSetpoints;
    await clock.advance(30_000);
    expect(ledger.types()).toContain("COMMAND_RESOLVED");
    await finish();
  });

  test("a ledger that fails between intent and outcome: the report says what happened, not that nothing did", async () => {
    const { session, driver, ledger, events, finish } = await streaming();
    driver.onDispatch = async () => {
      ledger.failure = full;
    };
    const report = await session.desk.dispatch(feed(), operator);
    expect(report).toMatchObject({ outcome: "acknowledged", acknowledgedValue: 0.024 });
    expect(report.outcomeSequence).toBeUndefined();
    expect(alarms(events)).toEqual([
      `the outcome of command ${report.id} (acknowledged) could not be recorded: disk full`,
    ]);
    await finish();
  });

  test.each<[string, Partial<InstrumentCommand & { type: "SetSetpoint" }>]>([
    ["a channel that the instrument has no more", { channelId: 9 }],
    ["a channel without a setpoint", { channelId: 0, unit: "[pH]" }],
    ["a unit that the channel has no more", { unit: "Cel" }],
  ])("of a command of a former run, %s leaves it to a person", async (_what, fields) => {
    const { session, ledger, events, finish } = await streaming();
    session.desk.takeOver("old", feed(fields));
    await session.desk.readBack();
    expect(ledger.events.at(-1)).toMatchObject({ type: "DEVIATION", mandatory: true, commandId: "old" });
    expect(alarms(events)).toEqual([expect.stringContaining("check the instrument")]);
    await session.desk.readBack();
    expect(ledger.types().filter((type) => type === "DEVIATION")).toHaveLength(1);
    await finish();
  });
});

describe("a setpoint that changed without HELIX", () => {
  const differences = (ledger: RecordingLedger) =>
    ledger.events.filter(({ type }) => type === "SETPOINT_DIFFERS");
  const lost = new InstrumentError({
    kind: "ConnectionLost",
    instrumentId: "i",
    reason: "reset",
    lastFrameSequence: 2n,
    wasGraceful: false,
  });

  test("is found after a reconnection, told once, and never written back", async () => {
    const { dispatch, driver, ledger, events, clock, finish } = await streaming();
    await dispatch(feed());
    driver.setpoints.set(1, 0);
    driver.onHealthCheck = () => Promise.reject(lost);
    await clock.advance(30_000);
    driver.onHealthCheck = async () => {};
    await clock.advance(2_500);
    expect(differences(ledger)).toEqual([
      {
        type: "SETPOINT_DIFFERS",
        instrument: "x",
        channel: "feed_rate",
        channelId: 1,
        known: 0.024,
        read: 0,
      },
    ]);
    expect(alarms(events)).toContain(
      "the setpoint of feed_rate is 0 L/h, not 0.024 L/h; HELIX has not changed it",
    );
    expect(driver.calls.filter((call) => call === "dispatch SetSetpoint")).toHaveLength(1);
    await finish();
  });

  test("is found at a start, against what the runs before it knew", async () => {
    const { clock, ledger, run, stop } = await scriptedSession("", { knownSetpoints: new Map([[1, 0.05]]) });
    const running = run();
    await clock.advance(100);
    expect(differences(ledger)).toMatchObject([{ known: 0.05, read: 0 }]);
    stop();
    await clock.advance(0);
    await running;
  });

  test("is none where a command explains it: one that is on its way, or whose outcome was unknown", async () => {
    const { session, driver, ledger, clock, finish } = await streaming();
    driver.onDispatch = async (_command, signal) => {
      driver.setpoints.set(1, 0.024);
      await session.desk.readBack();
      await clock.sleep(60_000, signal);
    };
    const dispatched = session.desk.dispatch(feed(), operator);
    await clock.advance(10_200);
    await dispatched;
    expect(ledger.types()).toContain("COMMAND_RESOLVED");
    expect(differences(ledger)).toEqual([]);
    await finish();
  });
});
