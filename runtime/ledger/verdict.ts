/** From what was found in a ledger to the word for it (FORMAT.md section 6). */
import { type Mark, newestCheckpoint } from "./high-water-mark.ts";
import type { LedgerVerdict, LedgerVerification } from "./ledger.ts";
import type { Problem } from "./scan.ts";

/** Something signed that says what the first records are. */
export interface Statement {
  readonly file: string;
  readonly records: bigint;
  /** Lower-case hex. */
  readonly root: string;
}

export interface Findings {
  /** Records that fit, one after the other. */
  readonly records: bigint;
  /** None where they are lost and somebody said so. */
  readonly marks: readonly Mark[];
  /** The first place that does not fit. */
  readonly problem: (Problem & { readonly file: string }) | undefined;
  /** A statement that the records contradict, and how many records an earlier one proves. */
  readonly mismatch: { readonly statement: Statement; readonly provenRecords: bigint } | undefined;
  /** Where the last batch ends. */
  readonly end: { readonly file: string; readonly offset: number };
}

interface Judgement {
  readonly verdict: LedgerVerdict;
  readonly firstBad: LedgerVerification["firstBad"];
}

/** Then what was given to be checked is not the whole ledger. */
export const SEGMENT_MISSING = "segment file is missing";
export const BAD_MARK = "file does not hold a checkpoint signed by this ledger's key";

export function judge(found: Findings): Judgement {
  if (found.mismatch !== undefined) {
    const { statement, provenRecords } = found.mismatch;
    const reason = `the first ${statement.records} records are not those that it was signed for`;
    return atFile("CORRUPT", statement.file, provenRecords, reason);
  }
  const newest = newestCheckpoint(found.marks);
  if (found.problem !== undefined) {
    const { sequence, file, offset, reason } = found.problem;
    const counted = found.marks.length === 0 ? 0n : newest?.records;
    const torn = found.problem.torn && counted !== undefined && counted <= found.records;
    return { verdict: torn ? "TORN_TAIL" : "CORRUPT", firstBad: { sequence, file, offset, reason } };
  }
  if (newest !== undefined && newest.records > found.records) {
    const reason = `a signed checkpoint counts ${newest.records} records, ${found.records} are here`;
    return { verdict: "ROLLBACK", firstBad: { sequence: found.records, ...found.end, reason } };
  }
  return judgeMarks(found);
}

/** A crash tears at most the one mark that was being written, and never removes one. */
function judgeMarks({ marks, records }: Findings): Judgement {
  const bad = marks.filter(({ checkpoint }) => checkpoint === undefined);
  const [first] = bad;
  if (first === undefined) return { verdict: "CLEAN", firstBad: undefined };
  if (first.bytes.length === 0) return atFile("CORRUPT", first.file, records, "file is missing or empty");
  const verdict = bad.length === marks.length ? "CORRUPT" : "TORN_TAIL";
  return atFile(verdict, first.file, records, BAD_MARK);
}

const atFile = (verdict: LedgerVerdict, file: string, sequence: bigint, reason: string): Judgement => ({
  verdict,
  firstBad: { sequence, file, offset: 0, reason },
});
