import type { InstrumentCommand } from "@helix/hal";
import { expect, test } from "vitest";
import type { SupervisorEvent } from "./events.ts";
import type { FormerRuns, OpenCommand } from "./former-runs.ts";
import { scriptedSession } from "./scripted-driver.test-support.ts";
import { takeOver } from "./take-over.ts";

const feed: InstrumentCommand = {
  type: "SetSetpoint",
  channelId: 1,
  value: 0.024,
  unit: "L/h",
  rationale: "daily bolus",
};
const open = (more: Partial<OpenCommand> = {}): OpenCommand => ({
  id: "c1",
  instrument: "x",
  command: feed,
  actor: { id: "j.doe", role: "operator" },
  intentSequence: 7n,
  outcomeSequence: undefined,
  ...more,
});
const former = (openCommands: OpenCommand[]): FormerRuns => ({
  death: { sequence: 7n, utcNs: 70n },
  openCommands,
  interruptedSinceUtcNs: new Map(),
  setpoints: new Map(),
  registrations: new Map(),
  openCalibrations: [],
});

/** Takes over, then runs the session until it streams. */
async function start(openCommands: OpenCommand[], holds: number) {
  const scripted = await scriptedSession();
  const { session, ledger, driver, clock, run, stop } = scripted;
  driver.setpoints.set(1, holds);
  const events: SupervisorEvent[] = [];
  await takeOver(former(openCommands), {
    ledger,
    deskOf: (key) => (key === "x" ? session.desk : undefined),
    emit: (event) => events.push(event),
  });
  const before = [...ledger.events];
  const running = run();
  await clock.advance(100);
  stop();
  await clock.advance(0);
  await running;
  const sent = driver.calls.filter((call) => call.startsWith("dispatch"));
  return { before, after: ledger.events.slice(before.length), events, sent };
}

test.each([
  [0.024, true],
  [0.01, false],
])(
  "an intent without an outcome is closed as unknown before anything is connected; holding %d, executed: %s",
  async (holds, executed) => {
    const { before, after, events, sent } = await start([open()], holds);
    expect(before).toMatchObject([
      { type: "RUNTIME_DIED", lastSequence: 7n, lastUtcNs: 70n },
      { type: "COMMAND_OUTCOME", commandId: "c1", outcome: "unknown" },
    ]);
    expect(events).toMatchObject([
      { type: "command-orphaned", id: "c1", intentSequence: 7n, outcomeSequence: 1n },
    ]);
    expect(after).toContainEqual(
      expect.objectContaining({ type: "COMMAND_RESOLVED", commandId: "c1", executed, readBack: holds }),
    );
    expect(sent).toEqual([]);
  },
);

test("an outcome that is on record as unknown is not recorded again, only settled", async () => {
  const { before, after } = await start([open({ outcomeSequence: 8n })], 0.024);
  expect(before.map(({ type }) => type)).toEqual(["RUNTIME_DIED"]);
  expect(after).toContainEqual(expect.objectContaining({ type: "COMMAND_RESOLVED", executed: true }));
});

test.each([
  ["a command that cannot be read back", open({ command: { type: "SetMode", mode: "Hold", rationale: "" } })],
  ["an instrument that is not configured any more", open({ instrument: "gone" })],
])("%s is left to a person, once", async (_what, command) => {
  const { before, after, sent } = await start([command], 0);
  expect(before.at(-1)).toMatchObject({ type: "DEVIATION", mandatory: true, commandId: "c1" });
  expect(after.map(({ type }) => type)).not.toContain("COMMAND_RESOLVED");
  expect(sent).toEqual([]);
});
