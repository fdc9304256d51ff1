import { describe, expect, test } from "vitest";
import { type LedgerEvent, readLedger, type Signer, signRecord } from "./index.ts";
import type { MemoryDisk } from "./testing/memory-disk.ts";
import { FOLDER, ledgerOf, open, readAll, stopped, verify } from "./testing/small-ledger.ts";

const curie: Signer = {
  id: "m.curie",
  name: "Marie Curie",
  role: "quality assurance",
  authentication: "test",
};
const isolated = { type: "INSTRUMENT_ISOLATED", instrument: "ph-1", reason: "fouled" } as const;

/** Three records, then what the test appends. */
async function signing(
  work: (disk: MemoryDisk, append: (event: LedgerEvent) => Promise<unknown>) => Promise<void>,
) {
  const disk = await ledgerOf([["a", "b"], ["c"]]);
  const ledger = await open(disk);
  await work(disk, (event) => ledger.append(event));
  await ledger.close();
  return disk;
}

describe("an electronic signature", () => {
  test("says who, with which meaning, of exactly which record; acknowledged under a synced mark", async () => {
    const disk = await ledgerOf([["a", "b"], ["c"]]);
    const ledger = await open(disk);
    const [, record] = await readAll(disk);
    if (record === undefined) throw new Error("no record 1");
    await signRecord(ledger, record, curie, { meaning: "reviewed", comment: "as agreed" });
    expect((await verify(disk)).checkpointRecords).toBe(4n);
    await ledger.close();
    const signature = (await readAll(disk)).at(-1);
    expect(signature).toMatchObject({
      durability: "A",
      event: {
        type: "ELECTRONIC_SIGNATURE",
        signer: curie,
        meaning: "reviewed",
        comment: "as agreed",
        signed: { sequence: 1n, type: "RUNTIME_STOPPED" },
      },
    });
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", signatures: 1 });
  });

  test("of another record than its hash says is CORRUPT, though every hash and key is right", async () => {
    const [first] = await readAll(await ledgerOf([["a"]]));
    const forge = (sequence: bigint, recordHash: unknown) =>
      signing(async (_, append) => {
        await append(isolated);
        const signed = { sequence, type: "RUNTIME_STOPPED", recordHash };
        await append({ type: "ELECTRONIC_SIGNATURE", signer: curie, meaning: "approved", signed } as never);
        await append(stopped("later"));
      });
    const hash = Uint8Array.from(Buffer.from(first?.recordHash ?? "", "hex"));
    expect(await verify(await forge(0n, hash))).toMatchObject({ verdict: "CLEAN", signatures: 1 });
    for (const [sequence, recordHash] of [
      [1n, hash],
      [4n, hash],
      [99n, hash],
      [-1n, hash],
      [0n, "nothing"],
    ] as const) {
      expect(await verify(await forge(sequence, recordHash))).toMatchObject({
        verdict: "CORRUPT",
        firstBad: { sequence: 4n, reason: "signature is not of the record that it names" },
      });
    }
  });

  test("by the one who did it does not count as another's review; and a signer has a name", async () => {
    await signing(async (disk, append) => {
      const { instrument } = isolated;
      const actor = { id: "m.curie", role: "operator" } as const;
      await append({
        type: "CALIBRATION",
        instrument,
        actor,
        reason: "due",
        record: undefined,
        failure: undefined,
      });
      const ledger = { append: () => Promise.reject(new Error("must not be written")) } as never;
      for await (const record of readLedger({ folder: FOLDER, disk, from: 3n })) {
        for (const meaning of ["reviewed", "approved"] as const) {
          expect(() => signRecord(ledger, record, curie, { meaning })).toThrow(
            "must be signed by somebody else",
          );
        }
        expect(() => signRecord(ledger, record, { ...curie, name: " " }, { meaning: "authored" })).toThrow(
          "needs the signer's name",
        );
      }
    });
  });

  test("may be signed by the one who did it as the author, and countersigned", async () => {
    const disk = await ledgerOf([["a"]]);
    const ledger = await open(disk);
    const last = async () => (await readAll(disk)).at(-1) as never;
    await signRecord(ledger, await last(), curie, { meaning: "performed" });
    await signRecord(ledger, await last(), { ...curie, id: "l.pasteur" }, { meaning: "reviewed" });
    await ledger.close();
    expect(await verify(disk)).toMatchObject({ verdict: "CLEAN", signatures: 2 });
  });
});
