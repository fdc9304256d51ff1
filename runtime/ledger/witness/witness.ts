/**
 * A second site that cosigns another one's checkpoints (c2sp.org/tlog-witness): only what continues all that it has
 * cosigned before, so that a ledger which was cut back, or is shown differently to different people, finds no
 * signature. It knows each ledger by its origin and by a key that a person stated the first time.
 */
import { join } from "node:path";
import type { Clock } from "@helix/hal";
import { type Disk, LockHeldError } from "@helix/platform";
import { fromBase64, toHex } from "../bytes.ts";
import type { LedgerCheckpoint } from "../ledger.ts";
import { asOpenError, LedgerOpenError } from "../open-error.ts";
import type { LedgerPolicy } from "../policy.ts";
import { verifyConsistency } from "../proofs.ts";
import { treeHead } from "../prove-growth.ts";
import { noteLines } from "../signed-note.ts";
import type { SigningKey } from "../signing-key.ts";
import { cosign } from "./cosignature.ts";
import { keepRefused, type Remembered, recall, remember } from "./memory.ts";
import { readSubmission, type Submission } from "./submission.ts";
import { openWitness } from "./witness-key.ts";

const LOCK_FILE = "witness.lock";
const NS_PER_S = 1_000_000_000n;

export interface WitnessOptions {
  /** A ledger's, or an export's. */
  readonly folder: string;
  readonly disk: Disk;
  readonly markFolder?: string | undefined;
  /** The folder of the witness: its key, and what it has seen. */
  readonly witness: string;
  readonly passphrase?: string | undefined;
  /** Verifier key of the ledger, from where it was noted when the ledger was made; needed the first time. */
  readonly log?: string | undefined;
  readonly clock: Clock;
}

export interface Cosigned {
  readonly checkpoint: LedgerCheckpoint;
  /** The checkpoint's text with the ledger's signature and the witness's. */
  readonly note: string;
  /** Seconds since 1970 UTC. */
  readonly timeS: bigint;
  /** What it had cosigned of this ledger before; undefined the first time. */
  readonly before: bigint | undefined;
}

/** What is shown does not continue what was cosigned: the very thing that a witness is for. */
export class WitnessRefusal extends Error {
  override readonly name = "WitnessRefusal";
  readonly kind: "rollback" | "fork";

  constructor(kind: WitnessRefusal["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** @throws WitnessRefusal; LedgerOpenError where there is nothing that could be judged */
export async function cosignLedger(options: WitnessOptions): Promise<Cosigned> {
  const { disk, witness } = options;
  const key = await openWitness(disk, witness, options.passphrase);
  const submission = await readSubmission(options);
  try {
    // What was seen is compared and replaced by one at a time: two at once could go back behind each other.
    const lock = await disk.lock(join(witness, LOCK_FILE));
    try {
      return await cosignSubmission(submission, key, options);
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw asOpenError(error, witness);
    throw new LedgerOpenError(
      "in-use",
      witness,
      `${error.message}: the witness is at work; try again`,
      error,
    );
  }
}

async function cosignSubmission(
  submission: Submission,
  key: SigningKey,
  options: WitnessOptions,
): Promise<Cosigned> {
  const { disk, witness, clock } = options;
  const { policy, checkpoint } = submission;
  const { origin } = policy.key;
  const seen = await recall(disk, witness, origin);
  const log = knownLog(policy, seen, options);
  try {
    await checkContinues(submission, seen, options.folder);
  } catch (error) {
    if (error instanceof WitnessRefusal) await keepRefused(disk, witness, origin, checkpoint);
    throw error;
  }
  const text = noteLines(checkpoint.note)?.text ?? "";
  const timeS = clock.wallUtcNs() / NS_PER_S;
  const note = `${ownNote(checkpoint.note, origin)}${cosign(text, key, timeS)}`;
  await remember(disk, witness, origin, { log, note });
  return { checkpoint, note, timeS, before: seen?.records };
}

/**
 * The key that this witness knows the ledger by: one origin is one ledger, whatever else a folder says.
 *
 * @throws LedgerOpenError for another ledger, or one that nobody has vouched for
 */
function knownLog(
  { keys, key }: LedgerPolicy,
  seen: Remembered | undefined,
  { log: stated, folder, witness }: WitnessOptions,
): string {
  const log = seen?.log ?? stated;
  if (log === undefined) {
    const how = "give --log <its verifier key, as it was noted when the ledger was made>";
    const message = `${witness} knows no ledger ${key.origin}; to take up ${folder}, ${how}`;
    throw new LedgerOpenError("other-ledger", folder, message);
  }
  const isIts = [keys.first.text, keys.root?.text].includes(log);
  if (isIts && (stated === undefined || stated === log)) return log;
  const message = `${folder} is not the ledger that this witness knows as ${key.origin}: that one is of the key ${log}; each ledger needs an origin of its own`;
  throw new LedgerOpenError("other-ledger", folder, message);
}

/** @throws WitnessRefusal; LedgerOpenError where no proof was brought */
async function checkContinues(
  submission: Submission,
  seen: Remembered | undefined,
  folder: string,
): Promise<void> {
  if (seen === undefined) return;
  const { checkpoint } = submission;
  const { records, root } = checkpoint;
  if (records < seen.records) {
    const message = `ROLLBACK: the newest checkpoint of ${folder} counts ${records} records, and this witness has cosigned ${seen.records}; it was not cosigned`;
    throw new WitnessRefusal("rollback", message);
  }
  const proof = await submission.proofFrom(seen.records);
  if (proof === undefined) {
    const message = `${folder} has no proof from the ${seen.records} records that this witness has cosigned; make the export with --earlier <that cosigned checkpoint>`;
    throw new LedgerOpenError("no-such-record", folder, message);
  }
  const old = { size: Number(seen.records), root: fromBase64(seen.root) };
  if (verifyConsistency(old, treeHead(checkpoint), proof)) return;
  const message =
    `FORK: the ${records} records of ${folder} (root ${root}) do not continue the ${seen.records} that this witness has ` +
    `cosigned (root ${toHex(old.root)}); they were not cosigned: keep the folder, the ledger's key has signed two histories`;
  throw new WitnessRefusal("fork", message);
}

/** Of the ledger alone: what other keys may have signed beneath is not this witness's to pass on. */
function ownNote(note: string, origin: string): string {
  const end = note.indexOf("\n\n") + 2;
  const own = note
    .slice(end, -1)
    .split("\n")
    .filter((line) => line.startsWith(`\u2014 ${origin} `));
  return `${note.slice(0, end)}${own.join("\n")}\n`;
}
