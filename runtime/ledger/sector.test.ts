/** What batches are padded to changes how much disk a ledger takes, and nothing else. */
import { createSeededRandom } from "@helix/platform";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SECTOR_BYTES } from "./bytes.ts";
import { followLedger, readFromLast, rotateKey } from "./index.ts";
import type { MemoryDisk } from "./testing/memory-disk.ts";
import {
  FOLDER,
  ledgerOf,
  open,
  readAll,
  segmentPath,
  steppedClock,
  stopped,
  verify,
} from "./testing/small-ledger.ts";

const SIZES = [512, 4096] as const;
const batches = fc.array(fc.array(fc.string({ maxLength: 1500 }), { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 6,
});

const recordHashes = async (disk: MemoryDisk) => (await readAll(disk)).map(({ recordHash }) => recordHash);

/** By every way of reading. */
async function sequences(disk: MemoryDisk, from: bigint) {
  const all = (await readAll(disk)).map(({ sequence }) => sequence);
  const backwards: bigint[] = [];
  const isWanted = ({ sequence }: { sequence: bigint }) => sequence === from;
  for await (const { sequence } of readFromLast({ folder: FOLDER, disk, isWanted })) backwards.push(sequence);
  const { signal } = new AbortController();
  const followed: bigint[] = [];
  for await (const { sequence } of followLedger({
    folder: FOLDER,
    disk,
    clock: steppedClock().clock,
    from: 0n,
    signal,
  })) {
    followed.push(sequence);
    if (followed.length === all.length) break;
  }
  return { all, backwards, followed };
}

test("any batches, either size: the same records, the same root, every batch on its sector", async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (given) => {
      const [small, large] = await Promise.all(SIZES.map((sectorBytes) => ledgerOf(given, { sectorBytes })));
      const [a, b] = await Promise.all([small, large].map((disk) => verify(disk as MemoryDisk)));
      expect(a).toMatchObject({ verdict: "CLEAN", records: BigInt(given.flat().length) });
      expect([a?.records, a?.checkpointRecords]).toEqual([b?.records, b?.checkpointRecords]);
      expect(await recordHashes(small as MemoryDisk)).toEqual(await recordHashes(large as MemoryDisk));
      expect(a?.root).toBe(b?.root);
      const lengths = [small, large].map((disk) => (disk as MemoryDisk).bytes(segmentPath(0)).length);
      expect([(lengths[0] ?? 0) % 512, (lengths[1] ?? 0) % 4096]).toEqual([0, 0]);
      expect(lengths[0]).toBeLessThanOrEqual(lengths[1] ?? 0);
    }),
    { numRuns: 40 },
  );
});

test("any batches at 512 bytes, over segments: read from the front, the back and the tail, opened again, key replaced", async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.nat(), async (given, pick) => {
      const options = { sectorBytes: 512, segmentBytes: SECTOR_BYTES + 8 * 512 } as const;
      const disk = await ledgerOf(given, options);
      // Not told again: the ledger keeps its own.
      const ledger = await open(disk, { segmentBytes: options.segmentBytes });
      await ledger.append(stopped("goes on"));
      await ledger.close();
      await rotateKey({
        folder: FOLDER,
        disk,
        clock: steppedClock().clock,
        random: createSeededRandom(pick),
      });
      const count = given.flat().length + 2;
      const from = BigInt(pick % count);
      const all = Array.from({ length: count }, (_, i) => BigInt(i));
      const backwards = all.slice(Number(from));
      expect(await sequences(disk, from)).toEqual({ all, backwards, followed: all });
      expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: BigInt(count) });
    }),
    { numRuns: 25 },
  );
});

test("one record a second takes an eighth of the disk", async () => {
  const [small, large] = await Promise.all(
    SIZES.map((sectorBytes) =>
      ledgerOf(
        Array.from({ length: 50 }, (_, i) => [`${i}`]),
        { sectorBytes },
      ),
    ),
  );
  const batchBytes = (disk?: MemoryDisk) => (disk?.bytes(segmentPath(0)).length ?? 0) - SECTOR_BYTES;
  expect(batchBytes(small)).toBe(50 * 512);
  expect(batchBytes(large)).toBe(50 * 4096);
});

test("a ledger keeps the size that it was made with", async () => {
  const disk = await ledgerOf([["a"]], { sectorBytes: 512 });
  const ledger = await open(disk, { sectorBytes: 4096 });
  await ledger.append(stopped("b"));
  await ledger.close();
  expect(disk.bytes(segmentPath(0)).length).toBe(SECTOR_BYTES + 2 * 512);
  expect((await verify(disk)).verdict).toBe("CLEAN");
});
