/** What the tests of commands have in common: somebody who gives them, and an instrument that streams. */
import type { InstrumentCommand } from "@helix/hal";
import type { SupervisorEvent } from "./events.ts";
import { scriptedSession } from "./scripted-driver.test-support.ts";

export const operator = { id: "j.doe", role: "operator" } as const;
export const feed = (
  fields: Partial<InstrumentCommand & { type: "SetSetpoint" }> = {},
): InstrumentCommand => ({
  type: "SetSetpoint",
  channelId: 1,
  value: 0.024,
  unit: "L/h",
  rationale: "daily bolus",
  ...fields,
});

/** A session that serves, as a person commands it. */
export async function streaming() {
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

export const alarms = (events: readonly SupervisorEvent[]) =>
  events.flatMap((event) => (event.type === "alarm" ? [event.message] : []));
