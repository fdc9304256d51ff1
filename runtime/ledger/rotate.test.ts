/** Keys that are replaced, sealed and mistyped. */
import { createSeededRandom } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { fromUtf8, toUtf8 } from "./bytes.ts";
import { rotateKey } from "./index.ts";
import type { MemoryDisk } from "./testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, readAll, steppedClock, stopped, verify } from "./testing/small-ledger.ts";

const rotate = (disk: MemoryDisk, seed: string, passphrase?: string) =>
  rotateKey({
    folder: FOLDER,
    disk,
    clock: steppedClock().clock,
    random: createSeededRandom(seed),
    passphrase,
  });

const append = async (disk: MemoryDisk, reason: string, passphrase?: string) => {
  const ledger = await open(disk, { passphrase });
  await ledger.append(stopped(reason));
  await ledger.close();
};

describe("key rotation", () => {
  test("goes on under the new key; old records stay proven, the record of it carries both signatures", async () => {
    const disk = await ledgerOf([["a"], ["b"]]);
    const first = (await verify(disk)).verifierKey;
    const { key, previousKey } = await rotate(disk, "second");
    expect(previousKey).toBe(first);
    await append(disk, "c");
    const third = await rotate(disk, "third");
    await append(disk, "d");
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 6n, verifierKey: third.key });
    expect(third.previousKey).toBe(key);
    const events = (await readAll(disk)).map(({ event }) => event);
    expect(events.map(({ type }) => type).join()).toBe(
      "RUNTIME_STOPPED,RUNTIME_STOPPED,KEY_ROTATED,RUNTIME_STOPPED,KEY_ROTATED,RUNTIME_STOPPED",
    );
    expect(events[2]).toMatchObject({ epoch: 1, records: 2n, previousKey: first, key });
    expect([...disk.files.keys()].filter((path) => path.endsWith(".key"))).toEqual([
      `${FOLDER}/ledger-2.key`,
    ]);
  });

  test("cut short at any step: the next opening goes on with the old or finishes with the new key", async () => {
    const clean = await ledgerOf([["a"]]);
    const whole = clean.copy();
    let steps = 0;
    whole.before = (operation) => {
      if (operation === "writeFile") steps += 1;
    };
    await rotate(whole, "second");
    expect(steps).toBeGreaterThan(4);
    for (let cut = 0; cut < steps; cut++) {
      const disk = clean.copy();
      let step = 0;
      disk.before = (operation) => {
        if (operation === "writeFile" && step++ === cut) throw new Error("power cut");
      };
      await expect(rotate(disk, "second")).rejects.toThrow("power cut");
      const survivor = disk.copy();
      expect((await verify(survivor)).verdict).toMatch(/CLEAN|TORN_TAIL/);
      await append(survivor, "goes on");
      const types = (await readAll(survivor)).map(({ event }) => event.type);
      expect(await verify(survivor)).toMatchObject({ verdict: "CLEAN", records: BigInt(types.length) });
      expect(types.filter((type) => type === "KEY_ROTATED").length).toBe(cut <= 1 ? 0 : 1);
    }
  });

  test("a history that one of the keys did not sign, or over other records, is refused", async () => {
    const disk = await ledgerOf([["a"], ["b"]]);
    await rotate(disk, "second");
    const path = `${FOLDER}/ledger.policy`;
    const policy = fromUtf8(disk.bytes(path));
    for (const changed of [
      policy.replace(/rotated 2 /, "rotated 1 "),
      policy.replace(/^rotated .*\n/m, ""),
      policy.replace(/(rotated .* )(\S+) (\S+)\n/, "$1$3 $2\n"),
    ]) {
      expect(changed).not.toBe(policy);
      disk.files.set(path, toUtf8(changed));
      expect(await verify(disk)).toMatchObject({ verdict: "CORRUPT", firstBad: { file: "ledger.policy" } });
    }
  });

  test("the old key cannot sign after it was replaced", async () => {
    const disk = await ledgerOf([["a"]]);
    const before = disk.copy();
    await rotate(disk, "second");
    await append(before, "written with the stolen old key");
    const forged = disk.copy();
    for (const [path, bytes] of before.files) if (/seg-0000|hwm/.test(path)) forged.files.set(path, bytes);
    expect((await verify(forged)).verdict).toMatch(/CORRUPT/);
  });
});

describe("a sealed key", () => {
  test("opens with its passphrase only; nothing is changed otherwise", async () => {
    const disk = await ledgerOf([["a"]], { passphrase: "correct horse" });
    expect(fromUtf8(disk.bytes(`${FOLDER}/ledger.key`))).not.toContain("PRIVATE KEY");
    const before = disk.copy().files;
    for (const [passphrase, words] of [
      ["battery staple", /does not open its key/],
      [undefined, /set HELIX_LEDGER_PASSPHRASE/],
    ] as const) {
      await expect(open(disk, { passphrase })).rejects.toMatchObject({
        problem: "passphrase",
        message: expect.stringMatching(words),
      });
      expect(disk.files).toEqual(before);
    }
    await append(disk, "b", "correct horse");
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", records: 2n });
  });

  test("stays sealed through a rotation, and its file cannot be changed unnoticed", async () => {
    const disk = await ledgerOf([["a"]], { passphrase: "correct horse" });
    await rotate(disk, "second", "correct horse");
    const path = `${FOLDER}/ledger-1.key`;
    const text = fromUtf8(disk.bytes(path));
    expect(text).not.toContain("PRIVATE KEY");
    const flipped = text.replace(/^salt ./m, (start) => (start.endsWith("A") ? "salt B" : "salt A"));
    disk.files.set(path, toUtf8(flipped));
    await expect(open(disk, { passphrase: "correct horse" })).rejects.toThrow("does not open its key");
  });
});
