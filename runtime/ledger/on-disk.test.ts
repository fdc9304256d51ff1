/** On the system's own disk: two writers, modes, and a process that is killed while it writes. */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform, startProcess } from "@helix/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HandedOver, openLedger, readLedger, verifyLedger } from "./index.ts";

const platform = createSystemPlatform("on-disk");
const { disk } = platform;
let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "helix-ledger-"));
  folder = join(home, "ledger");
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe("ledger on the system's disk", () => {
  test("only its owner may look into it", async () => {
    await (await openLedger({ folder, ...platform })).close();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await disk.list(folder)) {
      expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  test("the emergency log has room for 16 MiB of safety records before any is needed", async () => {
    const emergency = { folder: join(home, "emergency") };
    await (await openLedger({ folder, ...platform, emergency })).close();
    const { size } = await stat(join(emergency.folder, "seg-0000-00000000.hlx"));
    expect(size).toBe(16 * 1024 * 1024);
    expect(await verifyLedger({ ...emergency, disk })).toMatchObject({ verdict: "CLEAN", records: 0n });
  });

  test("a second writer is told which process has it; the first one goes on", async () => {
    const ledger = await openLedger({ folder, ...platform });
    await expect(openLedger({ folder, ...platform })).rejects.toThrow(
      `ledger ${folder} is in use by process ${process.pid}`,
    );
    await ledger.append({ type: "RUNTIME_STOPPED", reason: "fine" });
    await ledger.close();
    await (await openLedger({ folder, ...platform })).close();
    expect(await verifyLedger({ folder, disk })).toMatchObject({ verdict: "CLEAN", records: 1n });
  });

  test("all three classes from many callers, more than the shared memory holds: in order, none lost", async () => {
    const ledger = await openLedger({ folder, ...platform, segmentBytes: 4 * 1024 * 1024 });
    const receipts = [];
    for (let i = 0; i < 3000; i++) {
      const event = { type: "RUNTIME_STOPPED" as const, reason: `${i} ${"x".repeat((i * 41) % 5000)}` };
      if (i % 3 === 0) ledger.enqueue(event);
      else receipts.push(ledger.append(event, { durability: i % 100 === 1 ? "A" : "B" }));
      if (i === 1500) expect((await ledger.checkpoint()).records).toBe(1501n);
    }
    const sequences = (await Promise.all(receipts)).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual([...Array(3000).keys()].filter((i) => i % 3 !== 0));
    await ledger.close();
    const hashes = new Map<bigint, string>();
    for await (const { sequence, recordHash } of readLedger({ folder, disk }))
      hashes.set(sequence, recordHash);
    for (const receipt of receipts)
      expect(hashes.get((await receipt).sequence)).toBe((await receipt).recordHash);
    expect(await verifyLedger({ folder, disk })).toMatchObject({ verdict: "CLEAN", records: 3000n });
  });

  test("who watches is told of each record as reading tells it, many more than the shared memory holds", async () => {
    const ledger = await openLedger({ folder, ...platform });
    const told: HandedOver[] = [];
    ledger.watch?.((record) => told.push(record));
    for (let i = 0; i < 3000; i++) {
      const event = { type: "RUNTIME_STOPPED" as const, reason: `${i} ${"x".repeat((i * 41) % 5000)}` };
      if (i % 3 === 0) ledger.enqueue(event);
      else void ledger.append(event, { durability: i % 100 === 1 ? "A" : "B" });
      if (i % 500 === 0) await ledger.checkpoint();
    }
    await ledger.close();
    const read: HandedOver[] = [];
    for await (const { sequence, utcNs, bootId, event } of readLedger({ folder, disk }))
      read.push({ sequence, utcNs, bootId, event: event as never });
    expect(told.length).toBe(3000);
    expect(told).toEqual(read);
  });

  test("class A is acknowledged only under a checkpoint on disk", async () => {
    const ledger = await openLedger({ folder, ...platform });
    for (let i = 0; i < 5; i++) {
      const { sequence } = await ledger.append(
        { type: "RUNTIME_STOPPED", reason: "signed" },
        { durability: "A" },
      );
      expect((await verifyLedger({ folder, disk })).checkpointRecords).toBe(sequence + 1n);
    }
    await ledger.close();
    await expect(ledger.append({ type: "RUNTIME_STOPPED", reason: "late" })).rejects.toThrow("is closed");
  });

  test("killed under load again and again: every acknowledged record is there", {
    timeout: 60_000,
  }, async () => {
    const acknowledged = new Map<bigint, string>();
    for (let round = 0; round < 3; round++) {
      const child = startProcess<never, { acknowledged: bigint; hash: string }>(
        join(import.meta.dirname, "testing/appending-child.ts"),
        { args: [folder] },
      );
      const enough = acknowledged.size + 300;
      await new Promise<void>((resolve, reject) => {
        child.onMessage(({ acknowledged: sequence, hash }) => {
          acknowledged.set(sequence, hash);
          if (acknowledged.size === enough) resolve();
        });
        void child.exited.then(({ stderrTail }) => reject(new Error(`child ended early: ${stderrTail}`)));
      });
      // Beside a live writer, then after its death.
      expect((await verifyLedger({ folder, disk })).verdict).toBe("CLEAN");
      await expect(openLedger({ folder, ...platform })).rejects.toThrow(`in use by process ${child.pid}`);
      child.kill("SIGKILL");
      await child.exited;
      expect((await verifyLedger({ folder, disk })).verdict).toMatch(/CLEAN|TORN_TAIL/);
    }
    const ledger = await openLedger({ folder, ...platform });
    await ledger.close();
    const hashes = new Map<bigint, string>();
    for await (const { sequence, recordHash } of readLedger({ folder, disk }))
      hashes.set(sequence, recordHash);
    expect(acknowledged.size).toBeGreaterThanOrEqual(900);
    for (const [sequence, hash] of acknowledged) expect(hashes.get(sequence)).toBe(hash);
    expect((await verifyLedger({ folder, disk })).verdict).toBe("CLEAN");
  });
});
