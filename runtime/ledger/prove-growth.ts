/**
 * That a ledger has only grown since an earlier checkpoint: its newest one and the consistency proof between
 * the two (RFC 6962 section 2.1.2), for a witness and for whoever kept the earlier one.
 */
import type { Disk } from "@helix/platform";
import { toBase64, toHex } from "./bytes.ts";
import { loadPolicy } from "./folder.ts";
import { newestCheckpoint, readMarks } from "./high-water-mark.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import { readingMarksIn } from "./mark-folder.ts";
import { asOpenError, damaged, LedgerOpenError } from "./open-error.ts";
import { type LedgerPolicy, POLICY_FILE } from "./policy.ts";
import { ProofTree } from "./proofs.ts";
import { readStored } from "./read.ts";
import { placeOf } from "./record-codec.ts";

const MARK_ATTEMPTS = 20;

/** Where a ledger is. */
export interface LedgerPlace {
  readonly folder: string;
  readonly disk: Disk;
  /** Where its marks are, if not where the policy says. */
  readonly markFolder?: string | undefined;
}

/** What a ledger says of itself: its keys, and its newest checkpoint. */
export interface SignedState {
  readonly policy: LedgerPolicy;
  readonly checkpoint: LedgerCheckpoint;
}

/** What a C2SP witness is sent, and the checkpoint in it. */
export interface WitnessRequest {
  readonly text: string;
  readonly checkpoint: LedgerCheckpoint;
}

/**
 * A request of c2sp.org/tlog-witness, add-checkpoint.
 *
 * @param since how many records of this ledger it has cosigned; 0 for none
 * @throws LedgerOpenError, also where the ledger has fewer
 */
export async function witnessRequest(place: LedgerPlace, since: bigint): Promise<WitnessRequest> {
  try {
    const { checkpoint } = await signedState(place);
    if (since > checkpoint.records) throw tooFew(place.folder, since, checkpoint);
    const proof = await proveGrowth(place, since, checkpoint);
    const lines = [`old ${since}`, ...proof.map(toBase64)];
    return { text: `${lines.join("\n")}\n\n${checkpoint.note}`, checkpoint };
  } catch (error) {
    throw asOpenError(error, place.folder);
  }
}

/** @throws LedgerOpenError where nothing that can be trusted says so */
export async function signedState({ folder, disk, markFolder }: LedgerPlace): Promise<SignedState> {
  const stated = await loadPolicy(disk, folder);
  if (stated === undefined) throw damaged(folder, `${POLICY_FILE} is not signed by the key it names`);
  const policy = readingMarksIn(folder, stated, markFolder);
  const checkpoint = newestCheckpoint(await readMarks(disk, folder, policy, MARK_ATTEMPTS));
  if (checkpoint === undefined) throw damaged(folder, "neither mark holds a signed checkpoint");
  return { policy, checkpoint };
}

/**
 * From the first `since` records to all of the checkpoint's; of none, and of all, it is empty.
 *
 * @param since no more than the checkpoint's
 * @throws LedgerOpenError where the records are not the checkpoint's
 */
export async function proveGrowth(
  { folder, disk }: LedgerPlace,
  since: bigint,
  checkpoint: LedgerCheckpoint,
): Promise<readonly Uint8Array[]> {
  const tree = new ProofTree();
  for await (const { bytes } of readStored({ folder, disk })) {
    if (placeOf(bytes).sequence >= checkpoint.records) break;
    tree.add(bytes);
  }
  const size = Number(checkpoint.records);
  if (tree.size === size && toHex(tree.root(size)) === checkpoint.root) {
    return tree.consistency(Number(since), size);
  }
  throw damaged(folder, "records are not those that the newest checkpoint was signed for");
}

/** As proofs take it. */
export const treeHead = ({ records, root }: Pick<LedgerCheckpoint, "records" | "root">) => ({
  size: Number(records),
  root: Uint8Array.from(Buffer.from(root, "hex")),
});

function tooFew(folder: string, since: bigint, { records }: LedgerCheckpoint): LedgerOpenError {
  const message =
    `ledger ${folder} has ${records} records under its newest checkpoint, fewer than ${since}; if it had more, ` +
    "look for a newer copy";
  return new LedgerOpenError("no-such-record", folder, message);
}
