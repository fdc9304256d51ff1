/**
 * What a witness is shown: a ledger's folder, or an export of one, which holds no record that was not asked for.
 * Both bring the policy, and so every key that has signed since the one that the witness was told.
 */
import { join } from "node:path";
import { openedBy } from "../anchor-check.ts";
import { fromBase64, fromUtf8 } from "../bytes.ts";
import type { LedgerCheckpoint } from "../ledger.ts";
import { asOpenError, LedgerOpenError } from "../open-error.ts";
import { POLICY_FILE, readPolicy } from "../policy.ts";
import { type LedgerPlace, proveGrowth, type SignedState, signedState } from "../prove-growth.ts";

/** In every export. */
const CHECKPOINT_FILE = "checkpoint.txt";
const PROOFS_FILE = "consistency.json";

export interface Submission extends SignedState {
  /**
   * The consistency proof from the first `records`, not checked yet; undefined where none is brought.
   *
   * @param records no more than the checkpoint's
   */
  proofFrom(records: bigint): Promise<readonly Uint8Array[] | undefined>;
}

/** @throws LedgerOpenError when the folder is neither, or what it holds is not signed */
export async function readSubmission(place: LedgerPlace): Promise<Submission> {
  const { folder, disk } = place;
  try {
    const isExport = (await disk.stat(join(folder, CHECKPOINT_FILE))) !== undefined;
    if (isExport) return await exported(place);
    const state = await signedState(place);
    return { ...state, proofFrom: (since) => proveGrowth(place, since, state.checkpoint) };
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

async function exported({ folder, disk }: LedgerPlace): Promise<Submission> {
  const policy = readPolicy(await disk.readFile(join(folder, POLICY_FILE)));
  const note = fromUtf8(await disk.readFile(join(folder, CHECKPOINT_FILE)));
  const checkpoint = policy && openedBy(policy, note);
  if (policy === undefined || checkpoint === undefined) {
    throw badExport(folder, `${CHECKPOINT_FILE} is not signed by a key of its ${POLICY_FILE}`);
  }
  const proofs = proofsIn(fromUtf8(await disk.readFile(join(folder, PROOFS_FILE))), folder);
  return {
    policy,
    checkpoint,
    proofFrom: async (records) => ownProof(records, checkpoint) ?? proofs.get(records),
  };
}

/** From nothing and from itself the proof is empty. */
const ownProof = (records: bigint, checkpoint: LedgerCheckpoint): readonly Uint8Array[] | undefined =>
  records === 0n || records === checkpoint.records ? [] : undefined;

function proofsIn(text: string, folder: string): ReadonlyMap<bigint, readonly Uint8Array[]> {
  try {
    const entries = JSON.parse(text) as readonly { records: string; proof: readonly string[] }[];
    return new Map(entries.map(({ records, proof }) => [BigInt(records), proof.map(fromBase64)]));
  } catch (error) {
    throw badExport(folder, `${PROOFS_FILE} does not hold the proofs of an export`, error);
  }
}

function badExport(folder: string, what: string, cause?: unknown): LedgerOpenError {
  return new LedgerOpenError(
    "not-a-ledger",
    folder,
    `export ${folder} cannot be used: ${what}; make it again`,
    cause,
  );
}
