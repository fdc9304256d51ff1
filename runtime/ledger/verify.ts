/**
 * Checks a whole ledger, without its lock and without changing anything: framing, sequence, chain,
 * batch hashes and signatures, the tree against the signed checkpoints, and every other file that
 * belongs to it. Safe beside a live writer: what it is just writing is not counted.
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
import { tornFits } from "./recover.ts";

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
    firstBad: {
      sequence: 0n,
      file: POLICY_FILE,
      offset: 0,
      reason: "file is not signed by the key it names",
    },
  };
}

async function verifyAll(disk: Disk, folder: string, policy: LedgerPolicy): Promise<LedgerVerification> {
  const found = await inspectLedger({ disk, folder, policy, from: "first", live: true });
  const beside = await badFileBeside(disk, folder, policy);
  const { records, root } = found.proven;
  const onlyBeside = found.firstBad === undefined && beside !== undefined;
  const checkpointed = newestCheckpoint(found.marks)?.records ?? 0n;
  return {
    verdict: onlyBeside ? "CORRUPT" : found.verdict,
    records,
    root,
    checkpointRecords: checkpointed < records ? checkpointed : records,
    verifierKey: policy.key.text,
    firstBad: onlyBeside ? { sequence: records, offset: 0, ...beside } : found.firstBad,
  };
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
