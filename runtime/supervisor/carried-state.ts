/**
 * What former runs left travels from start to start: the record of a start carries it, so the next start
 * reads from there on, whatever the length of the ledger. It is the same record as the start's own, so
 * none can die between the two. Where no start carries anything, the ledger is read whole.
 */
import {
  type CarriedState,
  fitsRecord,
  type LedgerEvent,
  type LedgerRecord,
  readFromLast,
} from "@helix/ledger";
import type { Disk } from "@helix/platform";
import type { FormerRuns } from "./former-runs.ts";

type Start = Extract<LedgerEvent, { readonly type: "RUNTIME_STARTED" }>;

/** The records that a start needs. @throws LedgerOpenError at damage among them */
export const formerRecords = (place: {
  readonly folder: string;
  readonly disk: Disk;
}): AsyncIterable<LedgerRecord> =>
  readFromLast({ ...place, isWanted: ({ event }) => carriedBy(event) !== undefined });

export const carriedBy = (event: LedgerRecord["event"]): CarriedState | undefined =>
  event.type === "RUNTIME_STARTED" ? (event["carried"] as CarriedState | undefined) : undefined;

/** Left out where it takes more than a record holds: then the next start reads on to the one before. */
export function carrying(start: Start, former: FormerRuns): Start {
  const carried = carriedState(former);
  const event = { ...start, carried };
  return fitsRecord(event) ? event : start;
}

function carriedState({ openCommands, interruptedSinceUtcNs, setpoints, ...more }: FormerRuns): CarriedState {
  return {
    openCommands: openCommands.map(({ id: commandId, ...open }) => ({ commandId, ...open })),
    interruptions: [...interruptedSinceUtcNs].map(([instrument, sinceUtcNs]) => ({ instrument, sinceUtcNs })),
    setpoints: [...setpoints].flatMap(([instrument, values]) =>
      [...values].map(([channelId, value]) => ({ instrument, channelId, value })),
    ),
    openCalibrations: more.openCalibrations,
    registrations: [...more.registrations.values()],
  };
}
