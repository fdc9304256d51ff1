/** Disks that fail and folders that are not what they should be. */

import { createSeededRandom } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { LedgerUnavailableError } from "./index.ts";
import { CrashDisk } from "./testing/crash-disk.ts";
import { MemoryDisk, systemError } from "./testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, readAll, stopped, verify } from "./testing/small-ledger.ts";

const failing = (disk: MemoryDisk, which: "write" | "datasync", code: string, file = "seg-") => {
  disk.before = (operation, path) => {
    if (operation === which && path.includes(file)) throw systemError(code, path);
  };
};

describe("a failing disk", () => {
  for (const [which, code] of [
    ["datasync", "EIO"],
    ["write", "ENOSPC"],
  ] as const) {
    test(`${which} fails with ${code}: every waiting and later call is refused, nothing is written again`, async () => {
      const disk = new MemoryDisk();
      const ledger = await open(disk);
      await ledger.append(stopped("good"));
      failing(disk, which, code);
      const waiting = [ledger.append(stopped("a")), ledger.append(stopped("b")), ledger.checkpoint()];
      for (const call of waiting) await expect(call).rejects.toThrow(LedgerUnavailableError);
      expect(ledger.failure?.message).toContain(code);
      let touched = 0;
      disk.before = () => {
        touched += 1;
      };
      await expect(ledger.append(stopped("later"))).rejects.toBe(ledger.failure);
      expect(() => ledger.enqueue(stopped("later"))).toThrow(code);
      await ledger.close();
      expect(touched).toBe(0);
      expect((await readAll(disk))[0]?.event).toEqual(stopped("good"));
    });
  }

  test.each([
    { which: "datasync", isThere: true },
    { which: "write", isThere: false },
  ] as const)(
    "an event that is appended again after a failed $which is one event to a reader, whether it was there or not",
    async ({ which, isThere }) => {
      const eventId = "01890a5d-ac96-774b-bcce-b302099a8057";
      const disk = new MemoryDisk();
      const ledger = await open(disk);
      await ledger.append(stopped("before"));
      failing(disk, which, "EIO");
      await expect(ledger.append(stopped("once"), { eventId })).rejects.toThrow(LedgerUnavailableError);
      await ledger.close();
      disk.before = () => {};
      const again = await open(disk);
      await again.append(stopped("once"), { eventId });
      await again.append(stopped("after"));
      await again.close();
      const events = (await readAll(disk)).filter(({ repeats }) => repeats === undefined);
      expect(events.map(({ event }) => event["reason"])).toEqual(["before", "once", "after"]);
      const repeated = (await readAll(disk)).filter(({ repeats }) => repeats !== undefined);
      expect(repeated.map(({ repeats, eventId: id }) => [repeats, id])).toEqual(
        isThere ? [[1n, eventId]] : [],
      );
      expect(await verify(disk)).toMatchObject({ verdict: "CLEAN" });
    },
  );

  test("what a failed datasync left in the cache alone is on the medium before anything follows it", async () => {
    const disk = new CrashDisk();
    const ledger = await open(disk);
    await ledger.append(stopped("before"));
    failing(disk, "datasync", "EIO");
    await expect(ledger.append(stopped("refused"))).rejects.toThrow(LedgerUnavailableError);
    await ledger.close();
    disk.before = () => {};
    const again = await open(disk);
    await again.append(stopped("after"));
    await again.close();
    const medium = disk.afterPowerCut(createSeededRandom(1));
    expect(await verify(medium)).toMatchObject({ verdict: "CLEAN" });
    expect((await readAll(medium)).map(({ event }) => event["reason"])).toEqual([
      "before",
      "refused",
      "after",
    ]);
  });

  test("what arrives while a write is failing is refused too", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    const syncing = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    disk.before = async (operation) => {
      if (operation !== "datasync") return;
      syncing.resolve();
      await gate.promise;
      throw systemError("EIO", "seg");
    };
    const first = ledger.append(stopped("in flight"));
    await syncing.promise;
    const second = ledger.append(stopped("queued"));
    gate.resolve();
    await expect(first).rejects.toThrow(LedgerUnavailableError);
    await expect(second).rejects.toThrow(LedgerUnavailableError);
    await ledger.close();
  });

  test("the last checkpoint fails: close says so, and the folder is free again", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await ledger.append(stopped("a"));
    failing(disk, "datasync", "EIO", "hwm.");
    await expect(ledger.close()).rejects.toThrow("EIO");
    disk.before = () => {};
    await (await open(disk)).close();
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 1n, checkpointRecords: 1n });
  });
});

describe("a folder that cannot be opened: one line that names it, nothing changed", () => {
  const refusal = async (disk: MemoryDisk, problem: string, words: RegExp, options = {}) => {
    const before = disk.copy().files;
    const error = await open(disk, options).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ name: "LedgerOpenError", problem, message: expect.stringMatching(words) });
    expect((error as Error).message).toContain(FOLDER);
    expect((error as Error).message).not.toContain("\n");
    expect(disk.files).toEqual(before);
  };

  test("it holds other files", () =>
    refusal(
      new MemoryDisk(new Map([[`${FOLDER}/holiday.jpg`, Uint8Array.of(1)]]), [FOLDER]),
      "not-a-ledger",
      /holiday\.jpg/,
    ));

  test("it is a file", () =>
    refusal(new MemoryDisk(new Map([[FOLDER, Uint8Array.of(1)]])), "not-a-ledger", /not a folder/));

  test("its policy is gone", async () => {
    const disk = await ledgerOf([["a"]]);
    disk.files.delete(`${FOLDER}/ledger.policy`);
    await refusal(disk, "damaged", /ledger\.policy is missing/);
  });

  test("its format is newer", async () => {
    const disk = await ledgerOf([["a"]]);
    const policy = Buffer.from(disk.bytes(`${FOLDER}/ledger.policy`)).toString();
    disk.files.set(
      `${FOLDER}/ledger.policy`,
      Buffer.from(policy.replace("helix-ledger/2", "helix-ledger/3")),
    );
    await refusal(disk, "newer-format", /format 3.*newer HELIX/);
    await expect(verify(disk)).rejects.toThrow("format 3");
  });

  test("its format is older", async () => {
    const disk = await ledgerOf([["a"]]);
    const policy = Buffer.from(disk.bytes(`${FOLDER}/ledger.policy`)).toString();
    disk.files.set(
      `${FOLDER}/ledger.policy`,
      Buffer.from(policy.replace("helix-ledger/2", "helix-ledger/1")),
    );
    await refusal(disk, "older-format", /format 1.*the HELIX that wrote it/);
    await expect(verify(disk)).rejects.toThrow("format 1");
  });

  test("its key is gone, or another's", async () => {
    const disk = await ledgerOf([["a"]]);
    const path = `${FOLDER}/ledger.key`;
    const key = disk.bytes(path);
    disk.files.delete(path);
    await refusal(disk, "damaged", /ledger\.key is missing/);
    disk.files.set(path, key.slice(0, 40));
    await refusal(disk, "damaged", /not the private key/);
  });

  test("it belongs to another system", async () =>
    refusal(await ledgerOf([["a"]]), "other-origin", /belongs to helix\/ledger/, { origin: "helix/other" }));

  test("somebody has it", async () => {
    const disk = new MemoryDisk();
    const ledger = await open(disk);
    await refusal(disk, "in-use", /process 4711/);
    await ledger.append(stopped("still writing"));
    await ledger.close();
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 1n });
  });

  for (const [code, problem, words] of [
    ["EACCES", "no-permission", /permission is missing/],
    ["EROFS", "read-only", /read-only/],
    ["EIO", "disk", /EIO/],
  ] as const) {
    test(`${code} when it is made or locked`, async () => {
      const fresh = new MemoryDisk();
      fresh.before = (operation, path) => {
        if (operation === "makeFolder") throw systemError(code, path);
      };
      await refusal(fresh, problem, words);
      const there = await ledgerOf([["a"]]);
      there.before = (operation, path) => {
        if (operation === "lock") throw systemError(code, path);
      };
      await refusal(there, problem, words);
    });
  }

  test("nothing to verify", async () => {
    await expect(verify(new MemoryDisk())).rejects.toThrow("does not exist");
    await expect(verify(new MemoryDisk(new Map(), [FOLDER]))).rejects.toThrow("no ledger.policy");
  });
});
