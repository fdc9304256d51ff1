/** Cosigned checkpoints beside a ledger: `cosigned-<records>.txt`, a note with the ledger's signature and witnesses' lines. */
import { join } from "node:path";
import type { Disk } from "@helix/platform";
import { openedBy } from "../anchor-check.ts";
import { fromUtf8, toUtf8 } from "../bytes.ts";
import { OWNER_ONLY } from "../create.ts";
import type { LedgerCheckpoint } from "../ledger.ts";
import { asOpenError, LedgerOpenError } from "../open-error.ts";
import { verifyConsistency } from "../proofs.ts";
import { type LedgerPlace, proveGrowth, signedState, treeHead } from "../prove-growth.ts";
import { CosignatureError, cosignedAt, type WitnessKey } from "./cosignature.ts";

const NAME = /^cosigned-\d+\.txt$/;

export interface CosignedFile {
  readonly file: string;
  /** Signed note. */
  readonly note: string;
}

/** In the order of their names. */
export async function listCosigned(disk: Disk, folder: string): Promise<CosignedFile[]> {
  const files: CosignedFile[] = [];
  for (const file of (await disk.list(folder)).filter((name) => NAME.test(name)).toSorted()) {
    files.push({ file, note: fromUtf8(await disk.readFile(join(folder, file))) });
  }
  return files;
}

export interface KeptCosignature {
  readonly checkpoint: LedgerCheckpoint;
  /** In the ledger's folder. */
  readonly file: string;
  /** Seconds since 1970 UTC. */
  readonly timeS: bigint;
}

/**
 * Keeps a witness's signature beside the ledger, with those that are there of the same checkpoint.
 *
 * @throws LedgerOpenError when it is not this witness's, of a checkpoint of this ledger and of these records
 */
export async function keepCosigned(
  place: LedgerPlace,
  note: string,
  witness: WitnessKey,
): Promise<KeptCosignature> {
  const { folder, disk } = place;
  try {
    const { policy, checkpoint: newest } = await signedState(place);
    const checkpoint = openedBy(policy, note);
    if (checkpoint === undefined) {
      throw notKept(folder, `it is no checkpoint that a key of this ledger has signed`);
    }
    const timeS = timeIn(note, witness, folder);
    await checkOurs(place, checkpoint, newest);
    const file = `cosigned-${checkpoint.records}.txt`;
    const there = (await listCosigned(disk, folder)).find((one) => one.file === file);
    if (there !== undefined && textOf(there.note) !== textOf(note)) {
      throw notKept(folder, `${file} is there and says something else`);
    }
    const lines = [...new Set([...linesOf(there?.note ?? note), ...linesOf(note)])];
    await disk.writeFile(join(folder, file), toUtf8(`${textOf(note)}\n${lines.join("\n")}\n`), OWNER_ONLY);
    return { checkpoint, file, timeS };
  } catch (error) {
    throw asOpenError(error, folder);
  }
}

function timeIn(note: string, witness: WitnessKey, folder: string): bigint {
  try {
    const timeS = cosignedAt(note, witness);
    if (timeS !== undefined) return timeS;
  } catch (error) {
    if (!(error instanceof CosignatureError)) throw error;
    throw notKept(folder, error.message, error);
  }
  throw notKept(folder, `${witness.name} has not signed it with the key that was given`);
}

async function checkOurs(
  place: LedgerPlace,
  checkpoint: LedgerCheckpoint,
  newest: LedgerCheckpoint,
): Promise<void> {
  const { folder } = place;
  if (checkpoint.records > newest.records) {
    throw notKept(
      folder,
      `it counts ${checkpoint.records} records, and only ${newest.records} are here (ROLLBACK)`,
    );
  }
  const proof = await proveGrowth(place, checkpoint.records, newest);
  if (verifyConsistency(treeHead(checkpoint), treeHead(newest), proof)) return;
  throw notKept(folder, `the first ${checkpoint.records} records here are not those that it was signed for`);
}

const textOf = (note: string): string => note.slice(0, note.indexOf("\n\n") + 1);
const linesOf = (note: string): string[] => note.slice(note.indexOf("\n\n") + 2, -1).split("\n");

const notKept = (folder: string, why: string, cause?: unknown): LedgerOpenError =>
  new LedgerOpenError(
    "witness",
    folder,
    `the cosigned checkpoint was not kept beside ${folder}: ${why}; nothing was changed`,
    cause,
  );
