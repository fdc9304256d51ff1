import { createSeededRandom } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { toHex } from "./bytes.ts";
import type { HandedOver, LedgerEvent } from "./index.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
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

const GAP: LedgerEvent = {
  type: "TELEMETRY_GAP",
  instrument: "brx-07",
  channel: "ph",
  lastSequence: 2n ** 60n,
  nextSequence: 2n ** 60n + 5n,
  missing: 4n,
};

describe("ledger", () => {
  test("what was appended is read back in order, with the hash of its receipt", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    const receipts = await Promise.all([ledger.append(GAP), ledger.append(stopped("end of batch"))]);
    await ledger.close();
    const records = await readAll(disk);
    expect(records.map(({ event }) => event)).toEqual([GAP, stopped("end of batch")]);
    expect(records.map(({ sequence, recordHash }) => ({ sequence, recordHash }))).toEqual(receipts);
    expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(2);
    expect(records[0]?.eventId).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  test("goes on where it stopped when opened again", async () => {
    const disk = await ledgerOf([["a"], ["b", "c"]]);
    const ledger = await open(disk);
    const { sequence } = await ledger.append(stopped("d"));
    await ledger.close();
    expect(sequence).toBe(3n);
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 4n, checkpointRecords: 4n });
    const boots = (await readAll(disk)).map(({ bootId }) => bootId);
    expect(new Set(boots).size).toBe(2);
  });

  test("same seed, same clock, same bytes", async () => {
    const [one, two] = [await ledgerOf([["a"], ["b"]]), await ledgerOf([["a"], ["b"]])];
    expect([...one.files].map(([p, b]) => [p, toHex(b)])).toEqual(
      [...two.files].map(([p, b]) => [p, toHex(b)]),
    );
  });

  test("an event counts as it was when it was handed over", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    const event = { type: "RUNTIME_STOPPED" as const, reason: "first" };
    ledger.enqueue(event);
    event.reason = "changed afterwards";
    await ledger.close();
    expect((await readAll(disk))[0]?.event).toEqual(stopped("first"));
  });

  test("a checkpoint covers everything queued before it and is what the marks hold", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    for (let i = 0; i < 10; i++) ledger.enqueue(stopped(`${i}`));
    const checkpoint = await ledger.checkpoint();
    expect(checkpoint.records).toBe(10n);
    const found = await verify(disk);
    expect(found).toMatchObject({
      verdict: "CLEAN",
      records: 10n,
      root: checkpoint.root,
      checkpointRecords: 10n,
    });
    expect(checkpoint.note).toMatch(/^helix\/ledger\n10\n[A-Za-z0-9+/=]{44}\n\n— helix\/ledger \S+\n$/);
    await ledger.close();
  });

  test("signed as soon as nobody waits; on the medium after 256 records, and after a second", async () => {
    const disk = new MemoryDisk();
    const { clock, fireTimers } = steppedClock();
    const ledger = await open(disk, { clock });
    let markSyncs = 0;
    disk.before = (operation, path) => {
      if (operation === "datasync" && path.includes("hwm.")) markSyncs += 1;
    };
    await ledger.append(stopped("first"));
    await expect.poll(async () => (await verify(disk)).checkpointRecords).toBe(1n);
    expect([markSyncs, fireTimers()]).toEqual([0, 1]);
    await expect.poll(() => markSyncs).toBe(1);
    await Promise.all(Array.from({ length: 256 }, (_, i) => ledger.append(stopped(`${i}`))));
    await expect.poll(() => markSyncs).toBe(2);
    expect((await verify(disk)).checkpointRecords).toBe(257n);
    await ledger.close();
  });

  test("an acknowledgement of class B waits for no signature", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    const signing = Promise.withResolvers<void>();
    disk.before = (operation, path) =>
      operation === "write" && path.includes("hwm.") ? signing.promise : undefined;
    await ledger.append(stopped("acknowledged while the mark is held up"));
    expect(await verify(disk)).toMatchObject({ records: 1n, checkpointRecords: 0n });
    signing.resolve();
    await ledger.close();
  });

  test("class A is acknowledged after the mark is synced, B before; in one batch with it too", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    const order: string[] = [];
    disk.before = (operation, path) => {
      if (operation === "datasync") order.push(path.includes("hwm.") ? "mark" : "batch");
    };
    const b = ledger.append(stopped("b")).then(() => order.push("B"));
    const a = ledger.append(stopped("a"), { durability: "A" }).then(() => order.push("A"));
    await Promise.all([a, b]);
    expect(order.join()).toMatch(/^batch,B,mark,A$|^batch,mark,B,A$/);
    expect((await verify(disk)).checkpointRecords).toBe(2n);
    expect((await readAll(disk)).map(({ durability }) => durability)).toEqual(["B", "A"]);
    await ledger.close();
  });

  test("many callers share one datasync", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    let syncs = 0;
    disk.before = (operation) => {
      if (operation === "datasync") syncs += 1;
    };
    await Promise.all(Array.from({ length: 100 }, (_, i) => ledger.append(stopped(`${i}`))));
    expect(syncs).toBe(1);
    await ledger.close();
  });

  test("starts a new segment when one is full; verify and read go across", async () => {
    const batches = Array.from({ length: 9 }, (_, i) => [`${i}`]);
    const disk = await ledgerOf(batches, { segmentBytes: 4 * 4096 });
    expect(disk.files.has(segmentPath(2))).toBe(true);
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 9n });
    expect((await readAll(disk)).map(({ sequence }) => sequence)).toEqual([
      0n,
      1n,
      2n,
      3n,
      4n,
      5n,
      6n,
      7n,
      8n,
    ]);
    expect((await readAll(disk, 7n)).map(({ sequence }) => sequence)).toEqual([7n, 8n]);
    const ledger = await open(disk);
    expect((await ledger.append(stopped("more"))).sequence).toBe(9n);
    await ledger.close();
  });

  test("event types of a later version survive a read", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    const future = { type: "CENTRIFUGE_SPUN", rpm: 4200n, trace: Uint8Array.of(1, 2) };
    await ledger.append(future as never);
    await ledger.close();
    expect((await readAll(disk))[0]?.event).toEqual(future);
  });

  test("who watches is told of each record as reading tells it; a refused one is not told", async () => {
    const disk = new MemoryDisk();
    await (await open(disk)).close();
    const ledger = await open(disk);
    await ledger.append(stopped("before"));
    const told: HandedOver[] = [];
    ledger.watch?.((record) => told.push(record));
    for (let i = 0; i < 20; i++) {
      if (i % 2 === 0) ledger.enqueue(stopped(`${i}`));
      else await ledger.append(stopped(`${i}`), { durability: i % 3 === 0 ? "A" : "B" });
    }
    await ledger.close();
    expect(() => ledger.enqueue(stopped("late"))).toThrow("is closed");
    const read = (await readAll(disk, 1n)).map(({ sequence, utcNs, bootId, event }) => ({
      sequence,
      utcNs,
      bootId,
      event,
    }));
    expect(told).toEqual(read);
  });

  test("an event that cannot be written is refused alone", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await expect(ledger.append({ type: "RUNTIME_STOPPED", reason: () => 1 } as never)).rejects.toThrow(
      "unsupported type",
    );
    await expect(ledger.append(stopped("x".repeat(1024 * 1024)))).rejects.toThrow(RangeError);
    expect((await ledger.append(stopped("fine"))).sequence).toBe(0n);
    await ledger.close();
  });

  test("closed: every call says so, closing again is fine", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    ledger.enqueue(stopped("queued before"));
    const closing = ledger.close();
    await expect(ledger.append(stopped("late"))).rejects.toThrow("is closed");
    await closing;
    await ledger.close();
    expect(() => ledger.enqueue(stopped("late"))).toThrow("is closed");
    await expect(ledger.checkpoint()).rejects.toThrow("is closed");
    expect(ledger.failure?.message).toContain(FOLDER);
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 1n });
  });

  test("each seed makes its own key", async () => {
    const disk = new MemoryDisk();
    await (await open(disk, { random: createSeededRandom(8), origin: "helix/site-2/brx" })).close();
    const other = (await verify(disk)).verifierKey;
    expect(other).toMatch(/^helix\/site-2\/brx\+[0-9a-f]{8}\+/);
    expect(other).not.toBe((await verify(await ledgerOf([]))).verifierKey);
  });
});
