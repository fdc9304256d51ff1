/** A verification in words for people, and as an object for programs. */
import type { LedgerVerdict, LedgerVerification, WitnessStatement } from "../ledger.ts";
import { utcText } from "../record-view.ts";
import { untrustedRangeText } from "../trust.ts";

const NS_PER_S = 1_000_000_000n;

const MEANING: Readonly<Record<LedgerVerdict, string>> = {
  CLEAN: "every record is there and as it was written",
  TORN_TAIL: "the last write was cut short by a crash; all before it is as it was written",
  CORRUPT: "records or files have changed since they were written",
  ROLLBACK: "records that a signed checkpoint counts are gone",
};

const ADVICE: Readonly<Record<LedgerVerdict, string | undefined>> = {
  CLEAN: undefined,
  TORN_TAIL: "The next start of HELIX sets the torn bytes aside and records it; nothing to do by hand.",
  CORRUPT: "Keep the folder as it is, and compare it with a copy. HELIX refuses to write to it.",
  ROLLBACK: "Keep the folder as it is, and look for a newer copy. HELIX refuses to write to it.",
};

const TAIL = {
  key: "the private key says that its holder wrote them",
  hashes: "they fit together, but only the private key could say who wrote them",
} as const;

/** Lines for a terminal, without a newline at the end. */
export function verificationText(folder: string, verification: LedgerVerification): string {
  const { verdict, records, root, checkpointRecords, unsignedShownBy, verifierKey, firstBad } = verification;
  const { signatures, otherSignatures, remarks, rootKey, untrusted } = verification;
  const lines = [
    `${verdict}  ${folder}: ${MEANING[verdict]}`,
    `  records  ${records} proven good, ${checkpointRecords} of them under a signed checkpoint`,
    `  root     ${root}`,
  ];
  if (unsignedShownBy !== "none") {
    lines.push(
      `  tail     ${records - checkpointRecords} not under a signature yet; ${TAIL[unsignedShownBy]}`,
    );
  }
  if (verifierKey !== undefined) lines.push(`  key      ${verifierKey}`);
  if (verifierKey !== undefined)
    lines.push(`  offline  ${rootKey ?? "no root key was named when this ledger was made"}`);
  for (const range of untrusted) lines.push(`  UNTRUSTED ${untrustedRangeText(range)}`);
  if (signatures > 0 && isWhole(verdict))
    lines.push(`  signed   ${signatures} electronic signatures, each of the record it names`);
  const { count, newest } = verification.timeStamps;
  if (newest !== undefined && isWhole(verdict)) {
    lines.push(
      `  time     ${count} time-stamped checkpoints, the newest ${utcText(newest.utcNs)} by ${newest.authority}`,
    );
  }
  for (const statement of verification.witnesses) lines.push(`  witness  ${witnessText(statement)}`);
  for (const remark of remarks) lines.push(`  note     ${remark}`);
  for (const other of otherSignatures) lines.push(`  also     signed by ${other}, which is not checked here`);
  if (firstBad !== undefined) {
    const { sequence, file, offset, reason } = firstBad;
    lines.push(`  bad      record ${sequence}, ${file} byte ${offset}: ${reason}`);
  }
  const advice = ADVICE[verdict];
  if (advice !== undefined) lines.push(`  ${advice}`);
  return lines.join("\n");
}

function witnessText({ key, newest }: WitnessStatement): string {
  const name = key.slice(0, key.indexOf("+"));
  if (newest === undefined) return `${name} has cosigned nothing that is here`;
  const { records, timeS } = newest;
  return `${name} cosigned the first ${records} records as all that it had seen, ${utcText(timeS * NS_PER_S)}`;
}

/** Otherwise the signatures were not held against what they sign. */
const isWhole = (verdict: LedgerVerdict): boolean => verdict === "CLEAN" || verdict === "TORN_TAIL";

export interface VerificationJson {
  readonly verdict: LedgerVerdict;
  /** A count; text, since it may pass 2^53. */
  readonly records: string;
  readonly root: string;
  readonly checkpointRecords: string;
  readonly unsignedShownBy: LedgerVerification["unsignedShownBy"];
  readonly signatures: number;
  readonly timeStamps: {
    readonly count: number;
    readonly newest: { readonly time: string; readonly authority: string } | null;
  };
  /** Named with --witness; null where it has cosigned nothing that is here. */
  readonly witnesses: readonly {
    readonly key: string;
    readonly newest: { readonly records: string; readonly time: string } | null;
  }[];
  readonly otherSignatures: readonly string[];
  readonly remarks: readonly string[];
  readonly rootKey: string | null;
  /** `to` is the first one after them. */
  readonly untrusted: readonly { readonly from: string; readonly to: string; readonly epoch: number }[];
  readonly verifierKey: string | null;
  readonly firstBad: {
    readonly sequence: string;
    readonly file: string;
    readonly offset: number;
    readonly reason: string;
  } | null;
}

export function verificationJson(verification: LedgerVerification): VerificationJson {
  const { firstBad, timeStamps } = verification;
  const stamp = timeStamps.newest;
  return {
    verdict: verification.verdict,
    records: verification.records.toString(),
    root: verification.root,
    checkpointRecords: verification.checkpointRecords.toString(),
    unsignedShownBy: verification.unsignedShownBy,
    signatures: verification.signatures,
    timeStamps: {
      count: verification.timeStamps.count,
      newest: stamp === undefined ? null : { time: utcText(stamp.utcNs), authority: stamp.authority },
    },
    witnesses: verification.witnesses.map(({ key, newest }) => ({
      key,
      newest:
        newest === undefined
          ? null
          : { records: `${newest.records}`, time: utcText(newest.timeS * NS_PER_S) },
    })),
    otherSignatures: verification.otherSignatures,
    remarks: verification.remarks,
    rootKey: verification.rootKey ?? null,
    untrusted: verification.untrusted.map(({ from, to, epoch }) => ({ from: `${from}`, to: `${to}`, epoch })),
    verifierKey: verification.verifierKey ?? null,
    firstBad: firstBad === undefined ? null : { ...firstBad, sequence: firstBad.sequence.toString() },
  };
}
