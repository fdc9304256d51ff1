/**
 * One run of a ledger on a disk whose power is cut again and again, held against what it has
 * promised: a plain list of acknowledged records. The seed gives the load, the cuts and what the cuts leave.
 */
import type { Random } from "@helix/hal";
import { createSeededRandom } from "@helix/platform";
import {
  type Ledger,
  LedgerOpenError,
  LedgerUnavailableError,
  openLedger,
  readLedger,
  rotateKey,
  verifyLedger,
} from "../index.ts";
import { CrashDisk, PowerCut } from "./crash-disk.ts";
import { FOLDER, steppedClock, stopped } from "./small-ledger.ts";

const MAX_OPERATIONS = 60;

interface Model {
  /** Sequence to record hash, of what was acknowledged. */
  readonly acknowledged: Map<bigint, string>;
  /** Records that a checkpoint was given for. */
  checkpointed: bigint;
}

/** @returns how many times the power was cut @throws Error that names the seed when a promise was broken */
export async function runCrashPoints(seed: number, cuts: number): Promise<number> {
  const random = createSeededRandom(`crash-${seed}`);
  const model: Model = { acknowledged: new Map(), checkpointed: 0n };
  let disk = new CrashDisk();
  let happened = 0;
  try {
    for (let round = 0; round < cuts; round++) {
      disk.cutPowerAfter(random.integer(1, MAX_OPERATIONS));
      await live(disk, random.fork(`round-${round}`), model);
      if (disk.isOff) happened += 1;
      disk = disk.afterPowerCut(random.fork(`tear-${round}`));
      await check(disk, model);
    }
    const ledger = await open(disk, random.fork("last"));
    await ledger.append(stopped("goes on"));
    await ledger.close();
    const { verdict } = await verifyLedger({ folder: FOLDER, disk });
    if (verdict !== "CLEAN") throw new Error(`${verdict} after a clean close`);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
  return happened;
}

const open = (disk: CrashDisk, random: Random): Promise<Ledger> =>
  openLedger({
    folder: FOLDER,
    disk,
    random,
    clock: steppedClock().clock,
    segmentBytes: 6 * 4096,
    // Chosen when the ledger is made; the disk tears in pieces of 512 bytes.
    sectorBytes: random.fork("sector").uniform() < 0.5 ? 512 : 4096,
    preallocate: random.fork("room").uniform() < 0.5,
  });

/** Until the power is cut, or a while without. */
async function live(disk: CrashDisk, random: Random, model: Model): Promise<void> {
  try {
    const ledger = await open(disk, random);
    for (let turn = 0; turn < 12; turn++) await useOnce(ledger, random, model);
    await ledger.close();
    if (random.uniform() < 0.3) {
      await rotateKey({ folder: FOLDER, disk, random: random.fork("rotation"), clock: steppedClock().clock });
    }
  } catch (error) {
    if (!isPowerCut(error)) throw error;
  }
}

const isPowerCut = (error: unknown): boolean =>
  error instanceof PowerCut || (error instanceof LedgerUnavailableError && error.cause instanceof PowerCut);

async function useOnce(ledger: Ledger, random: Random, model: Model): Promise<void> {
  const appended = Array.from({ length: random.integer(1, 6) }, async (_, i) => {
    const event = stopped(`${i} ${"x".repeat(random.integer(0, 3000))}`);
    const durability = random.uniform() < 0.2 ? "A" : "B";
    const { sequence, recordHash } = await ledger.append(event, { durability });
    model.acknowledged.set(sequence, recordHash);
    if (durability === "A" && sequence >= model.checkpointed) model.checkpointed = sequence + 1n;
  });
  if (random.uniform() < 0.5) ledger.enqueue(stopped("nobody waits"));
  const outcomes = await Promise.allSettled(appended);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  if (random.uniform() < 0.3) {
    const { records } = await ledger.checkpoint();
    model.checkpointed = records;
  }
}

/** All that was promised is there, and what a cut leaves is never called damage. */
async function check(disk: CrashDisk, model: Model): Promise<void> {
  let found: Awaited<ReturnType<typeof verifyLedger>>;
  try {
    found = await verifyLedger({ folder: FOLDER, disk });
  } catch (error) {
    // Cut while it was being made: nothing was promised then.
    if (error instanceof LedgerOpenError && error.problem === "not-a-ledger" && model.acknowledged.size === 0)
      return;
    throw error;
  }
  if (found.verdict !== "CLEAN" && found.verdict !== "TORN_TAIL") {
    throw new Error(`false alarm: ${found.verdict}, ${found.firstBad?.file}: ${found.firstBad?.reason}`);
  }
  if (found.checkpointRecords < model.checkpointed) {
    throw new Error(
      `a checkpoint over ${model.checkpointed} was given, ${found.checkpointRecords} are covered`,
    );
  }
  const hashes = new Map<bigint, string>();
  for await (const { sequence, recordHash } of readLedger({ folder: FOLDER, disk }))
    hashes.set(sequence, recordHash);
  for (const [sequence, hash] of model.acknowledged) {
    if (hashes.get(sequence) !== hash) throw new Error(`acknowledged record ${sequence} is lost or another`);
  }
}
