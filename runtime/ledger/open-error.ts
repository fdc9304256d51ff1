/** What keeps a ledger from being opened or written, each as one line: what is wrong, where, what to do. */
import { LedgerUnavailableError } from "./ledger.ts";

export type LedgerOpenProblem =
  | "not-a-ledger"
  | "newer-format"
  | "older-format"
  | "in-use"
  | "no-permission"
  | "read-only"
  | "other-origin"
  | "other-ledger"
  | "passphrase"
  | "root-key"
  | "marks"
  | "witness"
  | "no-such-record"
  | "damaged"
  | "disk";

/** Nothing was changed on disk. */
export class LedgerOpenError extends Error {
  override readonly name = "LedgerOpenError";
  readonly problem: LedgerOpenProblem;
  readonly folder: string;

  constructor(problem: LedgerOpenProblem, folder: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.problem = problem;
    this.folder = folder;
  }
}

/** Says what an error of the system means for the ledger; any other error passes as it is. */
export function asOpenError(error: unknown, folder: string): unknown {
  if (error instanceof LedgerOpenError || !isSystemError(error)) return error;
  const { code } = error;
  if (code === "EACCES" || code === "EPERM") {
    const advice = "run HELIX as the user who owns it, or change its owner";
    return new LedgerOpenError(
      "no-permission",
      folder,
      `ledger ${folder}: permission is missing; ${advice}`,
      error,
    );
  }
  if (code === "EROFS") {
    const advice = "mount it for writing, or choose another folder";
    return new LedgerOpenError(
      "read-only",
      folder,
      `ledger ${folder}: the file system is read-only; ${advice}`,
      error,
    );
  }
  return new LedgerOpenError(
    "disk",
    folder,
    `ledger ${folder} could not be opened: ${error.message}; check the disk, then try again`,
    error,
  );
}

const isSystemError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && typeof (error as { code?: unknown }).code === "string";

export const damaged = (folder: string, what: string, cause?: unknown): LedgerOpenError =>
  new LedgerOpenError(
    "damaged",
    folder,
    `ledger ${folder} is damaged: ${what}; nothing was changed, restore the folder from a copy and verify it`,
    cause,
  );

/** @param cause the disk's error */
export const unavailableError = (folder: string, cause: unknown): LedgerUnavailableError =>
  new LedgerUnavailableError(
    `ledger ${folder} takes no more records: ${cause instanceof Error ? cause.message : String(cause)}; ` +
      `${(cause as { code?: unknown }).code === "ENOSPC" ? "make room on" : "check"} the disk, then restart HELIX`,
    { cause },
  );

export const closedError = (folder: string): LedgerUnavailableError =>
  new LedgerUnavailableError(`ledger ${folder} is closed`);
