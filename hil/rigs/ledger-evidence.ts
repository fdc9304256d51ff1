/**
 * Reads a run's ledger back after it was closed: is it whole, and what does it say?
 */
import { LedgerOpenError, type RecordedEvent, readLedger, verifyLedger } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import type { LedgerLine } from "@helix/run-record";
import type { AuditRecord } from "../expectations/finding.ts";
import type { LastRecord } from "./runtime-under-test.ts";

export interface LedgerEvidence {
  readonly line: LedgerLine;
  readonly audit: readonly AuditRecord[];
}

/** @throws LedgerOpenError when there is no ledger, or its records cannot be read */
export async function readBackLedger(disk: Disk, folder: string, last: LastRecord): Promise<LedgerEvidence> {
  const { verdict, records, root } = await verifyLedger({ folder, disk });
  const audit: AuditRecord[] = [];
  for await (const { sequence, event } of readLedger({ folder, disk })) {
    const record = auditRecord(`${sequence}`, event);
    if (record) audit.push(record);
  }
  return { line: { kind: "ledger", folder, verdict, records: `${records}`, root, ...last }, audit };
}

/** What stands in a ledger before anybody opens it; undefined where there is none yet. */
export async function ledgerFound(
  disk: Disk,
  folder: string,
): Promise<{ verdict: string; records: bigint } | undefined> {
  try {
    const { verdict, records } = await verifyLedger({ folder, disk });
    return { verdict, records };
  } catch (error) {
    if (error instanceof LedgerOpenError && error.problem === "not-a-ledger") return undefined;
    throw error;
  }
}

/** Undefined for events that no expectation asks for. */
function auditRecord(sequence: string, event: RecordedEvent): AuditRecord | undefined {
  const text = (field: string) => String(event[field]);
  const instrument = text("instrument");
  switch (event.type) {
    case "TELEMETRY_GAP":
      return {
        event: event.type,
        sequence,
        instrument,
        channel: text("channel"),
        lastSequence: text("lastSequence"),
        nextSequence: text("nextSequence"),
      };
    case "TELEMETRY_INTERRUPTED":
    case "CALIBRATION":
      return { event: event.type, sequence, instrument };
    case "DEVIATION":
      return { event: event.type, sequence, instrument, description: text("description") };
    case "COMMAND_REJECTED":
      return {
        event: "COMMAND_OUTCOME",
        sequence,
        instrument,
        commandId: text("commandId"),
        outcome: "rejected",
      };
    case "COMMAND_INTENT":
    case "COMMAND_OUTCOME":
    case "COMMAND_RESOLVED": {
      const outcome = event["outcome"] === undefined ? undefined : text("outcome");
      return { event: event.type, sequence, instrument, commandId: text("commandId"), outcome };
    }
    default:
      return undefined;
  }
}
