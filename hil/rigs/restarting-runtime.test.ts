/** Starts that fail, and deaths in the middle of one; whole runs are in restart.test.ts. */
import { LedgerUnavailableError } from "@helix/ledger";
import { ManualClock } from "@helix/platform/testing";
import { describe, expect, test } from "vitest";
import { COMMAND } from "../expectations/test-facts.ts";
import { Backlog } from "./backlog.ts";
import type { RecordedCommand } from "./orphaned-commands.ts";
import type { Recorder } from "./recorder.ts";
import { RestartingRuntime } from "./restarting-runtime.ts";
import type { RuntimeDoor } from "./runtime-under-test.ts";
import { UnsentError } from "./unsent-error.ts";
import { UnsettledCommands } from "./unsettled-commands.ts";

const NEVER = new Promise<never>(() => {});

function door(more: Partial<RuntimeDoor> = {}): RuntimeDoor {
  return {
    ledgerFolder: "/ledger",
    frames: { read: () => false, missed: 0n },
    instruments: [],
    streams: true,
    unsettledCommands: 0,
    onChange: () => () => {},
    start() {},
    dispatch: () => NEVER,
    stop: async () => ({ checkpoint: "stopped" }),
    ...more,
  };
}

/** @param boots what each start after the first comes to; the last one for good */
async function restarting(
  boots: readonly (() => Promise<RuntimeDoor>)[],
  recorded: RecordedCommand[] = [],
  first: Partial<RuntimeDoor> = {},
  recorder = new Backlog<Recorder>(),
) {
  const clock = new ManualClock();
  const unsettled = new UnsettledCommands();
  const runtime = new RestartingRuntime({
    clock,
    scenario: "test",
    unsettled,
    recorder,
    inspect: async () => ({ verdict: "CLEAN", records: 4n }),
    recordedCommands: async () => ({ count: 9n, commands: new Map(recorded.map((one) => [one.id, one])) }),
  });
  let starts = 0;
  await runtime.begin((boot) => {
    if (boot === 1) return Promise.resolve(door(first));
    starts += 1;
    return (boots[starts - 1] ?? boots.at(-1) ?? (async () => door()))();
  });
  return { runtime, clock, unsettled, starts: () => starts };
}

const intent: RecordedCommand = {
  id: "c1",
  instrument: "brx-07",
  command: { type: "SetSetpoint", channelId: 1, value: 7, unit: "[pH]", rationale: "test" },
  actor: { id: "scenario:test", role: "scenario" },
  outcome: "unknown",
  acknowledgedValue: undefined,
  reason: "the runtime died",
  roundTripLatencyUs: undefined,
  intentSequence: 3n,
  outcomeSequence: 7n,
};
const noRoom = () => Promise.reject(new LedgerUnavailableError("no room"));

/** What a promise is rejected with, while the test goes on. @throws when it is not */
const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: unknown) => error,
  );

describe("a start that fails", () => {
  test("is tried again until it succeeds", async () => {
    const { runtime, clock, starts } = await restarting([noRoom, noRoom, async () => door()]);
    runtime.died("killed");
    const restart = runtime.startAgain();
    await clock.advance(4_000);
    expect(starts()).toBe(1);
    await clock.advance(11_000);
    expect(await restart).toEqual({
      found: { verdict: "CLEAN", records: 4n },
      records: 9n,
      failure: undefined,
    });
    expect(starts()).toBe(3);
    expect(await runtime.stop("end")).toMatchObject({ checkpoint: "stopped" });
  });

  test("until the run is over: stopping it says why it does not run", async () => {
    const { runtime, clock } = await restarting([noRoom]);
    runtime.died("without power");
    const restart = runtime.startAgain();
    await clock.advance(6_000);
    const stopped = refusalOf(runtime.stop("end"));
    await clock.advance(6_000);
    expect(String(await stopped)).toContain("it was without power and does not run again: no room");
    expect(await restart).toMatchObject({ records: undefined, failure: "no room" });
  });

  test("because it died again: that receipt says so, and the next start is another one", async () => {
    const { runtime } = await restarting([() => NEVER, async () => door()]);
    runtime.died("killed");
    const first = runtime.startAgain();
    await Promise.resolve();
    runtime.died("without power");
    expect(await first).toMatchObject({ failure: "it was without power before it ran again" });
    expect((await runtime.startAgain()).failure).toBeUndefined();
    expect(runtime.streams).toBe(true);
  });
});

describe("a command that was on its way", () => {
  test("is reported from the ledger, and waited for until it is settled", async () => {
    const { runtime, unsettled } = await restarting([async () => door()], [intent]);
    const report = runtime.dispatch(COMMAND);
    runtime.died("killed");
    await runtime.startAgain();
    expect(await report).toMatchObject({ id: "c1", outcome: "unknown", intentSequence: 3n });
    expect(unsettled.size).toBe(1);
    unsettled.resolved("c1");
    expect(runtime.unsettledCommands).toBe(0);
  });

  test("has never been sent where the ledger holds no intent of it, nor one that waited behind it", async () => {
    const { runtime } = await restarting([async () => door()], [intent]);
    const first = runtime.dispatch(COMMAND);
    const behind = refusalOf(runtime.dispatch(COMMAND));
    const elsewhere = refusalOf(runtime.dispatch({ ...COMMAND, instrument: "brx-08" }));
    runtime.died("killed");
    await runtime.startAgain();
    expect(await first).toMatchObject({ id: "c1" });
    expect(await behind).toBeInstanceOf(UnsentError);
    expect(await elsewhere).toMatchObject({ message: "the runtime died before the intent was on record" });
    // A later death does not report the same intent twice.
    const later = refusalOf(runtime.dispatch(COMMAND));
    runtime.died("killed");
    await runtime.startAgain();
    expect(await later).toBeInstanceOf(UnsentError);
  });

  test("was refused by a failing ledger that holds its intent all the same: the next start finds it", async () => {
    const lines: unknown[] = [];
    const backlog = new Backlog<Recorder>();
    backlog.deliverTo({
      recordDeath() {},
      recordStart() {},
      recordFound: (planned: unknown, report: unknown) => lines.push({ planned, report }),
    } as unknown as Recorder);
    const { runtime } = await restarting([async () => door()], [intent], { dispatch: noRoom }, backlog);
    await expect(runtime.dispatch(COMMAND)).rejects.toThrow("no room");
    runtime.died("killed");
    await runtime.startAgain();
    expect(lines).toMatchObject([{ planned: COMMAND, report: { id: "c1", outcome: "unknown" } }]);
  });

  test("cannot be given while it is dead", async () => {
    const { runtime } = await restarting([]);
    runtime.died("killed");
    await expect(runtime.dispatch(COMMAND)).rejects.toThrow("the runtime was killed");
    expect(runtime.streams).toBe(false);
    await expect(runtime.stop("end")).rejects.toThrow("nobody started it");
  });
});
