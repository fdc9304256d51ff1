/** What the commands of `helix ledger` have in common. */
import { resolve } from "node:path";
import { type CliContext, CliError } from "@helix/cli";
import type { Disk } from "@helix/platform";
import { damaged, LedgerOpenError } from "../open-error.ts";
import type { NamedRecord } from "../people/known-names.ts";
import type { LedgerRecord } from "../read.ts";
import { auditColumns, whoText } from "../record-view.ts";
import { parseUtc, type Selection } from "../search.ts";
import { SignatureRefusedError } from "../signature.ts";
import { AnchorError } from "../time-stamp/request.ts";
import { trustMarker, type WithTrust } from "../trust.ts";

const MARK_ATTEMPTS = 20;

export const FOLDER_ARGUMENT = { folder: { summary: "the ledger's folder", count: "one" } } as const;

export const MARKS_OPTION = {
  marks: {
    kind: "text",
    summary: "where its marks are, if not where the policy says",
    value: "folder",
  },
} as const;

export const SELECTION_OPTIONS = {
  who: { kind: "text", summary: "of this person (id or name) or role", value: "id" },
  what: { kind: "text", summary: "of these types, joined by commas", value: "types" },
  why: { kind: "text", summary: "with this in the reason", value: "text" },
  instrument: { kind: "text", summary: "of this instrument", value: "name" },
  batch: { kind: "text", summary: "of this batch", value: "id" },
  since: { kind: "text", summary: "from this time on, UTC unless it says", value: "time" },
  until: { kind: "text", summary: "before this time", value: "time" },
} as const;

type SelectionInput = { readonly [Name in keyof typeof SELECTION_OPTIONS]: string | undefined };

/** @throws CliError for a time that is none */
export function selectionOf(options: SelectionInput): Selection {
  const { since, until, ...texts } = options;
  const [from, to] = [since, until].map((time) => (time === undefined ? undefined : timeOf(time)));
  if (from !== undefined && to !== undefined && from >= to) {
    throw new CliError(`--since ${since} is not before --until ${until}, so no record can be meant`);
  }
  const given = Object.entries(texts).filter(
    ([name, value]) => name in SELECTION_OPTIONS && value !== undefined,
  );
  return {
    ...Object.fromEntries(given),
    ...(from === undefined ? {} : { since: from }),
    ...(to === undefined ? {} : { until: to }),
  };
}

function timeOf(text: string): bigint {
  try {
    return parseUtc(text);
  } catch (error) {
    throw new CliError((error as Error).message, { cause: error });
  }
}

export const markFolderOf = (given: string | undefined, context: CliContext): string | undefined =>
  given === undefined ? undefined : resolve(context.cwd, given);

/** @throws CliError where it is not given */
export function required(text: string | undefined, what: string): string {
  if (text === undefined || text.trim() === "") throw new CliError(`it is not said ${what}`);
  return text;
}

/** 21 CFR 11.10(e), EU Annex 11 9: asked for at the time. */
export const requiredReason = (reason: string | undefined): string =>
  required(reason, "why, which goes on record; give --reason");

export const ledgerFolder = (folder: string, context: CliContext): string => resolve(context.cwd, folder);

/** @throws CliError with the one line that says what is wrong; anything else as it is */
export async function orCliError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof LedgerOpenError ||
      error instanceof AnchorError ||
      error instanceof SignatureRefusedError
    ) {
      throw new CliError(error.message, { cause: error });
    }
    throw error;
  }
}

/** What is shown of a record beside what it holds: whose its ids are, and whether its key was compromised. @throws LedgerOpenError */
export async function shownAs(place: {
  readonly folder: string;
  readonly disk: Disk;
}): Promise<(record: LedgerRecord) => NamedRecord & WithTrust> {
  const { nameGiver } = await import("../people/known-names.ts");
  const { loadPolicy } = await import("../folder.ts");
  const policy = await loadPolicy(place.disk, place.folder);
  if (policy === undefined) throw damaged(place.folder, "ledger.policy is not signed by the key it names");
  const [named, marked] = [await nameGiver(place), trustMarker(policy)];
  return (record) => marked(named(record));
}

/**
 * How many records a signed checkpoint counts; asked before they are read, since a writer may add to both. 0 where
 * the marks are not to be had: records can be read without them, and `verify` says what is wrong.
 */
export async function recordsSignedFor(folder: string, disk: Disk): Promise<bigint> {
  const { loadPolicy } = await import("../folder.ts");
  const { newestCheckpoint, readMarks } = await import("../high-water-mark.ts");
  const policy = await loadPolicy(disk, folder);
  try {
    return (policy && newestCheckpoint(await readMarks(disk, folder, policy, MARK_ATTEMPTS))?.records) ?? 0n;
  } catch (error) {
    if (error instanceof LedgerOpenError && error.problem === "marks") return 0n;
    throw error;
  }
}

/** @param next after the last record that was read. @throws LedgerOpenError: who reads the rest would take it for all */
export function refuseGone(folder: string, signedFor: bigint, next: bigint): void {
  if (signedFor > next)
    throw damaged(folder, `ROLLBACK: a signed checkpoint counts ${signedFor} records, ${next} are here`);
}

/** One record in a terminal. */
export function recordLine(record: NamedRecord & WithTrust): string {
  const columns = auditColumns(record);
  const { when, what, role, instrument, batch, change, why, signature } = columns;
  const who = whoText(columns);
  const { untrustedKey } = record;
  const parts = [
    untrustedKey === undefined ? "" : `UNTRUSTED (key ${untrustedKey} was compromised)`,
    who === "" ? "" : role === "" ? who : `${who} (${role})`,
    instrument,
    batch === "" ? "" : `batch ${batch}`,
    change,
    signature,
    why,
    record.repeats === undefined ? "" : `(again: the event of record ${record.repeats})`,
  ].filter((part) => part !== "");
  return `${record.sequence.toString().padStart(8)}  ${when}  ${what.padEnd(28)}  ${parts.join("  ")}`.trimEnd();
}
