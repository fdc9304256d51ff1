/**
 * Has a witness anywhere cosign the newest checkpoint, over HTTP (c2sp.org/tlog-witness, add-checkpoint), and keeps its
 * cosignature beside the ledger. Only hashes leave the machine.
 */
import { HttpAnswerError, postHttp } from "@helix/platform";
import { openedBy } from "../anchor-check.ts";
import { fromUtf8, toUtf8 } from "../bytes.ts";
import type { LedgerCheckpoint } from "../ledger.ts";
import { type LedgerPlace, type SignedState, signedState, witnessRequest } from "../prove-growth.ts";
import { AnchorError, reasonOf } from "../time-stamp/request.ts";
import { CosignatureError, cosignedAt, type WitnessKey } from "./cosignature.ts";
import { type KeptCosignature, keepCosigned, listCosigned } from "./cosigned.ts";
import { WitnessRefusal } from "./witness.ts";

/** Sends an add-checkpoint request and gives back the answer's body. @throws HttpAnswerError where it is no */
export type PostToWitness = (request: Uint8Array) => Promise<Uint8Array>;

/**
 * @returns what was kept
 * @throws WitnessRefusal where the witness has seen another history; AnchorError where it answers otherwise than with
 *   its cosignature; LedgerOpenError
 */
export async function askWitness(
  place: LedgerPlace,
  witness: WitnessKey,
  post: PostToWitness,
): Promise<KeptCosignature> {
  const state = await signedState(place);
  const known = await cosignedBefore(place, state, witness);
  const first = await submit(place, known, post);
  // It knows another state than we remember: a cosignature may have been lost on its way.
  const answer = typeof first === "bigint" ? await submitAgain(place, first, post) : first;
  const { checkpoint, lines } = answer;
  const own = lines.split("\n").filter((line) => line.startsWith(`\u2014 ${witness.name} `));
  if (own.length === 0) {
    throw new AnchorError(
      `the witness answered without a signature of ${witness.name}, for ${state.policy.key.origin}`,
    );
  }
  return await keepCosigned(place, `${checkpoint.note}${own.join("\n")}\n`, witness);
}

/** @throws HttpAnswerError where it is no; AnchorError where nobody answers */
export async function postToWitness(
  url: string,
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await postHttp(url, request, { contentType: "text/plain; charset=utf-8", signal });
  } catch (error) {
    if (error instanceof HttpAnswerError) throw error;
    throw new AnchorError(`${url} does not answer: ${reasonOf(error)}`, { cause: error });
  }
}

/** How many records the largest checkpoint counts that this witness has cosigned, of those that are kept here. */
async function cosignedBefore(
  { disk, folder }: LedgerPlace,
  { policy, checkpoint }: SignedState,
  witness: WitnessKey,
): Promise<bigint> {
  let most = 0n;
  for (const { note } of await listCosigned(disk, folder)) {
    const records = openedBy(policy, note)?.records ?? 0n;
    // Of an older copy of the ledger; what the witness says of that, it says when it is asked.
    if (records > checkpoint.records) continue;
    if (records > most && isCosigned(note, witness)) most = records;
  }
  return most;
}

/** A file that was damaged since is none to begin from; `verify` says so. */
function isCosigned(note: string, witness: WitnessKey): boolean {
  try {
    return cosignedAt(note, witness) !== undefined;
  } catch (error) {
    if (error instanceof CosignatureError) return false;
    throw error;
  }
}

interface Cosignatures {
  readonly checkpoint: LedgerCheckpoint;
  readonly lines: string;
}

/** @returns how many records the witness has cosigned, where that is another number than `since` */
async function submit(
  place: LedgerPlace,
  since: bigint,
  post: PostToWitness,
): Promise<Cosignatures | bigint> {
  const { text, checkpoint } = await witnessRequest(place, since);
  try {
    return { checkpoint, lines: fromUtf8(await post(toUtf8(text))) };
  } catch (error) {
    if (!(error instanceof HttpAnswerError)) throw error;
    const seen = error.status === 409 ? /^(0|[1-9]\d*)\n$/.exec(fromUtf8(error.body))?.[1] : undefined;
    if (seen !== undefined && BigInt(seen) !== since) return BigInt(seen);
    throw refusal(error, checkpoint);
  }
}

async function submitAgain(place: LedgerPlace, seen: bigint, post: PostToWitness): Promise<Cosignatures> {
  const { records } = (await signedState(place)).checkpoint;
  if (seen > records) {
    const message = `ROLLBACK: the newest checkpoint of ${place.folder} counts ${records} records, and the witness has cosigned ${seen}; look for a newer copy`;
    throw new WitnessRefusal("rollback", message);
  }
  const answer = await submit(place, seen, post);
  if (typeof answer !== "bigint") return answer;
  throw new AnchorError(
    `the witness says that it has cosigned ${seen} records, and then ${answer}; try again`,
  );
}

/** What the statuses of add-checkpoint mean. */
function refusal(error: HttpAnswerError, { records, root }: LedgerCheckpoint): Error {
  if (error.status === 422 || error.status === 409) {
    const message = `FORK: the ${records} records (root ${root}) do not continue what the witness has cosigned; keep the folder, and ask the witness for its checkpoint`;
    return new WitnessRefusal("fork", message);
  }
  const why = {
    403: "it does not know this ledger's key",
    404: "it does not know this ledger's origin",
  }[error.status];
  return new AnchorError(`the witness did not cosign: ${why ?? error.message}`, { cause: error });
}
