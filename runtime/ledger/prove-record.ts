/** The proof of one record, for whoever has its bytes. */
import type { Disk } from "@helix/platform";
import { toBase64, toHex } from "./bytes.ts";
import { loadPolicy } from "./folder.ts";
import { newestCheckpoint, readMarks } from "./high-water-mark.ts";
import { asOpenError, damaged, LedgerOpenError } from "./open-error.ts";
import { POLICY_FILE } from "./policy.ts";
import { ProofTree } from "./proofs.ts";
import { readStored } from "./read.ts";
import { placeOf } from "./record-codec.ts";

const MARK_ATTEMPTS = 20;

export interface RecordProof {
  readonly sequence: bigint;
  /** The record's bytes, base64: the leaf of the proof is SHA-256 over a zero byte and these. */
  readonly record: string;
  /** C2SP tlog-proof. */
  readonly text: string;
}

/** @throws LedgerOpenError, also for a record that is not there or under no checkpoint yet */
export async function proveRecord(options: {
  readonly folder: string;
  readonly disk: Disk;
  readonly sequence: bigint;
}): Promise<RecordProof> {
  const { folder, disk, sequence } = options;
  try {
    const policy = await loadPolicy(disk, folder);
    if (policy === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
    const checkpoint = newestCheckpoint(await readMarks(disk, folder, policy, MARK_ATTEMPTS));
    if (checkpoint === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
    const tree = new ProofTree();
    let record: Uint8Array | undefined;
    for await (const { bytes } of readStored({ folder, disk })) {
      const at = placeOf(bytes).sequence;
      if (at >= checkpoint.records) break;
      tree.add(bytes);
      if (at === sequence) record = bytes.slice();
    }
    const size = Number(checkpoint.records);
    if (tree.size !== size || toHex(tree.root(size)) !== checkpoint.root) {
      throw damaged(folder, "records are not those that the newest checkpoint was signed for");
    }
    if (record === undefined) {
      const message = `ledger ${folder} has no record ${sequence} under its newest checkpoint of ${size} records`;
      throw new LedgerOpenError("no-such-record", folder, message);
    }
    const path = tree.inclusion(Number(sequence), size).map(toBase64);
    const lines = ["c2sp.org/tlog-proof@v1", `index ${sequence}`, ...path];
    return { sequence, record: toBase64(record), text: `${lines.join("\n")}\n\n${checkpoint.note}` };
  } catch (error) {
    throw asOpenError(error, folder);
  }
}
