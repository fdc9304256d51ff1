/** Reading from the last record of some kind on: what is found, what it costs, and what damage matters. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LedgerRecord, readFromLast } from "./index.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, readAll, segmentPath, stopped } from "./testing/small-ledger.ts";

const SMALL = { segmentBytes: 4 * 4096 };
const WANTED = "wanted";
const isWanted = ({ event }: LedgerRecord) => event["reason"] === WANTED;

async function fromLast(disk: MemoryDisk): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of readFromLast({ folder: FOLDER, disk, isWanted })) records.push(record);
  return records;
}

/** Which segments are looked into. */
async function segmentsRead(disk: MemoryDisk): Promise<string[]> {
  const read = new Set<string>();
  disk.before = (operation, path) => {
    if (/open|readFile/.test(operation) && path.endsWith(".hlx")) read.add(path);
  };
  await fromLast(disk);
  disk.before = () => {};
  return [...read].sort();
}

/** One record in a batch; three or so in a segment. */
const ledgerWith = (reasons: readonly string[]) =>
  ledgerOf(
    reasons.map((reason) => [reason]),
    SMALL,
  );
const filler = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
const segments = (disk: MemoryDisk) => [...disk.files.keys()].filter((path) => path.endsWith(".hlx")).sort();

describe("reading from the last record that is wanted", () => {
  test("gives it and all after it, as a reading of the whole does; everything where none is wanted", async () => {
    const reasons = fc.array(fc.oneof({ weight: 8, arbitrary: fc.constant("x") }, fc.constant(WANTED)), {
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(reasons, async (given) => {
        const disk = await ledgerWith(given);
        const whole = await readAll(disk);
        const from = Math.max(whole.findLastIndex(isWanted), 0);
        expect(await fromLast(disk)).toEqual(whole.slice(from));
      }),
      { numRuns: 30 },
    );
  });

  test("reads the last segment alone where it holds one, however many there are", async () => {
    for (const length of [20, 60]) {
      const disk = await ledgerWith([...filler(length), WANTED]);
      expect(segments(disk).length).toBeGreaterThan(5);
      expect(await segmentsRead(disk)).toEqual(segments(disk).slice(-1));
    }
  });

  test("goes back no further than to the segment that holds it", async () => {
    const disk = await ledgerWith([...filler(20), WANTED, ...filler(12)]);
    const [record] = await fromLast(disk);
    const all = segments(disk);
    const at = all.findIndex((path) => path.endsWith(record?.file ?? ""));
    expect(at).toBeGreaterThan(1);
    expect(at).toBeLessThan(all.length - 1);
    expect(await segmentsRead(disk)).toEqual(all.slice(at));
  });

  test("reads of a long segment what was written since, and not what is before", async () => {
    const costs: number[] = [];
    for (const length of [100, 400]) {
      const reasons = [...filler(length), WANTED, ...filler(3)];
      const disk = await ledgerOf(reasons.map((reason) => [reason]));
      expect(segments(disk).length).toBe(1);
      let bytes = 0;
      const open = disk.open.bind(disk);
      disk.open = async (path, access) => {
        const file = await open(path, access);
        return {
          ...file,
          read: async (into, position) => {
            const read = await file.read(into, position);
            bytes += read;
            return read;
          },
        };
      };
      expect((await fromLast(disk)).length).toBe(4);
      costs.push(bytes);
    }
    expect(costs[1]).toBe(costs[0]);
  });

  test("a batch of a mebibyte, and records that no mark covers yet, are found as well", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    for (const reason of ["before", WANTED]) await ledger.append(stopped(reason));
    await Promise.all(["x", "y"].map((of) => ledger.append(stopped(of.repeat(500_000)))));
    await ledger.checkpoint();
    const marks = ["hwm.a", "hwm.b"].map(
      (file) => [`${FOLDER}/${file}`, disk.bytes(`${FOLDER}/${file}`).slice()] as const,
    );
    await ledger.append(stopped("last"));
    await ledger.close();
    for (const [path, bytes] of marks) disk.files.set(path, bytes);
    expect((await fromLast(disk)).map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n]);
    const short = disk.copy();
    const bytes = short.bytes(segmentPath(0));
    bytes[3 * 4096 + 600_000] = (bytes[3 * 4096 + 600_000] ?? 0) ^ 1;
    await expect(fromLast(short)).rejects.toThrow(/no whole batch ends at byte \d+, before record 4/);
  });

  test("damage before it, or a segment lost there, does not matter; after it, it does", async () => {
    const disk = await ledgerWith([...filler(20), WANTED, ...filler(12)]);
    const whole = await fromLast(disk);
    const flipped = (number: number) => {
      const damaged = disk.copy();
      const bytes = damaged.bytes(segmentPath(number));
      bytes[4096 + 200] = (bytes[4096 + 200] ?? 0) ^ 1;
      return damaged;
    };
    const without = (number: number) => {
      const damaged = disk.copy();
      damaged.files.delete(segmentPath(number));
      return damaged;
    };
    await expect(readAll(flipped(1))).rejects.toThrow("seg-0000-00000001.hlx");
    expect(await fromLast(flipped(1))).toEqual(whole);
    expect(await fromLast(without(1))).toEqual(whole);
    const last = segments(disk).length - 1;
    await expect(fromLast(flipped(last - 1))).rejects.toThrow(`seg-0000-0000000${last - 1}.hlx`);
    await expect(fromLast(without(last - 1))).rejects.toThrow(`segment ${last - 1} is missing`);
  });

  test("a lost segment is missed where nothing wanted is found after it", async () => {
    const disk = await ledgerWith(filler(20));
    disk.files.delete(segmentPath(1));
    await expect(fromLast(disk)).rejects.toThrow("segment 1 is missing");
    const first = await ledgerWith(filler(20));
    first.files.delete(segmentPath(0));
    await expect(fromLast(first)).rejects.toThrow("segment 0 is missing");
  });
});
