/**
 * Checks a whole ledger, without its lock and without changing anything: framing, sequence, chain,
 * batch hashes, the tree against the signed checkpoints, what follows them against the private key where
 * that can be read, every electronic signature against what it signs, every time-stamp against its checkpoint, and every other file that belongs
 * to the ledger. Safe beside a live writer: what it is just writing is not counted.
 */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { listAnchors } from "./anchor.ts";
import { AnchorCheck } from "./anchor-check.ts";
import { toHex } from "./bytes.ts";
import { loadPolicy } from "./folder.ts";
import { newestCheckpoint } from "./high-water-mark.ts";
import { type InspectOptions, inspectLedger } from "./inspect.ts";
import { isSealedKey, keyFile, openKeyFile, PassphraseError } from "./key-file.ts";
import type { LedgerVerification } from "./ledger.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { asOpenError } from "./open-error.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { readStored } from "./read.ts";
import { placeOf } from "./record-codec.ts";
import { tornFits } from "./recover.ts";
import { SignatureCheck } from "./signature-check.ts";
import type { SigningKey } from "./signing-key.ts";

/** @throws LedgerOpenError when there is no ledger of a known format to read */
export async function verifyLedger({
  folder,
  disk,
  passphrase,
}: {
  readonly folder: string;
  readonly disk: Disk;
  /** Of a sealed private key, to check with it what is not signed yet. */
  readonly passphrase?: string | undefined;
}): Promise<LedgerVerification> {
  try {
    const policy = await loadPolicy(disk, folder);
    return policy === undefined ? badPolicy() : await verifyAll(disk, folder, policy, passphrase);
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
    unsignedShownBy: "none",
    verifierKey: undefined,
    signatures: 0,
    timeStamps: { count: 0, newest: undefined },
    otherSignatures: [],
    firstBad: {
      sequence: 0n,
      file: POLICY_FILE,
      offset: 0,
      reason: "file is not signed by the key it names",
    },
  };
}

async function verifyAll(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  passphrase: string | undefined,
): Promise<LedgerVerification> {
  const signatures = new SignatureCheck();
  const anchors = new AnchorCheck(await listAnchors(disk, folder), policy);
  const onRecord: InspectOptions["onRecord"] = (record, chain) => {
    signatures.look(record);
    anchors.look(chain);
  };
  const key = await privateKey(disk, folder, policy, passphrase);
  const secret = typeof key === "string" ? undefined : key;
  const found = await inspectLedger({ disk, folder, policy, from: "first", live: true, secret, onRecord });
  const { records, root } = found.proven;
  const readable = found.verdict === "CLEAN" || found.verdict === "TORN_TAIL";
  const moved = readable ? await movedSignature(disk, folder, signatures) : undefined;
  const stamped = readable ? anchors.problem(records) : undefined;
  const beside = found.firstBad === undefined ? await badFileBeside(disk, folder, policy, key) : undefined;
  const file = stamped ?? beside;
  const further = moved ?? (file && { sequence: records, file: file.file, offset: 0, reason: file.reason });
  const newest = newestCheckpoint(found.marks);
  const checkpointed = newest?.records ?? 0n;
  return {
    verdict: further === undefined ? found.verdict : ((moved ? undefined : stamped?.verdict) ?? "CORRUPT"),
    records,
    root,
    checkpointRecords: checkpointed < records ? checkpointed : records,
    unsignedShownBy: checkpointed >= records ? "none" : secret === undefined ? "hashes" : "key",
    signatures: signatures.count,
    timeStamps: { count: anchors.count, newest: anchors.newest },
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
  key: SigningKey | "closed" | "other",
): Promise<{ file: string; reason: string } | undefined> {
  if (key === "other") {
    return {
      file: keyFile(policy.keys.epoch),
      reason: "file is not the private key that ledger.policy names",
    };
  }
  for (const file of await disk.list(folder)) {
    if ((await tornFits(file, () => disk.readFile(join(folder, file)))) === false) {
      return { file, reason: "the bytes set aside after a crash have changed" };
    }
  }
  return undefined;
}

/**
 * The key in use, where it is there and this reader may see it; "other" when the file holds something
 * else. "closed": an inspector need not be allowed to read it, nor know its passphrase.
 */
async function privateKey(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  passphrase: string | undefined,
): Promise<SigningKey | "closed" | "other"> {
  let file: Uint8Array;
  try {
    file = await disk.readFile(join(folder, keyFile(policy.keys.epoch)));
  } catch {
    return "closed";
  }
  try {
    if (isSealedKey(file) && passphrase === undefined) return "closed";
    const key = openKeyFile(policy.key.origin, file, passphrase);
    return key.verifier.text === policy.key.text ? key : "other";
  } catch (error) {
    // Not a key any more, whatever the reason; but a wrong passphrase says nothing of the file.
    return error instanceof PassphraseError ? "closed" : "other";
  }
}
