/** Damage of every kind to ledgers on a disk in memory: noticed, named, and no false alarm. */

import { isDeepStrictEqual } from "node:util";
import { createSeededRandom } from "@helix/platform";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { sealBatch } from "./batch-codec.ts";
import { concat, SECTOR_BYTES, withoutZeroTail } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { encodeEvent } from "./event-codec.ts";
import { loadPolicy } from "./folder.ts";
import { LedgerOpenError } from "./index.ts";
import { inspectLedger } from "./inspect.ts";
import { draftRecord } from "./record-codec.ts";
import { createSigningKey } from "./signing-key.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, readAll, segmentPath, stopped, verify } from "./testing/small-ledger.ts";

const LAST = segmentPath(1);
/** Files that a reader of the ledger has no use for. */
const HAS_NO_BYTES = /ledger\.lock/;

/** Two segments, batches of one and of several records, closed clean. */
const BATCHES = [["a"], ["b", "c", "d"], ["e"], ["f", "g"], ["h", "i", "j"]];
let clean: MemoryDisk;
beforeAll(async () => {
  clean = await ledgerOf(BATCHES, { segmentBytes: 4 * SECTOR_BYTES });
});

function damagedCopy(path: string, change: (bytes: Uint8Array) => Uint8Array, of = clean): MemoryDisk {
  const disk = of.copy();
  disk.files.set(path, change(disk.bytes(path)));
  return disk;
}

const draft = (reason: string) =>
  draftRecord({
    utcNs: 1n,
    monotonicNs: 1n,
    bootId: new Uint8Array(16),
    eventId: new Uint8Array(16),
    durability: "B",
    body: encodeEvent(stopped(reason)),
  });
const flip = (bit: number) => (bytes: Uint8Array) => {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes;
};
const cutTo = (length: number) => (bytes: Uint8Array) => bytes.slice(0, length);
const sector = (bytes: Uint8Array, i: number) => bytes.slice(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES);

/** The verdict, or why there is none. */
const outcome = (disk: MemoryDisk): Promise<string> =>
  verify(disk).then(
    ({ verdict }) => verdict,
    (error: LedgerOpenError) => error.problem,
  );

/** True when the writer opens it, or refuses with a reason and leaves every byte as it was. */
async function opensOrLeavesAlone(disk: MemoryDisk): Promise<boolean> {
  const before = disk.copy().files;
  try {
    await (await open(disk)).close();
    return true;
  } catch (error) {
    if (!(error instanceof LedgerOpenError)) throw error;
    return isDeepStrictEqual(disk.files, before);
  }
}

describe("one flipped bit", () => {
  test("anywhere in any file is noticed, with the file named", { timeout: 60_000 }, async () => {
    const paths = [...clean.files.keys()].filter((path) => !HAS_NO_BYTES.test(path));
    const places = fc
      .constantFrom(...paths)
      .chain((path) => fc.record({ path: fc.constant(path), bit: fc.nat(clean.bytes(path).length * 8 - 1) }));
    await fc.assert(
      fc.asyncProperty(places, async ({ path, bit }) => {
        const disk = damagedCopy(path, flip(bit));
        // A policy can be flipped into one of a newer format, which is refused by name.
        expect(await outcome(disk)).toMatch(/TORN_TAIL|CORRUPT|ROLLBACK|newer-format/);
        expect(await opensOrLeavesAlone(disk)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("in the bytes that carry meaning is noticed (every 13th)", { timeout: 60_000 }, async () => {
    for (const [path, bytes] of clean.files) {
      const meaningful = [...bytes.keys()].filter((at) => bytes[at] !== 0);
      for (let i = 0; i < meaningful.length; i += 13) {
        const at = meaningful[i] as number;
        const noticed = await outcome(damagedCopy(path, flip(at * 8 + (i % 8))));
        expect({ path, at, noticed }).toMatchObject({
          noticed: expect.stringMatching(/TORN_TAIL|CORRUPT|ROLLBACK|newer-format/),
        });
      }
    }
  });

  test("in a record is put down to that record", async () => {
    for (const record of await readAll(clean)) {
      // 8 into the event: past its type's length, so that the record itself keeps its form.
      const disk = damagedCopy(`${FOLDER}/${record.file}`, flip((record.offset + 104 + 8) * 8));
      const { firstBad } = await verify(disk);
      expect(firstBad).toMatchObject({
        sequence: record.sequence,
        offset: record.offset,
        file: record.file,
      });
    }
  });
});

describe.each([4096, 512] as const)(
  "a crash in the last write, batches padded to %i bytes",
  (sectorBytes) => {
    let before: MemoryDisk;
    let after: MemoryDisk;
    const acknowledged = ["a", "b", "c", "d"];
    beforeAll(async () => {
      const disk = new MemoryDisk();
      const ledger = await open(disk, { sectorBytes });
      await Promise.all(["a", "b", "c"].map((reason) => ledger.append(stopped(reason))));
      await ledger.append(stopped("d"));
      before = disk.copy();
      await ledger.append(stopped("torn ".repeat(2000)));
      after = disk.copy();
      await ledger.close();
    });

    const written = () => after.bytes(segmentPath(0));
    const acknowledgedLength = () => before.bytes(segmentPath(0)).length;

    /** Whatever stands there instead of the last batch. */
    async function survives(tail: Uint8Array, mayBeWhole: boolean): Promise<void> {
      const disk = before.copy();
      disk.files.set(segmentPath(0), concat(disk.bytes(segmentPath(0)), tail));
      const found = await verify(disk);
      expect(found.verdict).toMatch(mayBeWhole ? /CLEAN|TORN_TAIL/ : /TORN_TAIL/);
      expect(found.records).toBeGreaterThanOrEqual(4n);

      const ledger = await open(disk);
      await ledger.append(stopped("goes on"));
      await ledger.close();
      expect(await verify(disk)).toMatchObject({ verdict: "CLEAN" });
      const events = (await readAll(disk)).map(({ event }) => event);
      const reasons = events.filter(({ type }) => type === "RUNTIME_STOPPED").map(({ reason }) => reason);
      expect(reasons.slice(0, 4)).toEqual(acknowledged);
      expect(reasons.at(-1)).toBe("goes on");
      const recoveries = events.filter(({ type }) => type === "RECOVERY");
      const expected = {
        type: "RECOVERY",
        verdict: "TORN_TAIL",
        quarantinedBytes: withoutZeroTail(tail).length,
      };
      expect(recoveries).toMatchObject(found.verdict === "TORN_TAIL" ? [expected] : []);
    }

    test("cut at any byte: no false alarm, no acknowledged record lost", { timeout: 60_000 }, async () => {
      const last = written().slice(acknowledgedLength());
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: last.length - 1 }), (cut) => {
          return survives(last.slice(0, cut), false);
        }),
        { numRuns: 120 },
      );
    });

    test("any subset of its sectors written, the others zero or rubbish", async () => {
      const last = written().slice(acknowledgedLength());
      const sectors = last.length / sectorBytes;
      const random = createSeededRandom("sectors");
      const all = 2 ** sectors - 1;
      // Three sectors have few subsets, twenty have a million: a sample of those, with none and all but one of them.
      const subsets =
        all < 64
          ? Array.from({ length: all }, (_, i) => i)
          : [0, all - 1, ...Array.from({ length: 30 }, () => random.integer(1, all - 2))];
      for (const subset of subsets) {
        for (const filler of [0, 0xa5]) {
          const tail = last.slice();
          for (let i = 0; i < sectors; i++) {
            if ((subset & (1 << i)) === 0) tail.fill(filler, i * sectorBytes, (i + 1) * sectorBytes);
          }
          await survives(tail, filler === 0 && subset === 0);
        }
      }
    });

    test("is not what damage to a batch before the last one looks like, even where no mark covers it", async () => {
      // `after` is a copy of an open ledger: its marks count no record yet.
      for (const at of [SECTOR_BYTES + 40, SECTOR_BYTES + 200, SECTOR_BYTES + 500]) {
        const disk = damagedCopy(segmentPath(0), flip(at * 8), after);
        expect(await verify(disk)).toMatchObject({ verdict: "CORRUPT", checkpointRecords: 0n });
        await expect(open(disk)).rejects.toThrow("CORRUPT");
      }
    });

    test("a mark torn in its write is set aside, the other one still holds", async () => {
      for (const mark of ["hwm.a", "hwm.b"]) {
        const disk = damagedCopy(`${FOLDER}/${mark}`, (bytes) => bytes.fill(0, 20), after);
        expect(await verify(disk)).toMatchObject({ verdict: "TORN_TAIL", firstBad: { file: mark } });
        await (await open(disk)).close();
        expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 6n });
      }
    });

    test("the torn bytes are kept, and a change to them is noticed ever after", async () => {
      const disk = before.copy();
      const tail = written().slice(acknowledgedLength(), acknowledgedLength() + 5000);
      disk.files.set(segmentPath(0), concat(disk.bytes(segmentPath(0)), tail));
      await (await open(disk)).close();
      const [recovery] = (await readAll(disk, 4n)).map(({ event }) => event);
      const kept = `${FOLDER}/${String(recovery?.quarantineFile)}`;
      expect(disk.bytes(kept)).toEqual(withoutZeroTail(tail));
      for (const path of [kept, segmentPath(0)]) {
        const changed = damagedCopy(path, (bytes) => flip(bytes.length * 8 - 8000)(bytes), disk);
        expect(await verify(changed)).toMatchObject({ verdict: "CORRUPT" });
      }
      disk.files.delete(kept);
      expect(await verify(disk)).toMatchObject({
        verdict: "CORRUPT",
        firstBad: { sequence: 4n, reason: expect.stringContaining("are gone") },
      });
    });

    test("is told by the RECOVERY record: what was wrong, in which file and from which byte on", async () => {
      const disk = before.copy();
      const from = disk.bytes(segmentPath(0)).length;
      const tail = written().slice(from, from + 5000);
      disk.files.set(segmentPath(0), concat(disk.bytes(segmentPath(0)), tail));
      disk.bytes(`${FOLDER}/hwm.a`).fill(0, 20);
      const { firstBad } = await verify(disk);
      await (await open(disk)).close();
      expect((await readAll(disk, 4n)).map(({ event }) => event)).toMatchObject([
        { type: "RECOVERY", reason: firstBad?.reason, file: "seg-0000-00000000.hlx", offset: from },
        { type: "RECOVERY", reason: expect.stringContaining("checkpoint"), file: "hwm.a", offset: 0 },
      ]);
    });

    test("while creating: the next opening finishes it", async () => {
      const files = ["ledger.key", "hwm.a", "hwm.b", "seg-0000-00000000.hlx", "ledger.policy"];
      for (const failing of files) {
        const disk = new MemoryDisk();
        disk.before = (operation, path) => {
          if (operation === "writeFile" && path.endsWith(failing)) throw new Error("power cut");
        };
        await expect(open(disk)).rejects.toThrow("power cut");
        disk.before = () => {};
        const ledger = await open(disk);
        await ledger.append(stopped("first"));
        await ledger.close();
        expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 1n });
      }
    });
  },
);

describe("somebody with write access and without the key", () => {
  test("cuts records off the end", async () => {
    for (const sectors of [1, 2]) {
      const disk = damagedCopy(LAST, cutTo(sectors * SECTOR_BYTES));
      expect(await verify(disk)).toMatchObject({
        verdict: "ROLLBACK",
        firstBad: { file: "seg-0000-00000001.hlx" },
      });
      await expect(open(disk)).rejects.toThrow(/ROLLBACK at record \d+/);
    }
  });

  test("removes a segment", async () => {
    for (const path of [segmentPath(0), LAST]) {
      const disk = clean.copy();
      disk.files.delete(path);
      expect((await verify(disk)).verdict).toMatch(/CORRUPT|ROLLBACK/);
      await expect(open(disk)).rejects.toThrow(LedgerOpenError);
    }
  });

  test("removes, repeats or swaps batches", async () => {
    // Every batch of this ledger is one sector; sector 0 is the segment's header.
    const one = await ledgerOf([["a"], ["b"], ["c"], ["d"]]);
    const path = segmentPath(0);
    const pick = (...order: number[]) =>
      damagedCopy(path, (bytes) => concat(...order.map((i) => sector(bytes, i))), one);
    expect((await verify(pick(0, 1, 2, 3, 4))).verdict).toBe("CLEAN");
    for (const order of [
      [0, 1, 3, 4],
      [0, 2, 3, 4],
      [0, 1, 1, 2, 3, 4],
      [0, 1, 3, 2, 4],
      [0, 1, 2, 3, 4, 4],
      [0, 1, 2, 3, 4, 1],
    ]) {
      const disk = pick(...order);
      expect(await verify(disk)).toMatchObject({
        verdict: "CORRUPT",
        firstBad: { file: "seg-0000-00000000.hlx" },
      });
      await expect(open(disk)).rejects.toThrow("CORRUPT");
    }
  });

  test("mixes segments of two ledgers, or repeats one", async () => {
    const other = await ledgerOf([["a"], ["b", "c", "x"], ["e"], ["f", "g"]], {
      segmentBytes: 4 * SECTOR_BYTES,
      random: createSeededRandom(99),
    });
    for (const number of [0, 1]) {
      const path = segmentPath(number);
      expect((await verify(damagedCopy(path, () => other.bytes(path)))).verdict).toBe("CORRUPT");
    }
    const repeated = clean.copy();
    repeated.files.set(segmentPath(2), clean.bytes(LAST));
    expect((await verify(repeated)).verdict).toBe("CORRUPT");
  });

  test("forges the tail with another key", async () => {
    // Same seed of ids, another key: the hashes all fit, only the tag cannot.
    const policy = await loadPolicy(clean, FOLDER);
    if (policy === undefined) throw new Error("the clean ledger has a policy");
    const { chain } = await inspectLedger({ disk: clean, folder: FOLDER, policy, from: "last", live: false });
    const mallory = createSigningKey(policy.key.origin, createSeededRandom("mallory"));
    const forged = sealBatch([draft("never happened")], chain, mallory).bytes;
    const disk = damagedCopy(LAST, (bytes) => concat(bytes, forged));
    const found = {
      records: 10n,
      firstBad: { sequence: 10n, reason: expect.stringContaining("holder of this ledger's key") },
    };
    expect(await verify(disk)).toMatchObject({ verdict: "TORN_TAIL", ...found });
    const next = sealBatch([draft("nor did this")], chain, mallory).bytes;
    const two = damagedCopy(LAST, (bytes) => concat(bytes, next), disk);
    expect(await verify(two)).toMatchObject({ verdict: "CORRUPT", ...found });
    await expect(open(two)).rejects.toThrow("CORRUPT");
    // A single one is set aside like a torn write; the record tells of it, and it never becomes part of the ledger.
    const opened = disk.copy();
    await (await open(opened)).close();
    expect((await readAll(opened, 10n)).map(({ event }) => event)).toMatchObject([
      { type: "RECOVERY", quarantinedBytes: withoutZeroTail(forged).length },
    ]);
    // Who may not read the private key sees what is signed and what is not; the tail is not proven to him.
    disk.files.delete(`${FOLDER}/ledger.key`);
    expect(await verify(disk)).toMatchObject({
      verdict: "CLEAN",
      records: 11n,
      checkpointRecords: 10n,
      unsignedShownBy: "hashes",
    });
  });

  test("changes the tag of a batch: under a mark it shows to all, past it to the holder of the key", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await ledger.append(stopped("a"));
    const path = segmentPath(0);
    const unsigned = disk.copy();
    await ledger.close();
    expect(await verify(unsigned)).toMatchObject({ verdict: "CLEAN", unsignedShownBy: "key" });
    const tagAt = withoutZeroTail(disk.bytes(path)).length - 1;
    for (const [of, keyed] of [
      [disk, false],
      [unsigned, true],
    ] as const) {
      const changed = damagedCopy(path, flip(tagAt * 8), of);
      if (!keyed) changed.files.delete(`${FOLDER}/ledger.key`);
      expect((await verify(changed)).verdict).toMatch(/CORRUPT|TORN_TAIL/);
    }
  });

  test("writes history anew, hashes and all: with and without the key the old checkpoint gives it away", async () => {
    const owner = createSigningKey("helix/ledger", createSeededRandom(7));
    const mallory = createSigningKey("helix/ledger", createSeededRandom("mallory"));
    const original = await ledgerOf([["a"], ["b"]]);
    const policy = await loadPolicy(original, FOLDER);
    for (const key of [owner, mallory]) {
      const chain = Chain.start(policy?.ledgerId ?? new Uint8Array(0), 4096);
      const batches = ["A", "B"].map((reason) => sealBatch([draft(reason)], chain, key).bytes);
      const disk = damagedCopy(
        segmentPath(0),
        (bytes) => concat(bytes.slice(0, SECTOR_BYTES), ...batches),
        original,
      );
      expect(await verify(disk)).toMatchObject({ verdict: "CORRUPT" });
      await expect(open(disk)).rejects.toThrow("CORRUPT");
    }
  });

  test("signs everything anew with an own key: the key shown is not the one noted", async () => {
    const forged = await ledgerOf(BATCHES, { random: createSeededRandom("mallory") });
    expect((await verify(forged)).verifierKey).not.toBe((await verify(clean)).verifierKey);
  });

  test("swaps both marks for older ones: nothing is hidden, what follows is told to be without a signature", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await ledger.append(stopped("a"));
    const marks = ["hwm.a", "hwm.b"].map(
      (name) => [`${FOLDER}/${name}`, disk.bytes(`${FOLDER}/${name}`).slice()] as const,
    );
    await ledger.append(stopped("b"));
    await ledger.close();
    for (const [path, bytes] of marks) disk.files.set(path, bytes);
    expect(await verify(disk)).toMatchObject({
      verdict: "CLEAN",
      records: 2n,
      checkpointRecords: 0n,
      unsignedShownBy: "key",
    });
  });
});

describe("beside a live writer", () => {
  test("a batch that is just being written is not called damage", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await ledger.append(stopped("a"));
    const path = segmentPath(0);
    await ledger.append(stopped("b".repeat(9000)));
    const whole = disk.bytes(path).slice();
    for (const visible of [whole.length - 9000, whole.length - 4096, whole.length - 100]) {
      disk.files.set(path, whole.slice(0, visible));
      let reads = 0;
      disk.before = (operation, which) => {
        // The rest of the write lands after the verifier has read the file once.
        if (which === path && operation === "open" && reads++ === 0) disk.files.set(path, whole);
      };
      expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 2n });
      disk.before = () => {};
    }
    await ledger.close();
  });

  test("verify and read again and again under load: always clean, never shorter", {
    timeout: 60_000,
  }, async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk, { segmentBytes: 16 * SECTOR_BYTES });
    // Each write stays unsynced for a turn of the event loop, in which the verifier looks.
    disk.before = async (operation) => {
      if (operation === "datasync") await new Promise((resolve) => setImmediate(resolve));
    };
    let records = 0n;
    for (let round = 0; round < 40; round++) {
      const appended = Promise.all(
        Array.from({ length: 20 }, (_, i) => ledger.append(stopped(`${round} ${i}`))),
      );
      const found = await verify(disk);
      expect(found.verdict).toBe("CLEAN");
      expect(found.records).toBeGreaterThanOrEqual(records);
      records = found.records;
      await appended;
    }
    await ledger.close();
    expect((await readAll(disk)).length).toBe(800);
  });
});
