/**
 * What became of commands that were on their way when their runtime died, as the ledger tells it once
 * the next runtime has started. No ledger, no command: what has no intent there was never sent.
 */
import type { InstrumentCommand } from "@helix/hal";
import type { Actor, CommandOutcome, LedgerRecord } from "@helix/ledger";
import type { CommandReport } from "@helix/supervisor";

/** A command as its two records have it. */
export type RecordedCommand = Omit<CommandReport, "description" | "warnings">;

/** By id, in the order of their intents. */
export async function recordedCommands(
  records: AsyncIterable<LedgerRecord>,
): Promise<{ readonly count: bigint; readonly commands: ReadonlyMap<string, RecordedCommand> }> {
  const commands = new Map<string, RecordedCommand>();
  let count = 0n;
  for await (const { event, sequence } of records) {
    count += 1n;
    const id = event["commandId"] as string;
    if (event.type === "COMMAND_INTENT") {
      commands.set(id, {
        id,
        instrument: event["instrument"] as string,
        command: event["command"] as InstrumentCommand,
        actor: event["actor"] as Actor,
        outcome: "unknown",
        acknowledgedValue: undefined,
        reason: undefined,
        roundTripLatencyUs: undefined,
        intentSequence: sequence,
        outcomeSequence: undefined,
      });
    }
    const isRejected = event.type === "COMMAND_REJECTED";
    const command = isRejected || event.type === "COMMAND_OUTCOME" ? commands.get(id) : undefined;
    if (command === undefined) continue;
    commands.set(id, {
      ...command,
      outcome: isRejected ? "rejected" : (event["outcome"] as CommandOutcome),
      acknowledgedValue: event["acknowledgedValue"] as number | undefined,
      reason: event["reason"] as string | undefined,
      roundTripLatencyUs: event["roundTripLatencyUs"] as number | undefined,
      outcomeSequence: sequence,
    });
  }
  return { count, commands };
}
