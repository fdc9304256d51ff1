/** What stands in an export, in words. */

import type { LedgerVerdict } from "../ledger.ts";
import { utcText } from "../record-view.ts";
import type { Selection } from "../search.ts";

const WORDS: Readonly<Record<keyof Selection, string>> = {
  who: "who",
  what: "what",
  why: "why",
  instrument: "instrument",
  batch: "batch",
  since: "from",
  until: "before",
  from: "record",
  to: "before record",
};

export function selectionText(selection: Selection): string {
  const parts = Object.entries(selection).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const shown =
      (name === "since" || name === "until") && typeof value === "bigint" ? utcText(value) : String(value);
    return [`${WORDS[name as keyof Selection]} ${shown}`];
  });
  return parts.length === 0 ? "all" : parts.join(", ");
}

/** The export is whole; that the ledger is not yet, its reader should know. */
export const TORN =
  "A crash cut the ledger's last write short (TORN_TAIL); what it left is not here. No record that was acknowledged is missing.";

export function readmeText(of: {
  readonly verdict: LedgerVerdict;
  readonly records: number;
  readonly checkpointRecords: bigint;
  readonly notCovered: number;
  readonly pdf: boolean;
  readonly withLedger: boolean;
  readonly withNames: boolean;
  readonly selection: Selection;
  /** Ranges of records that a compromised key signed. */
  readonly untrusted: readonly string[];
}): string {
  const isAll = selectionText(of.selection) === "all";
  const lines = [
    "Records of a HELIX audit ledger",
    "",
    `Asked for: ${selectionText(of.selection)}. Here: ${of.records} records, out of ${of.checkpointRecords} under the checkpoint.`,
    ...(of.notCovered > 0
      ? [`${of.notCovered} newer records are not under a checkpoint yet and are not here.`]
      : []),
    ...(of.verdict === "TORN_TAIL" ? [TORN] : []),
    ...of.untrusted.map((range) => `UNTRUSTED ${range}.`),
    "",
    "To check: python3 verify.py <this folder>   (Python 3.8 or later, nothing else)",
    ...(of.withLedger || isAll
      ? []
      : [
          "It proves each record that is here; that none was left out, only an export with the whole ledger shows.",
        ]),
    "",
    "records.json       each record: as it reads, its exact bytes, its proof",
    "records.csv        the same as a table; a cell that a spreadsheet would run as a formula begins with '",
    of.pdf
      ? "records.pdf        the same for reading and printing"
      : "                   (too many records for a PDF; narrow the selection)",
    "checkpoint.txt     what was signed: how many records, and the root over them",
    "consistency.json   proofs that earlier checkpoints and key changes are part of it",
    "proofs/            one C2SP tlog-proof per record, for other verifiers",
    "ledger.policy      which ledger, and all its public keys",
    "verify.py          the verifier; it shares no code with HELIX",
    ...(of.withNames
      ? [
          "names.json         whose the ids are, with the salt of each name's commitment in its PERSON_NAMED record",
        ]
      : []),
    ...(of.withLedger ? ["ledger/            the ledger itself, without its private key"] : []),
    "",
    "The first key must be compared with the one that was noted when the ledger was made:",
    "  python3 verify.py <this folder> --key <that key>",
    "Keep checkpoint.txt. A later export that is asked for with it proves that nothing before it has changed:",
    "  helix ledger export <ledger> --out <folder> --earlier checkpoint.txt, then verify.py of that export",
    "A cosigned-<n>.txt is a checkpoint with the signature of a witness at another site. With its key, noted outside:",
    "  python3 verify.py <this folder> --witness <that key>",
    "An anchor-<n>.tsr is an RFC 3161 time-stamp of anchor-<n>.txt:",
    "  openssl ts -verify -data anchor-<n>.txt -in anchor-<n>.tsr -CAfile <the authority's certificate>",
  ];
  return `${lines.join("\n")}\n`;
}
