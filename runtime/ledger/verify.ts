/**
 * Checks a whole ledger, without its lock and without changing anything: framing, sequence, chain,
 * batch hashes, the tree against the signed checkpoints, what follows them against the private key where
 * that can be read, every electronic signature against what it signs, every time-stamp and cosignature against its checkpoint, and every other file that belongs
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
import { KeptFiles } from "./kept-files.ts";
import { isSealedKey, keyFile, openKeyFile, PASSPHRASE_VARIABLE, PassphraseError } from "./key-file.ts";
import type { LedgerVerification } from "./ledger.ts";
import { readingMarksIn } from "./mark-folder.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { asOpenError, LedgerOpenError } from "./open-error.ts";
import { NameCheck } from "./people/name-check.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { readStored } from "./read.ts";
import { placeOf } from "./record-codec.ts";
import { tornFits } from "./recover.ts";
import { SignatureCheck } from "./signature-check.ts";
import type { SigningKey } from "./signing-key.ts";
import { TimeOrder } from "./time-order.ts";
import type { WitnessKey } from "./witness/cosignature.ts";
import { listCosigned } from "./witness/cosigned.ts";
import { CosignedCheck } from "./witness/cosigned-check.ts";

/** @throws LedgerOpenError when there is no ledger of a known format to read, or the passphrase does not open its key */
export async function verifyLedger({
  folder,
  disk,
  passphrase,
  markFolder,
  witnesses = [],
}: {
  readonly folder: string;
  readonly disk: Disk;
  /** Of a sealed private key, to check with it what is not signed yet; not given, that is not checked. */
  readonly passphrase?: string | undefined;
  /** Where the marks are that the policy has elsewhere. */
  readonly markFolder?: string | undefined;
  /** Whose cosignatures the reader knows. */
  readonly witnesses?: readonly WitnessKey[];
}): Promise<LedgerVerification> {
  try {
    const policy = await loadPolicy(disk, folder);
    if (policy === undefined) return badPolicy();
    return await verifyAll(disk, folder, readingMarksIn(folder, policy, markFolder), passphrase, witnesses);
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
    rootKey: undefined,
    untrusted: [],
    remarks: [],
    signatures: 0,
    timeStamps: { count: 0, newest: undefined },
    witnesses: [],
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
  witnesses: readonly WitnessKey[],
): Promise<LedgerVerification> {
  const signatures = new SignatureCheck();
  const kept = new KeptFiles();
  const names = new NameCheck();
  const times = new TimeOrder();
  const anchors = new AnchorCheck(await listAnchors(disk, folder), policy);
  const cosigned = new CosignedCheck(await listCosigned(disk, folder), policy, witnesses);
  const onRecord: InspectOptions["onRecord"] = (record, chain) => {
    signatures.look(record);
    kept.look(record);
    names.look(record);
    times.look(record);
    anchors.look(chain);
    cosigned.look(chain);
  };
  const key = await privateKey(disk, folder, policy, passphrase);
  const secret = key.state === "open" ? key.key : undefined;
  const found = await inspectLedger({ disk, folder, policy, from: "first", live: true, secret, onRecord });
  const { records, root } = found.proven;
  const readable = found.verdict === "CLEAN" || found.verdict === "TORN_TAIL";
  const moved = readable ? await movedSignature(disk, folder, signatures) : undefined;
  const stamped = readable ? (anchors.problem(records) ?? cosigned.problem(records)) : undefined;
  const beside = found.firstBad === undefined ? await badFileBeside(disk, folder, key, kept) : undefined;
  const badFile: BadFile | undefined = stamped ? { file: stamped.file, reason: stamped.reason } : beside;
  const further = moved ?? (badFile && { sequence: records, offset: 0, ...badFile });
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
    witnesses: readable && stamped === undefined ? cosigned.statements : [],
    otherSignatures: [...new Set([...(newest?.otherSignatures ?? []), ...cosigned.others])],
    rootKey: policy.keys.root?.text,
    untrusted: policy.keys.untrusted,
    remarks: [
      ...(key.state === "closed" && key.remark !== undefined ? [key.remark] : []),
      ...(times.remark === undefined ? [] : [times.remark]),
      ...(readable ? await names.remarks(disk, folder) : []),
    ],
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

interface BadFile {
  readonly file: string;
  readonly reason: string;
  /** Of the record that speaks of it. */
  readonly sequence?: bigint;
}

/** The private key, where it is there and this reader may see it; and what crashes left aside. */
async function badFileBeside(
  disk: Disk,
  folder: string,
  key: KeyFound,
  kept: KeptFiles,
): Promise<BadFile | undefined> {
  if (key.state === "other") {
    return { file: key.file, reason: "file is not the private key that ledger.policy names" };
  }
  const files = await disk.list(folder);
  const missing = kept.firstMissing(files);
  if (missing) return missing;
  for (const file of files) {
    if ((await tornFits(file, () => disk.readFile(join(folder, file)))) === false) {
      return { file, reason: "the bytes set aside after a crash have changed" };
    }
  }
  return undefined;
}

/**
 * The key in use. "closed": an inspector need not be allowed to read it, nor be given its passphrase. "other":
 * the file holds something else.
 */
type KeyFound =
  | { readonly state: "open"; readonly key: SigningKey }
  | { readonly state: "closed"; readonly remark: string | undefined }
  | { readonly state: "other"; readonly file: string };

async function privateKey(
  disk: Disk,
  folder: string,
  policy: LedgerPolicy,
  passphrase: string | undefined,
): Promise<KeyFound> {
  const name = keyFile(policy.keys.epoch);
  let file: Uint8Array;
  try {
    file = await disk.readFile(join(folder, name));
  } catch {
    return { state: "closed", remark: undefined };
  }
  if (isSealedKey(file) && passphrase === undefined) {
    return { state: "closed", remark: `${name} is sealed, and without its passphrase it was not checked` };
  }
  try {
    const key = openKeyFile(policy.key.origin, file, passphrase);
    return key.verifier.text === policy.key.text ? { state: "open", key } : { state: "other", file: name };
  } catch (error) {
    // Not a key any more, whatever the reason; but a wrong passphrase says nothing of the file.
    if (!(error instanceof PassphraseError)) return { state: "other", file: name };
    const what = `the passphrase in ${PASSPHRASE_VARIABLE} does not open ${name}: it is another one, or that file has changed`;
    const advice = `give the right one, or unset ${PASSPHRASE_VARIABLE} to verify without the private key, which the verdict does not need`;
    throw new LedgerOpenError(
      "passphrase",
      folder,
      `ledger ${folder} is not verified: ${what}; ${advice}`,
      error,
    );
  }
}
