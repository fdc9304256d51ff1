/** Batches that hash and chain as they should, and say something that format 2 does not have. */
import { expect, test } from "vitest";
import { sealBatch } from "./batch-codec.ts";
import { concat, SECTOR_BYTES } from "./bytes.ts";
import { Chain } from "./chain.ts";
import { batchHash } from "./hashing.ts";
import { draftRecord } from "./record-codec.ts";
import { scanBatches } from "./scan.ts";

const ID = new Uint8Array(16).fill(7);
const SECRET = { mac: () => new Uint8Array(32) } as never;

const draft = () =>
  draftRecord({
    utcNs: 0n,
    monotonicNs: 0n,
    bootId: ID,
    eventId: ID,
    durability: "B",
    body: Uint8Array.of(0xa0),
  });

/** One batch of two records, the second one's header changed before it was hashed. */
function batchWith(at: number | undefined, value = 0): Uint8Array {
  const second = draft();
  if (at !== undefined) second[at] = value;
  return sealBatch([draft(), second], Chain.start(ID, SECTOR_BYTES), SECRET).bytes;
}

const problemOf = (file: Uint8Array) =>
  scanBatches(file, 0, Chain.start(ID, SECTOR_BYTES), { signedRecords: 0n } as never).problem;

test("a batch as this version writes it fits", () => {
  expect(problemOf(batchWith(undefined))).toBeUndefined();
});

test.each([
  ["another version", 4, 2],
  ["a code of the type", 6, 1],
  ["a durability class that is none", 67, 4],
  ["something in its reserved bytes", 71, 1],
])("a record with %s is refused, and named", (_, at, value) => {
  expect(problemOf(batchWith(at, value))).toMatchObject({
    sequence: 1n,
    reason: "record has a header that this format does not know",
    torn: false,
  });
});

test.each([28, 64, 95])("a batch with something in its reserved byte %d is refused", (at) => {
  const file = batchWith(undefined);
  const trailer = Buffer.from(file).indexOf("HLXE");
  const before = file.slice();
  file[at] = 1;
  const [header, lastHash] = [file.subarray(0, 96), hashOfLast(before, trailer)];
  file.set(batchHash(concat(header, lastHash)), trailer + 8);
  expect(problemOf(file)).toMatchObject({ reason: "bytes that must be zero are not" });
});

/** What stands for the records in the hash of their batch. */
function hashOfLast(file: Uint8Array, trailer: number): Uint8Array {
  const chain = Chain.start(ID, SECTOR_BYTES);
  scanBatches(file, 0, chain, { signedRecords: 0n } as never);
  expect(batchHash(concat(file.subarray(0, 96), chain.recordHash))).toEqual(
    file.subarray(trailer + 8, trailer + 40),
  );
  return chain.recordHash;
}
