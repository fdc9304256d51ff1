/**
 * What former runs left travels from start to start: the record of a start carries it, and so does one
 * every few thousand records of a run, so the next start reads from there on, whatever the length of the ledger
 * and of the last run. In a start's own record none can die between the two. Where none carries anything, the
 * ledger is read whole.
 */
import {
  type CarriedState,
  fitsRecord,
  type LedgerEvent,
  type LedgerRecord,
  type RunState,
  readFromLast,
} from "@helix/ledger";
import type { Disk } from "@helix/platform";
import type { FormerRuns } from "./former-runs.ts";

/** With connections: of a run that goes on. */
type Carried = CarriedState & Partial<RunState>;
type Start = Extract<LedgerEvent, { readonly type: "RUNTIME_STARTED" }>;

/** The records that a start needs. @throws LedgerOpenError at damage among them */
export const formerRecords = (place: {
  readonly folder: string;
  readonly disk: Disk;
}): AsyncIterable<LedgerRecord> =>
  readFromLast({ ...place, isWanted: ({ event }) => carriedBy(event) !== undefined });

export const carriedBy = (event: LedgerRecord["event"]): Carried | undefined =>
  event.type === "RUNTIME_STARTED" || event.type === "RUNTIME_STATE"
    ? (event["carried"] as Carried | undefined)
    : undefined;

/** Left out where it takes more than a record holds: then the next start reads on to the one before. */
export function carrying(start: Start, former: FormerRuns): Start {
  const carried = carriedState(former);
  const event = { ...start, carried };
  return fitsRecord(event) ? event : start;
}

export function carriedState({
  openCommands,
  interruptedSinceUtcNs,
  setpoints,
  ...more
}: Omit<FormerRuns, "death">): CarriedState {
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

/** The reverse. */
export function formerOf({ openCommands, interruptions, setpoints, ...more }: CarriedState): FormerRuns {
  const byInstrument = Map.groupBy(setpoints, ({ instrument }) => instrument);
  return {
    death: undefined,
    openCommands: openCommands.map(({ commandId: id, outcomeSequence, ...open }) => ({
      id,
      ...open,
      outcomeSequence,
    })),
    interruptedSinceUtcNs: new Map(
      interruptions.map(({ instrument, sinceUtcNs }) => [instrument, sinceUtcNs]),
    ),
    setpoints: new Map(
      [...byInstrument].map(([instrument, values]) => [
        instrument,
        new Map(values.map(({ channelId, value }) => [channelId, value])),
      ]),
    ),
    openCalibrations: more.openCalibrations ?? [],
    registrations: new Map((more.registrations ?? []).map((one) => [one.library, one])),
  };
}
