/**
 * A start after a run that died: says so on record, and takes over the commands that it left open.
 * None of them is sent again: what the instrument holds is read back once it is connected.
 */
import type { Ledger } from "@helix/ledger";
import { closeOpenCalibration } from "./calibrate.ts";
import type { CommandDesk } from "./command-desk.ts";
import type { EmitSupervisorEvent } from "./events.ts";
import type { FormerRuns, OpenCommand } from "./former-runs.ts";

export interface Heir {
  readonly ledger: Ledger;
  /** Undefined where the configuration has no such instrument any more. */
  readonly deskOf: (instrument: string) => CommandDesk | undefined;
  readonly emit: EmitSupervisorEvent;
}

const DIED = "the runtime died before the outcome was recorded";

/** @throws LedgerUnavailableError when an outcome cannot be recorded */
export async function takeOver(
  { death, openCommands, openCalibrations }: FormerRuns,
  heir: Heir,
): Promise<void> {
  const { ledger } = heir;
  if (death) {
    const { sequence, utcNs } = death;
    await ledger.append({ type: "RUNTIME_DIED", lastSequence: sequence, lastUtcNs: utcNs });
  }
  for (const open of openCommands) await takeOverCommand(open, heir);
  for (const open of openCalibrations) {
    const message = await closeOpenCalibration(open, ledger);
    heir.emit({ type: "alarm", instrument: open.instrument, message });
  }
}

async function takeOverCommand(open: OpenCommand, { ledger, deskOf, emit }: Heir): Promise<void> {
  const { id, instrument, command, actor, intentSequence } = open;
  let { outcomeSequence } = open;
  if (outcomeSequence === undefined) {
    const recorded = await ledger.append({
      type: "COMMAND_OUTCOME",
      commandId: id,
      instrument,
      outcome: "unknown",
      acknowledgedValue: undefined,
      reason: DIED,
      roundTripLatencyUs: undefined,
    });
    outcomeSequence = recorded.sequence;
    emit({
      type: "command-orphaned",
      instrument,
      id,
      command,
      actor,
      reason: DIED,
      intentSequence,
      outcomeSequence,
    });
  }
  const desk = deskOf(instrument);
  if (desk) return desk.takeOver(id, command);
  const description = `the outcome of command ${id} (${command.type}) is unknown: ${instrument} is not in the configuration any more; check the instrument`;
  ledger.enqueue({ type: "DEVIATION", instrument, mandatory: true, description, commandId: id });
}
