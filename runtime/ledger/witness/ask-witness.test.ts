/** A witness that is asked over HTTP, as tlog-witness has it: `helix ledger anchor --witness-url`. */
import { createSeededRandom } from "@helix/platform";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyLedger } from "../index.ts";
import { type LocalWitness, startLocalWitness } from "../testing/local-witness.ts";
import type { MemoryDisk } from "../testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, stopped } from "../testing/small-ledger.ts";
import { askWitness, postToWitness } from "./ask-witness.ts";
import { parseWitnessKey } from "./cosignature.ts";

let disk: MemoryDisk;
let witness: LocalWitness;

beforeEach(async () => {
  disk = await ledgerOf([["1"], ["2", "3"]]);
  witness = await startLocalWitness((await verifyLedger({ folder: FOLDER, disk })).verifierKey ?? "");
});
afterEach(() => witness.stop());

async function append(to: MemoryDisk, reason: string): Promise<void> {
  const ledger = await open(to, { random: createSeededRandom(reason) });
  await ledger.append(stopped(reason));
  await ledger.close();
}

const ask = (of = disk, key = witness.key) =>
  askWitness({ folder: FOLDER, disk: of }, parseWitnessKey(key), (request) =>
    postToWitness(`${witness.url}/add-checkpoint`, request, AbortSignal.timeout(30_000)),
  );
const cosigned = async (of = disk) =>
  (await verifyLedger({ folder: FOLDER, disk: of, witnesses: [parseWitnessKey(witness.key)] })).witnesses[0];

test("cosigns the first checkpoint, and later ones from what was kept; lines of strangers are left out", async () => {
  expect(await ask()).toMatchObject({ file: "cosigned-3.txt", timeS: 1_950_000_000n });
  expect(Buffer.from(disk.bytes(`${FOLDER}/cosigned-3.txt`)).toString()).not.toContain("stranger");
  await append(disk, "4");
  await ask();
  expect(witness.answers).toEqual(["200 old 0", "200 old 3"]);
  expect(await cosigned()).toMatchObject({ newest: { records: 4n } });
});

test("one that knows more than is kept here is asked again from there", async () => {
  await ask();
  disk.files.delete(`${FOLDER}/cosigned-3.txt`);
  await append(disk, "4");
  await ask();
  expect(witness.answers).toEqual(["200 old 0", "409 old 0", "200 old 3"]);
  expect(await cosigned()).toMatchObject({ newest: { records: 4n } });
});

test("a ledger that was cut back, or forked at the same or another size, is refused and nothing is kept", async () => {
  const [older, fork] = [disk.copy(), disk.copy()];
  await append(disk, "4");
  await ask();
  // With what was kept beside the newer one.
  older.files.set(`${FOLDER}/cosigned-4.txt`, disk.bytes(`${FOLDER}/cosigned-4.txt`));
  await expect(ask(older)).rejects.toMatchObject({ name: "WitnessRefusal", kind: "rollback" });
  for (const reason of ["another 4", "another 5"]) {
    await append(fork, reason);
    await expect(ask(fork)).rejects.toMatchObject({ name: "WitnessRefusal", kind: "fork" });
  }
  expect(await cosigned(fork)).toMatchObject({ newest: undefined });
});

test("an answer that is no signature of the witness that was named is not kept", async () => {
  for (const [answer, says] of [
    ["", "without a signature of public.example/w"],
    ["\u2014 public.example/w AAAAAAAAAAAAAAAA\n", "has not signed it with the key that was given"],
    [`\u2014 public.example/w ${"!".repeat(20)}\n`, "no checkpoint that a key of this ledger has signed"],
  ] as const) {
    witness.instead = answer;
    await expect(ask()).rejects.toThrow(says);
  }
  expect(await cosigned()).toMatchObject({ newest: undefined });
});

test("another ledger, or nobody there: one line that says so", async () => {
  const other = await ledgerOf([["x"]], { origin: "helix/other" });
  await expect(ask(other)).rejects.toThrow("it does not know this ledger's origin");
  const forged = await ledgerOf([["x"]], { random: createSeededRandom("another key") });
  await expect(ask(forged)).rejects.toThrow("it does not know this ledger's key");
  await witness.stop();
  await expect(ask()).rejects.toThrow(/add-checkpoint does not answer: ./);
});
