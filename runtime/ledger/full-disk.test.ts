/**
 * A disk that fills while the ledger runs, in memory and for real: GMP records are refused with a line that
 * says so, safety records go to the emergency log, nothing acknowledged is lost, and with room again
 * everything is brought together.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSystemPlatform } from "@helix/platform";
import { expect, test } from "vitest";
import {
  type Ledger,
  LedgerUnavailableError,
  type OpenLedgerOptions,
  openLedger,
  readLedger,
  verifyLedger,
} from "./index.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { FOLDER, steppedClock, stopped } from "./testing/small-ledger.ts";

const PLENTY = 100_000;

/** Until the disk is full. @returns records acknowledged */
async function fill(ledger: Ledger): Promise<number> {
  for (let i = 0; i < PLENTY; i++) {
    try {
      await ledger.append(stopped(`GMP ${i}`));
    } catch (error) {
      expect(error).toBeInstanceOf(LedgerUnavailableError);
      expect((error as Error).message).toMatch(/takes no more records: .*ENOSPC.*; make room on the disk/);
      return i;
    }
  }
  throw new Error("the disk never ran full");
}

async function fillsAndRecovers(options: OpenLedgerOptions, makeRoom: () => void): Promise<void> {
  const { folder, disk } = options;
  const ledger = await openLedger(options);
  const acknowledged = await fill(ledger);
  expect(acknowledged).toBeGreaterThan(10);
  await expect(ledger.append(stopped("GMP, later"))).rejects.toThrow(/ENOSPC/);
  expect(() => ledger.enqueue(stopped("GMP, later"))).toThrow(/ENOSPC/);
  const receipt = await ledger.append(stopped("interlock"), { safety: true });
  // The first record there tells why.
  expect(receipt.sequence).toBe(1n);
  ledger.enqueue(stopped("alarm"), { safety: true });
  await ledger.close();
  expect(await verifyLedger({ folder, disk })).toMatchObject({
    verdict: expect.stringMatching(/CLEAN|TORN_TAIL/),
    records: BigInt(acknowledged),
  });

  makeRoom();
  const again = await openLedger(options);
  await again.append(stopped("goes on"));
  await again.close();
  expect((await verifyLedger({ folder, disk })).verdict).toBe("CLEAN");
  const types: string[] = [];
  for await (const { event } of readLedger({ folder, disk, from: BigInt(acknowledged) }))
    types.push(event.type);
  expect(types.filter((type) => type !== "RECOVERY")).toEqual([
    "EMERGENCY_RECORD",
    "EMERGENCY_RECORD",
    "DEVIATION",
    "EMERGENCY_MERGED",
    "RUNTIME_STOPPED",
  ]);
}

test("a disk in memory fills", async () => {
  const disk = new MemoryDisk();
  disk.capacity = 300_000;
  const { clock, random } = { ...createSystemPlatform("full-disk"), ...steppedClock() };
  const emergency = { folder: "/other/emergency", disk: new MemoryDisk() };
  await fillsAndRecovers({ folder: FOLDER, disk, clock, random, segmentBytes: 65_536, emergency }, () => {
    disk.capacity = Number.POSITIVE_INFINITY;
  });
});

const mountSmall = (at: string, size: string, more = "") =>
  spawnSync("mount", ["-t", "tmpfs", "-o", `${more}size=${size}`, "tmpfs", at]).status === 0;

function whyNoMount(): string | undefined {
  const home = mkdtempSync(join(tmpdir(), "helix-full-"));
  const mounted = mountSmall(home, "1m");
  spawnSync("umount", [home]);
  rmSync(home, { recursive: true, force: true });
  return mounted ? undefined : "needs root, to mount a small file system";
}

const reason = whyNoMount();
test.skipIf(reason !== undefined)(
  `a real file system fills, in the room made ahead too${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  { timeout: 120_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), "helix-full-"));
    const mount = join(home, "small");
    mkdirSync(mount);
    mountSmall(mount, "2m");
    try {
      const emergency = { folder: join(home, "emergency") };
      const options = { folder: join(mount, "ledger"), ...createSystemPlatform("full-disk"), emergency };
      await fillsAndRecovers({ ...options, segmentBytes: 256 * 1024 }, () => {
        expect(mountSmall(mount, "64m", "remount,")).toBe(true);
      });
    } finally {
      spawnSync("umount", ["-l", mount]);
      rmSync(home, { recursive: true, force: true });
    }
  },
);
