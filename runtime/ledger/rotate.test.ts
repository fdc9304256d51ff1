/** Keys that are replaced, sealed and mistyped. */
import { createSeededRandom } from "@helix/platform";
import { describe, expect, test } from "vitest";
import { fromUtf8, toUtf8 } from "./bytes.ts";
import { makeRootKey, type RotateOptions, rotateKey } from "./index.ts";
import { signNote } from "./signed-note.ts";
import { readSigningKey } from "./signing-key.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
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

describe("an offline root key", () => {
  const FILE = "/safe/root.key";
  const WRONG = "/safe/other.key";

  async function rooted(batches: readonly (readonly string[])[], passphrase?: string) {
    const disk = new MemoryDisk();
    const rootKey = await makeRootKey(disk, FILE, "helix/root", passphrase, createSeededRandom("root"));
    await makeRootKey(disk, WRONG, "helix/root", undefined, createSeededRandom("other root"));
    const ledger = await open(disk, { rootKey });
    for (const batch of batches) await Promise.all(batch.map((reason) => ledger.append(stopped(reason))));
    await ledger.close();
    return { disk, rootKey };
  }
  const rotateWith = (disk: MemoryDisk, seed: string, options: Partial<RotateOptions> = {}) =>
    rotateKey({
      folder: FOLDER,
      disk,
      clock: steppedClock().clock,
      random: createSeededRandom(seed),
      ...options,
    });
  const refusal = async (disk: MemoryDisk, options: Partial<RotateOptions>, words: RegExp) => {
    const before = disk.copy().files;
    await expect(rotateWith(disk, "refused", options)).rejects.toMatchObject({
      problem: "root-key",
      message: expect.stringMatching(words),
    });
    expect(disk.files).toEqual(before);
  };

  test("signs each rotation, stays out of the folder, and is shown by verify", async () => {
    const { disk, rootKey } = await rooted([["a"], ["b"]]);
    await rotateWith(disk, "second", { root: { file: FILE } });
    await append(disk, "c");
    await rotateWith(disk, "third", { root: { file: FILE } });
    const found = await verify(disk);
    expect(found).toMatchObject({ verdict: "CLEAN", records: 5n, rootKey, untrusted: [] });
    const rotated = (await readAll(disk))
      .map(({ event }) => event)
      .filter(({ type }) => type === "KEY_ROTATED");
    expect(rotated.map(({ signedByRoot }) => (signedByRoot as Uint8Array).length)).toEqual([64, 64]);
    const inFolder = [...disk.files].filter(([path]) => path.startsWith(`${FOLDER}/`));
    const secret = fromUtf8(disk.bytes(FILE));
    for (const [, bytes] of inFolder) expect(fromUtf8(bytes).includes(secret)).toBe(false);
  });

  test("is there or not as when the ledger was made; a ledger without one rotates as ever", async () => {
    const disk = await ledgerOf([["a"]]);
    expect(await verify(disk)).toMatchObject({ rootKey: undefined });
    const rootKey = await makeRootKey(disk, FILE, "helix/root", undefined, createSeededRandom("root"));
    await refusal(disk, { root: { file: FILE } }, /made without a root key/);
    await refusal(disk, { trustedRecords: 0n }, /made without a root key/);
    await expect(open(disk, { rootKey })).rejects.toMatchObject({ problem: "root-key" });
    await rotateWith(disk, "second");
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", rootKey: undefined });
  });

  test("missing, wrong or shut: no rotation, one line, nothing changed", async () => {
    const { disk } = await rooted([["a"]], "tulip");
    await refusal(disk, {}, /only with its root key helix\/root\+/);
    await refusal(disk, { root: { file: "/safe/none.key" } }, /there is no root key file/);
    await refusal(disk, { root: { file: WRONG } }, /not the root key that this ledger was made with/);
    await refusal(disk, { root: { file: `${FOLDER}/hwm.a` } }, /not a private key/);
    await refusal(disk, { root: { file: FILE } }, /HELIX_LEDGER_ROOT_PASSPHRASE/);
    await refusal(disk, { root: { file: FILE, passphrase: "rose" } }, /does not open/);
    await rotateWith(disk, "second", { root: { file: FILE, passphrase: "tulip" } });
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN" });
  });

  test("who stole the signing key and has no root key cannot replace it, nor leave the root key out", async () => {
    const { disk } = await rooted([["a"], ["b"]]);
    await rotateWith(disk, "second", { root: { file: FILE } });
    const path = `${FOLDER}/ledger.policy`;
    const policy = fromUtf8(disk.bytes(path));
    const stolen = readSigningKey("helix/ledger", disk.bytes(`${FOLDER}/ledger-1.key`));
    for (const changed of [
      policy.replace(/(rotated .*) \S+\n/, "$1\n"),
      policy.replace(/(rotated .*) (\S+) (\S+)\n/, "$1 $2 $2\n"),
      policy.replace(/^root .*\n/m, ""),
      policy.replace(/^root .*\n/m, `root ${stolen.verifier.text}\n`),
    ]) {
      expect(changed).not.toBe(policy);
      const text = changed.slice(0, changed.indexOf("\n\n") + 1);
      disk.files.set(path, toUtf8(signNote(text, stolen)));
      expect(await verify(disk)).toMatchObject({ verdict: "CORRUPT", firstBad: { file: "ledger.policy" } });
    }
  });

  test("after a compromise it says what is trusted: the rest stays, is proven unchanged, and named untrusted", async () => {
    const { disk, rootKey } = await rooted([["a"], ["b"], ["by a thief", "or not"]]);
    const root = { file: FILE };
    await refusal(disk, { root, trustedRecords: 5n }, /cannot be the last trusted count/);
    await rotateWith(disk, "second", { root, trustedRecords: 2n });
    await append(disk, "goes on");
    expect(await verify(disk)).toMatchObject({
      verdict: "CLEAN",
      records: 7n,
      rootKey,
      untrusted: [{ from: 2n, to: 4n, epoch: 0 }],
    });
    const events = (await readAll(disk)).map(({ event }) => event);
    expect(events.map(({ type }) => type).slice(4)).toEqual([
      "KEY_ROTATED",
      "KEY_COMPROMISED",
      "RUNTIME_STOPPED",
    ]);
    expect(events[5]).toMatchObject({ epoch: 0, trustedRecords: 2n });
    await refusal(disk, { root, trustedRecords: 3n }, /signs records 4 to 7/);

    // The statement is the root key's alone: not even the new signing key can change or take it back.
    const path = `${FOLDER}/ledger.policy`;
    const policy = fromUtf8(disk.bytes(path));
    const own = readSigningKey("helix/ledger", disk.bytes(`${FOLDER}/ledger-1.key`));
    for (const changed of [
      policy.replace(/^compromised 2 /m, "compromised 4 "),
      policy.replace(/^(compromised .*\n)/m, "$1$1"),
    ]) {
      disk.files.set(path, toUtf8(signNote(changed.slice(0, changed.indexOf("\n\n") + 1), own)));
      expect(await verify(disk)).toMatchObject({ verdict: "CORRUPT", firstBad: { file: "ledger.policy" } });
    }
  });

  test("a thief's own records after the theft do not pass for the ledger's", async () => {
    const { disk } = await rooted([["a"], ["b"]]);
    const stolen = disk.copy();
    await rotateWith(disk, "second", { root: { file: FILE }, trustedRecords: 2n });
    await append(stolen, "never happened");
    for (const [path, bytes] of stolen.files) if (/seg-0000|hwm/.test(path)) disk.files.set(path, bytes);
    expect((await verify(disk)).verdict).toBe("CORRUPT");
  });

  test("cut short at any step: the old key stays, or the next opening finishes with the statement of the root key", async () => {
    const { disk: clean } = await rooted([["a"], ["b"]]);
    for (let cut = 0; cut < 6; cut++) {
      const disk = clean.copy();
      let step = 0;
      disk.before = (operation) => {
        if (operation === "writeFile" && step++ === cut) throw new Error("power cut");
      };
      await rotateWith(disk, "second", { root: { file: FILE }, trustedRecords: 1n }).catch((error: Error) =>
        expect(error.message).toBe("power cut"),
      );
      const survivor = disk.copy();
      await append(survivor, "goes on");
      const types = (await readAll(survivor)).map(({ event }) => event.type);
      const found = await verify(survivor);
      expect(found).toMatchObject({ verdict: "CLEAN", records: BigInt(types.length) });
      expect(found.untrusted.length).toBe(cut <= 1 ? 0 : 1);
      expect(types.filter((type) => type === "KEY_COMPROMISED").length).toBe(cut <= 1 ? 0 : 1);
    }
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
