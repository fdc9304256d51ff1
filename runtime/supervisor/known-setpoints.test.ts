/** Setpoints that are not what HELIX knew last. */
import { InstrumentError } from "@helix/hal";
import { describe, expect, test } from "vitest";
import { alarms, feed, operator, streaming } from "./command-desk.test-support.ts";
import { type RecordingLedger, scriptedSession } from "./scripted-driver.test-support.ts";

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
