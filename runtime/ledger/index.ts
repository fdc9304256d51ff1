/**
 * The audit ledger: append-only, durable before it acknowledges, provable offline. FORMAT.md is
 * the layout on disk.
 */

export { accountActor } from "./account-actor.ts";
export { type AnchoredCheckpoint, anchorLedger } from "./anchor.ts";
export { askRunning, type DoorAnswer, DoorError, doorPath, readLine } from "./door.ts";
export type { EmergencyPlace, UnwrittenRecord } from "./emergency.ts";
export type { RecordedEvent } from "./event-codec.ts";
export * from "./events.ts";
export { type ExportOptions, type ExportSummary, exportLedger } from "./export/export.ts";
export { PASSPHRASE_VARIABLE } from "./key-file.ts";
export * from "./ledger.ts";
export type { MarksMove } from "./mark-folder.ts";
export { moveMarks } from "./move-marks.ts";
export { type OpenLedgerOptions, openLedger } from "./open.ts";
export { LedgerOpenError, type LedgerOpenProblem } from "./open-error.ts";
export { eraseName, eraseNameIn, type NameChange, namePerson, namePersonIn } from "./people/change-names.ts";
export { ProofTree, verifyConsistency, verifyInclusion } from "./proofs.ts";
export { type LedgerRecord, readLedger } from "./read.ts";
export { type ReadFromLastOptions, readFromLast } from "./read-from-last.ts";
export { makeRootKey, ROOT_PASSPHRASE_VARIABLE } from "./root-key.ts";
export { type RotateOptions, rotateKey } from "./rotate.ts";
export { isSelected, parseUtc, type Selection } from "./search.ts";
export { SignatureRefusedError, signRecord } from "./signature.ts";
export { fitsRecord } from "./stamp.ts";
export { type FollowOptions, followLedger } from "./tail.ts";
export { AnchorError, isTimeStampUrl, postTimeStampRequest } from "./time-stamp/request.ts";
export type { TimeStamp } from "./time-stamp/token.ts";
export { TimeStamping, type TimeStampingOptions, timeStampedLedger } from "./time-stamping.ts";
export { verifyLedger } from "./verify.ts";
export { type Cosigned, cosignLedger, WitnessRefusal } from "./witness/witness.ts";
