/**
 * The audit ledger: append-only, durable before it acknowledges, provable offline. FORMAT.md is
 * the layout on disk.
 */
export type { RecordedEvent } from "./event-codec.ts";
export * from "./events.ts";
export * from "./ledger.ts";
export { type OpenLedgerOptions, openLedger } from "./open.ts";
export { LedgerOpenError, type LedgerOpenProblem } from "./open-error.ts";
export { type LedgerRecord, readLedger } from "./read.ts";
export { rotateKey } from "./rotate.ts";
export { verifyLedger } from "./verify.ts";
