/** A second site that cosigns a ledger: what it refuses, and what its signature is worth to who reads the ledger. */
import { createSeededRandom } from "@helix/platform";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { openLedger, rotateKey, verifyLedger } from "../index.ts";
import { openCheckpoint } from "../signed-note.ts";
import { parseVerifierKey } from "../signing-key.ts";
import type { MemoryDisk } from "../testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, steppedClock, stopped } from "../testing/small-ledger.ts";
import { parseWitnessKey } from "./cosignature.ts";
import { keepCosigned } from "./cosigned.ts";
import { memoryFile } from "./memory.ts";
import { cosignLedger } from "./witness.ts";
import { makeWitness, witnessKeyGiven } from "./witness-key.ts";

const WITNESS = "/lyon/witness";
const ORIGIN = "helix/ledger";
const { clock } = steppedClock(1_900_000_000_000_000_000n);

let disk: MemoryDisk;
let log: string;
let witnessKey: string;

/** The witness and the ledger share a disk here, as a mounted folder does. */
beforeEach(async () => {
  disk = await ledgerOf([["1"], ["2", "3"]]);
  log = (await verifyLedger({ folder: FOLDER, disk })).verifierKey ?? "";
  witnessKey = await makeWitness(disk, WITNESS, "lyon.example/w1", undefined, createSeededRandom("lyon"));
});

async function append(folder: string, ...reasons: readonly string[]): Promise<void> {
  const ledger = await openLedger({
    folder,
    disk,
    clock: steppedClock().clock,
    random: createSeededRandom(9),
  });
  for (const reason of reasons) await ledger.append(stopped(reason));
  await ledger.close();
}

/** Of the key that the witness is told, null: it is told none. */
const witnessed = (folder = FOLDER, stated: string | null = log) =>
  cosignLedger({ folder, disk, witness: WITNESS, log: stated ?? undefined, clock });
const keep = (note: string, key = witnessKey) =>
  keepCosigned({ folder: FOLDER, disk }, note, witnessKeyGiven(key));
const verified = (keys = [witnessKey]) =>
  verifyLedger({ folder: FOLDER, disk, witnesses: keys.map(parseWitnessKey) });

/** As it is now. */
function copyTo(folder: string): void {
  disk.folders.add(folder);
  for (const [path, bytes] of disk.files) {
    if (path.startsWith(`${FOLDER}/`)) disk.files.set(folder + path.slice(FOLDER.length), bytes.slice());
  }
}

const memory = (): string => Buffer.from(disk.bytes(memoryFile(WITNESS, ORIGIN))).toString();

describe("a witness", () => {
  test("cosigns what continues all that it has seen, and its signature says how much and when", async () => {
    const first = await witnessed();
    expect([first.checkpoint.records, first.before]).toEqual([3n, undefined]);
    await keep(first.note);
    await append(FOLDER, "4", "5");
    const second = await witnessed(FOLDER, null);
    expect([second.checkpoint.records, second.before]).toEqual([5n, 3n]);
    expect((await verified()).witnesses).toEqual([
      { key: witnessKey, newest: { records: 3n, timeS: first.timeS } },
    ]);
    await keep(second.note);
    expect(await verified()).toMatchObject({
      verdict: "CLEAN",
      otherSignatures: [],
      witnesses: [{ newest: { records: 5n, timeS: second.timeS } }],
    });
  });

  test("signs as C2SP says: time, 64 bytes of Ed25519, over header line, time and the whole text", async () => {
    const { note, timeS } = await witnessed();
    const { createPublicKey, createHash, verify } = await import("node:crypto");
    const [text, lines = ""] = note.split("\n\n");
    const blob = Buffer.from(lines.trimEnd().split("\n").at(-1)?.split(" ").at(-1) ?? "", "base64");
    const typed = Buffer.from(witnessKey.split("+").slice(2).join("+"), "base64");
    expect(typed[0]).toBe(4);
    const id = createHash("sha256").update("lyon.example/w1\n").update(typed).digest().subarray(0, 4);
    expect(blob.subarray(0, 4)).toEqual(id);
    expect(blob.readBigUInt64BE(4)).toBe(timeS);
    const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typed.subarray(1)]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const message = Buffer.from(`cosignature/v1\ntime ${timeS}\n${text}\n`);
    expect(verify(null, message, key, blob.subarray(12))).toBe(true);
  });

  test("refuses a ledger that was cut back, and goes on remembering the longer one", async () => {
    copyTo("/old");
    await append(FOLDER, "4");
    await witnessed();
    const seen = memory();
    await expect(witnessed("/old")).rejects.toMatchObject({ name: "WitnessRefusal", kind: "rollback" });
    expect(memory()).toBe(seen);
    await expect(witnessed()).resolves.toMatchObject({ before: 4n });
  });

  test("refuses a fork: other records, signed by the ledger's own key, of the same and of a larger size", async () => {
    copyTo("/fork");
    await append(FOLDER, "4");
    await witnessed();
    for (const records of [4, 5]) {
      await append("/fork", `another ${records}`);
      expect((await verifyLedger({ folder: "/fork", disk })).verdict).toBe("CLEAN");
      await expect(witnessed("/fork")).rejects.toMatchObject({ name: "WitnessRefusal", kind: "fork" });
    }
    // Both histories under one key, for whoever has to be convinced.
    const refused = [...disk.files.keys()].filter((path) => path.includes(".refused-"));
    expect(refused.length).toBe(2);
    const key = parseVerifierKey(log);
    for (const path of refused) {
      const note = Buffer.from(disk.bytes(path)).toString();
      expect(openCheckpoint(note, key)?.records).toBe(BigInt(/refused-(\d+)/.exec(path)?.[1] ?? -1));
    }
    await expect(witnessed()).resolves.toMatchObject({ before: 4n });
  });

  test("takes up no ledger that nobody vouched for, and no second one under the same origin", async () => {
    await expect(witnessed(FOLDER, null)).rejects.toThrow("knows no ledger helix/ledger");
    await witnessed();
    const { clock: time } = steppedClock();
    const other = await openLedger({ folder: "/other", disk, clock: time, random: createSeededRandom(8) });
    for (let i = 0; i < 9; i++) await other.append(stopped("other"));
    await other.close();
    const otherKey = (await verifyLedger({ folder: "/other", disk })).verifierKey;
    for (const stated of [null, log, otherKey ?? null])
      await expect(witnessed("/other", stated)).rejects.toThrow("is not the ledger that this witness knows");
    const named = {
      folder: "/third",
      disk,
      clock: time,
      random: createSeededRandom(3),
      origin: "helix/lyon/3",
    };
    await (await openLedger(named)).close();
    const thirdKey = (await verifyLedger({ folder: "/third", disk })).verifierKey;
    await expect(witnessed("/third", thirdKey)).resolves.toMatchObject({ before: undefined });
  });

  test("follows a ledger through a change of its key", async () => {
    await witnessed();
    await rotateKey({
      folder: FOLDER,
      disk,
      clock: steppedClock().clock,
      random: createSeededRandom("next"),
    });
    await append(FOLDER, "under the new key");
    expect(await witnessed(FOLDER, null)).toMatchObject({ before: 3n, checkpoint: { records: 5n } });
  });

  test("with its memory damaged refuses to sign; with it gone it asks whose ledger it is", async () => {
    await witnessed();
    const path = memoryFile(WITNESS, ORIGIN);
    const whole = disk.bytes(path);
    disk.files.set(path, whole.slice(0, 60));
    await expect(witnessed()).rejects.toThrow("is not what this witness wrote");
    disk.files.delete(path);
    await expect(witnessed(FOLDER, null)).rejects.toThrow("knows no ledger");
  });

  test("has one key: it is not made twice, not in a ledger, and not another one's", async () => {
    const make = (folder: string, name = "w") =>
      makeWitness(disk, folder, name, undefined, createSeededRandom("again"));
    await expect(make(WITNESS)).rejects.toThrow("is there already");
    await expect(make(FOLDER)).rejects.toThrow("is a ledger");
    await expect(make("/w2", "a b")).rejects.toThrow("cannot name a key");
    await makeWitness(disk, "/sealed", "w", "tulip", createSeededRandom("sealed"));
    const sealed = (passphrase?: string) =>
      cosignLedger({ folder: FOLDER, disk, witness: "/sealed", passphrase, log, clock });
    await expect(sealed()).rejects.toThrow("set HELIX_LEDGER_WITNESS_PASSPHRASE");
    await expect(sealed("rose")).rejects.toThrow("does not open its key");
    await expect(sealed("tulip")).resolves.toMatchObject({ before: undefined });
    await make("/w3");
    disk.files.set(`${WITNESS}/witness.key`, disk.bytes("/w3/witness.key"));
    await expect(witnessed()).rejects.toThrow("is not the private half");
    await expect(cosignLedger({ folder: FOLDER, disk, witness: "/nowhere", log, clock })).rejects.toThrow(
      "is not a witness's folder",
    );
  });
});

describe("a cosigned checkpoint beside a ledger", () => {
  test("of a witness that nobody named is told by name and counts for nothing", async () => {
    await keep((await witnessed()).note);
    const name = witnessKey.split("+").slice(0, 2).join("+");
    expect(await verified([])).toMatchObject({ verdict: "CLEAN", witnesses: [], otherSignatures: [name] });
    const stranger = await makeWitness(disk, "/w2", "lyon.example/w1", undefined, createSeededRandom("x"));
    expect(await verified([stranger])).toMatchObject({
      verdict: "CLEAN",
      witnesses: [{ key: stranger, newest: undefined }],
      otherSignatures: [name],
    });
  });

  test("with any bit of it turned over is CORRUPT, or is not the witness's any more", async () => {
    const { note } = await witnessed();
    await keep(note);
    const path = `${FOLDER}/cosigned-3.txt`;
    const good = disk.bytes(path).slice();
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (at, bit) => {
        const bad = good.slice();
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        disk.files.set(path, bad);
        const { verdict, witnesses } = await verified();
        expect(verdict === "CORRUPT" || witnesses[0]?.newest === undefined).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test("under which records are missing, or are others, is ROLLBACK or CORRUPT", async () => {
    copyTo("/old");
    await append(FOLDER, "4");
    await keep((await witnessed()).note);
    const cosigned = disk.bytes(`${FOLDER}/cosigned-4.txt`);
    disk.files.set("/old/cosigned-4.txt", cosigned);
    const judged = (folder: string) =>
      verifyLedger({ folder, disk, witnesses: [parseWitnessKey(witnessKey)] });
    expect(await judged("/old")).toMatchObject({
      verdict: "ROLLBACK",
      firstBad: { file: "cosigned-4.txt" },
      witnesses: [],
    });
    await append("/old", "another 4");
    expect(await judged("/old")).toMatchObject({ verdict: "CORRUPT", firstBad: { file: "cosigned-4.txt" } });
  });

  test("is kept only if it is this witness's, of this ledger, and of these records", async () => {
    copyTo("/fork");
    const { note } = await witnessed();
    const other = await makeWitness(disk, "/w2", "basel.example/w1", undefined, createSeededRandom("basel"));
    await expect(keep(note, other)).rejects.toThrow("has not signed it");
    await append(FOLDER, "4");
    const newer = (await witnessed()).note;
    const line = (text: string) => text.trimEnd().split("\n").at(-1) ?? "";
    const swapped = `${newer.slice(0, newer.indexOf(line(newer)))}${line(note)}\n`;
    await expect(keep(swapped)).rejects.toThrow("is not lyon.example/w1's signature of this checkpoint");
    await append("/fork", "another 4", "another 5");
    await expect(keepCosigned({ folder: "/fork", disk }, newer, witnessKeyGiven(witnessKey))).rejects.toThrow(
      "are not those that it was signed for",
    );
    await expect(keep(newer.replace("\n4\n", "\n5\n"))).rejects.toThrow(
      "no checkpoint that a key of this ledger",
    );
    expect([...disk.files.keys()].some((path) => path.includes("cosigned-"))).toBe(false);
    await keep(newer);
    const both = await cosignLedger({ folder: FOLDER, disk, witness: "/w2", log, clock });
    await keep(both.note, other);
    expect((await verified([witnessKey, other])).witnesses).toMatchObject([
      { newest: { records: 4n } },
      { newest: { records: 4n } },
    ]);
  });
});

test("a live ledger is cosigned beside its writer", async () => {
  const ledger = await open(disk);
  await ledger.append(stopped("live"), { durability: "A" });
  expect((await witnessed()).checkpoint.records).toBe(4n);
  await ledger.close();
});
