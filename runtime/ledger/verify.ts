/**
 * Checks a whole ledger, without its lock and without changing anything: framing, sequence, chain,
 * batch hashes and signatures, the tree against the signed checkpoints, and every other file that
 * belongs to it; and every electronic signature against what it signs. Safe beside a live writer: what it is just writing is not counted.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { toHex } from "./bytes.ts";
import { loadPolicy } from "./folder.ts";
import { newestCheckpoint } from "./high-water-mark.ts";
import { inspectLedger } from "./inspect.ts";
import { isSealedKey, keyFile, openKeyFile } from "./key-file.ts";
import type { LedgerVerification } from "./ledger.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { asOpenError } from "./open-error.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { readStored } from "./read.ts";
import { placeOf } from "./record-codec.ts";
import { tornFits } from "./recover.ts";
import { SignatureCheck } from "./signature-check.ts";

/** @throws LedgerOpenError when there is no ledger of a known format to read */
export async function verifyLedger({
  folder,
  disk,
}: {
  readonly folder: string;
  readonly disk: Disk;
}): Promise<LedgerVerification> {
  try {
    const policy = await loadPolicy(disk, folder);
    return policy === undefined ? badPolicy() : await verifyAll(disk, folder, policy);
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

/** Without a key that can be trusted nothing is proven. */
function badPolicy(): LedgerVerification {
  return {
    verdict: "CORRUPT",
    records: 0n,
    root: toHex(new MerkleTree().root()),
    checkpointRecords: 0n,
    verifierKey: undefined,
    signatures: 0,
    otherSignatures: [],
    firstBad: {
      sequence: 0n,
      file: POLICY_FILE,
      offset: 0,
      reason: "file is not signed by the key it names",
    },
  };
}

async function verifyAll(disk: Disk, folder: string, policy: LedgerPolicy): Promise<LedgerVerification> {
  const signatures = new SignatureCheck();
  const onRecord = (record: Uint8Array) => signatures.look(record);
  const found = await inspectLedger({ disk, folder, policy, from: "first", live: true, onRecord });
  const { records, root } = found.proven;
  const readable = found.verdict === "CLEAN" || found.verdict === "TORN_TAIL";
  const moved = readable ? await movedSignature(disk, folder, signatures) : undefined;
  const beside = found.verdict === "CLEAN" ? await badFileBeside(disk, folder, policy) : undefined;
  const further = moved ?? (beside && { sequence: records, offset: 0, ...beside });
  const newest = newestCheckpoint(found.marks);
  const checkpointed = newest?.records ?? 0n;
  return {
    verdict: further === undefined ? found.verdict : "CORRUPT",
    records,
    root,
    checkpointRecords: checkpointed < records ? checkpointed : records,
    signatures: signatures.count,
    otherSignatures: newest?.otherSignatures ?? [],
    verifierKey: policy.key.text,
    firstBad: further ?? found.firstBad,
  };
}

async function movedSignature(
  disk: Disk,
  folder: string,
  signatures: SignatureCheck,
): Promise<LedgerVerification["firstBad"]> {
  const sequence = await signatures.firstMoved({ disk, folder });
  if (sequence === undefined) return undefined;
  for await (const { bytes, file, offset } of readStored({ disk, folder, from: sequence })) {
    if (placeOf(bytes).sequence !== sequence) break;
    return { sequence, file, offset, reason: "signature is not of the record that it names" };
  }
  throw new Error(`record ${sequence} is gone since it was read`);
}

/** The private key, where it is there and this reader may see it; and what crashes left aside. */
async function badFileBeside(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
): Promise<{ file: string; reason: string } | undefined> {
  for (const file of await disk.list(folder)) {
    const read = () => disk.readFile(join(folder, file));
    if (file === keyFile(policy.keys.epoch) && (await isOtherKey(policy, read))) {
      return { file, reason: "file is not the private key that ledger.policy names" };
    }
    if ((await tornFits(file, read)) === false) {
      return { file, reason: "the bytes set aside after a crash have changed" };
    }
  }
  return undefined;
}

async function isOtherKey(policy: LedgerPolicy, read: () => Promise<Uint8Array>): Promise<boolean> {
  let pem: Uint8Array;
  try {
    pem = await read();
  } catch {
    // An inspector need not be allowed to read the private key.
    return false;
  }
  try {
    // A sealed one tells nothing without its passphrase; the opening checks it.
    return (
      !isSealedKey(pem) && openKeyFile(policy.key.origin, pem, undefined).verifier.text !== policy.key.text
    );
  } catch {
    // Not a key any more: whatever the reason, it is not the one named.
    return true;
  }
}
