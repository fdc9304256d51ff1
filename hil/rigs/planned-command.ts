/** What a scenario schedules, in the words of the instrument contract. */
import type { ChannelDescriptor, InstrumentCommand } from "@helix/hal";
import type { CommandReport, Supervisor } from "@helix/supervisor";
import type { PlannedCalibration, PlannedCommand } from "../scenario/plan.ts";

/** What became of a calibration. */
export interface CalibrationReport {
  readonly actor: CommandReport["actor"];
  /** not-done: it did not complete. */
  readonly outcome: "Pass" | "PassWithWarning" | "Fail" | "not-done";
  readonly reason: string | undefined;
}

/** A scenario gives its commands itself. */
export const actorOf = (scenario: string): CommandReport["actor"] => ({
  id: `scenario:${scenario}`,
  role: "scenario",
});

type Channels = readonly Pick<ChannelDescriptor, "id" | "name">[];

/** @throws Error for a channel that the driver does not have */
export function instrumentCommand(
  planned: Exclude<PlannedCommand, PlannedCalibration>,
  channels: Channels,
): InstrumentCommand {
  const { rationale } = planned;
  switch (planned.kind) {
    case "setpoint": {
      const { value, unit } = planned;
      return { type: "SetSetpoint", channelId: channelId(planned, channels), value, unit, rationale };
    }
    case "loop": {
      const { enabled } = planned;
      return { type: "SetControlLoopEnabled", channelId: channelId(planned, channels), enabled, rationale };
    }
    case "mode":
      return { type: "SetMode", mode: planned.mode, rationale };
    case "operation": {
      const parameters = new Map(Object.entries(planned.parameters));
      return { type: "TriggerOperation", operation: planned.operation, parameters, rationale };
    }
    case "acknowledge": {
      const { alarmId, acknowledgedBy } = planned;
      return { type: "AcknowledgeAlarm", alarmId, acknowledgedBy, comment: rationale };
    }
  }
}

/** A calibration that fails is a result like any other: the ledger has it, the run goes on. */
export async function calibrateAs(
  supervisor: Pick<Supervisor, "calibrate">,
  planned: PlannedCalibration,
  channels: Channels,
  actor: CommandReport["actor"],
): Promise<CalibrationReport> {
  const { instrument, points, rationale } = planned;
  const channel = channelId(planned, channels);
  try {
    const { signal } = new AbortController();
    const { outcome } = await supervisor.calibrate(instrument, channel, points, actor, rationale, signal);
    return { actor, outcome, reason: undefined };
  } catch (error) {
    return { actor, outcome: "not-done", reason: error instanceof Error ? error.message : String(error) };
  }
}

function channelId(
  { instrument, channel }: { readonly instrument: string; readonly channel: string },
  channels: Channels,
): number {
  const found = channels.find(({ name }) => name === channel);
  if (!found) throw new Error(`the driver of ${instrument} has no channel ${channel}`);
  return found.id;
}
