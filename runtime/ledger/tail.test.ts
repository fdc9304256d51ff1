/** Following a ledger that somebody else is writing. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSeededRandom, createSystemPlatform, startProcess } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { followLedger, type LedgerRecord, rotateKey } from "./index.ts";
import type { MemoryDisk } from "./testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, segmentPath, steppedClock, stopped } from "./testing/small-ledger.ts";

/** Collects until told to stop. */
function follow(disk: MemoryDisk, from = 0n) {
  const stop = new AbortController();
  const seen: LedgerRecord[] = [];
  // Gives way to the writer at every look instead of waiting.
  const clock = {
    ...steppedClock().clock,
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const done = (async () => {
    for await (const record of followLedger({ folder: FOLDER, disk, clock, from, signal: stop.signal }))
      seen.push(record);
  })();
  return { seen, done, stop: () => stop.abort() };
}

describe("following a ledger", () => {
  test("each record once, in order, across segments and a key rotation", async () => {
    const disk = await ledgerOf([["a"], ["b", "c"]], { segmentBytes: 4 * 4096 });
    const follower = follow(disk, 1n);
    await expect.poll(() => follower.seen.length).toBe(2);
    let ledger = await open(disk, { segmentBytes: 4 * 4096 });
    for (let i = 0; i < 20; i++) await ledger.append(stopped(`${i}`));
    await ledger.close();
    await rotateKey({
      folder: FOLDER,
      disk,
      clock: steppedClock().clock,
      random: createSeededRandom("next"),
    });
    ledger = await open(disk);
    await ledger.append(stopped("under the new key"));
    await expect.poll(() => follower.seen.length).toBe(24);
    await ledger.close();
    follower.stop();
    await follower.done;
    expect(follower.seen.map(({ sequence }) => Number(sequence))).toEqual(
      [...Array(24).keys()].map((i) => i + 1),
    );
    expect(follower.seen.at(-1)?.event).toEqual(stopped("under the new key"));
  });

  test("a batch that is being written is waited for; torn bytes are passed over with the writer", async () => {
    const disk = await ledgerOf([["a"]]);
    const path = segmentPath(0);
    const before = disk.bytes(path).slice();
    const ledger = await open(disk);
    await ledger.append(stopped("b".repeat(9000)));
    await ledger.close();
    const after = disk.bytes(path).slice();
    disk.files.set(path, after.slice(0, before.length + 5000));
    const follower = follow(disk);
    await expect.poll(() => follower.seen.length).toBe(1);
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(follower.seen.length).toBe(1);
    disk.files.set(path, after);
    await expect.poll(() => follower.seen.length).toBe(2);
    follower.stop();
    await follower.done;
  });

  test("damage that stays is told", async () => {
    const disk = await ledgerOf([["a"], ["b"], ["c"]]);
    const bytes = disk.bytes(segmentPath(0));
    bytes[4096 + 300] = (bytes[4096 + 300] ?? 0) ^ 1;
    await expect(follow(disk).done).rejects.toThrow("damaged");
  });

  test("from another process, beside a writer under load", { timeout: 60_000 }, async () => {
    const home = await mkdtemp(join(tmpdir(), "helix-tail-"));
    const folder = join(home, "ledger");
    const platform = createSystemPlatform("tail");
    const child = startProcess<never, { acknowledged: bigint; hash: string }>(
      join(import.meta.dirname, "testing/appending-child.ts"),
      { args: [folder] },
    );
    try {
      const acknowledged = new Map<bigint, string>();
      await new Promise<void>((resolve, reject) => {
        child.onMessage((message) => {
          acknowledged.set(message.acknowledged, message.hash);
          resolve();
        });
        void child.exited.then(({ stderrTail }) => reject(new Error(`child ended early: ${stderrTail}`)));
      });
      const stop = new AbortController();
      let expected = 0n;
      for await (const record of followLedger({ folder, ...platform, signal: stop.signal })) {
        expect(record.sequence).toBe(expected);
        expected += 1n;
        const hash = acknowledged.get(record.sequence);
        if (hash !== undefined) expect(record.recordHash).toBe(hash);
        if (expected === 2000n) stop.abort();
      }
      expect(expected).toBe(2000n);
    } finally {
      child.kill("SIGKILL");
      await child.exited;
      await rm(home, { recursive: true, force: true });
    }
  });
});
