/** Commands whose outcome nobody knows: read back, settled once, never sent again. */
import { type InstrumentCommand, InstrumentError } from "@helix/hal";
import { LedgerUnavailableError } from "@helix/ledger";
import { describe, expect, test } from "vitest";
import { alarms, feed, operator, streaming } from "./command-desk.test-support.ts";

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

const full = new LedgerUnavailableError("disk full");

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
