/** The attacks of attacks.test.ts in full: cuts and sector subsets of a small ledger's last batches. */
import { describe, expect, test } from "vitest";
import { concat, SECTOR_BYTES, withoutZeroTail } from "./bytes.ts";
import { LedgerOpenError } from "./index.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { ledgerOf, open, readAll, segmentPath, stopped, verify } from "./testing/small-ledger.ts";

describe("the last batches", () => {
  /** Copies of an open ledger before and after each of three batches of one to five sectors. */
  async function stages() {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await Promise.all(["a", "b", "c"].map((reason) => ledger.append(stopped(reason))));
    const copies = [disk.copy()];
    for (const size of [10, 6000, 17_000]) {
      await ledger.append(stopped("x".repeat(size)));
      copies.push(disk.copy());
    }
    await ledger.close();
    return copies;
  }

  async function survives(before: MemoryDisk, tail: Uint8Array, acknowledged: bigint): Promise<string> {
    const disk = before.copy();
    const path = segmentPath(0);
    disk.files.set(path, concat(disk.bytes(path), tail));
    const found = await verify(disk);
    if (found.records < acknowledged || !/CLEAN|TORN_TAIL/.test(found.verdict)) {
      expect({ ...found, tail: tail.length }).toBe("no false alarm");
    }
    const ledger = await open(disk);
    await ledger.close();
    if ((await verify(disk)).verdict !== "CLEAN") expect(tail.length).toBe("clean after recovery");
    if (found.verdict === "TORN_TAIL") {
      const last = (await readAll(disk)).at(-1)?.event;
      expect(last).toMatchObject({ type: "RECOVERY", quarantinedBytes: withoutZeroTail(tail).length });
    }
    return found.verdict;
  }

  test("cut at a thousand places each, the rest gone, zero or rubbish: no false alarm, none lost", async () => {
    const copies = await stages();
    let images = 0;
    for (let i = 1; i < copies.length; i++) {
      const [before, after] = [copies[i - 1] as MemoryDisk, copies[i] as MemoryDisk];
      const from = before.bytes(segmentPath(0)).length;
      const batch = after.bytes(segmentPath(0)).slice(from);
      // Dense where something is said; of the padding every 64th byte.
      for (
        let cut = 0;
        cut < batch.length;
        cut += batch[cut] === 0 ? 64 : 1 + Math.floor(batch.length / 1000)
      ) {
        const zeros = batch.slice().fill(0, cut);
        const rubbish = batch.slice().fill(0xa5, cut);
        for (const tail of [batch.slice(0, cut), zeros, rubbish]) await survives(before, tail, BigInt(2 + i));
        images += 3;
      }
    }
    expect(images).toBeGreaterThan(1500);
  });

  test("every subset of their sectors", async () => {
    const copies = await stages();
    for (let i = 1; i < copies.length; i++) {
      const [before, after] = [copies[i - 1] as MemoryDisk, copies[i] as MemoryDisk];
      const batch = after.bytes(segmentPath(0)).slice(before.bytes(segmentPath(0)).length);
      const sectors = batch.length / SECTOR_BYTES;
      for (let subset = 0; subset < 2 ** sectors; subset++) {
        const tail = batch.slice();
        for (let n = 0; n < sectors; n++) {
          if ((subset & (1 << n)) === 0) tail.fill(0, n * SECTOR_BYTES, (n + 1) * SECTOR_BYTES);
        }
        await survives(before, tail, BigInt(2 + i));
      }
    }
  });

  test("cut off cleanly, at every sector of the last segment: ROLLBACK, and nothing is written", async () => {
    const clean = await ledgerOf(Array.from({ length: 12 }, (_, i) => [`${i}`]));
    const path = segmentPath(0);
    for (let sectors = 1; sectors < 13; sectors++) {
      const disk = clean.copy();
      disk.files.set(path, disk.bytes(path).slice(0, sectors * SECTOR_BYTES));
      expect(await verify(disk)).toMatchObject({ verdict: "ROLLBACK" });
      const before = disk.copy().files;
      await expect(open(disk)).rejects.toThrow(LedgerOpenError);
      expect(disk.files).toEqual(before);
    }
  });
});
