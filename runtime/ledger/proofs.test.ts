import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "./bytes.ts";
import { leafHash, MerkleTree } from "./merkle-tree.ts";
import { ProofTree, verifyConsistency, verifyInclusion } from "./proofs.ts";

const fromHex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

/** The eight leaves that the reference log of RFC 6962 tests with, and proofs over them from there. */
const REFERENCE = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const INCLUSION = [
  { index: 0, size: 1, proof: [] },
  {
    index: 0,
    size: 8,
    proof: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    index: 5,
    size: 8,
    proof: [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  { index: 2, size: 3, proof: ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"] },
];
const CONSISTENCY = [
  { first: 1, second: 1, proof: [] },
  {
    first: 1,
    second: 8,
    proof: [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  },
  {
    first: 6,
    second: 8,
    proof: [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  },
  {
    first: 2,
    second: 5,
    proof: [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  },
];

function treeOf(records: readonly Uint8Array[]): ProofTree {
  const tree = new ProofTree();
  for (const record of records) tree.add(record);
  return tree;
}
const numbered = (size: number) => Array.from({ length: size }, (_, i) => Uint8Array.of(i >> 8, i & 255));

describe("proofs of RFC 6962", () => {
  test("are those of the reference log", () => {
    const tree = treeOf(REFERENCE.map(fromHex));
    for (const { index, size, proof } of INCLUSION)
      expect(tree.inclusion(index, size).map(toHex)).toEqual(proof);
    for (const { first, second, proof } of CONSISTENCY) {
      expect(tree.consistency(first, second).map(toHex)).toEqual(proof);
    }
  });

  test("any record in a tree of any size is proven; another record, place, size, root or path is not", () => {
    const records = numbered(300);
    const tree = treeOf(records);
    const place = fc
      .integer({ min: 1, max: 300 })
      .chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
    fc.assert(
      fc.property(place, fc.nat(), ([size, index], noise) => {
        const at = { index, size, leaf: leafHash(records[index] as Uint8Array), root: tree.root(size) };
        const proof = tree.inclusion(index, size);
        expect(verifyInclusion(at, proof)).toBe(true);
        expect(verifyInclusion({ ...at, leaf: leafHash(Uint8Array.of(9, 9, 9)) }, proof)).toBe(false);
        expect(verifyInclusion({ ...at, root: leafHash(Uint8Array.of(1)) }, proof)).toBe(false);
        if (size > 1)
          expect(verifyInclusion({ ...at, index: (index + 1 + (noise % (size - 1))) % size }, proof)).toBe(
            false,
          );
        expect(verifyInclusion(at, [...proof, at.root])).toBe(false);
        if (proof.length > 0) {
          expect(verifyInclusion(at, proof.slice(1))).toBe(false);
          const changed = proof.map((hash) => hash.slice());
          const victim = changed[noise % changed.length] as Uint8Array;
          victim[noise % 32] = (victim[noise % 32] ?? 0) ^ 1;
          expect(verifyInclusion(at, changed)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("any tree is proven to be a later one's start; a changed one is not", () => {
    const records = numbered(200);
    const tree = treeOf(records);
    const sizes = fc
      .integer({ min: 1, max: 200 })
      .chain((second) => fc.tuple(fc.nat(second), fc.constant(second)));
    fc.assert(
      fc.property(sizes, fc.nat(), ([first, second], noise) => {
        const [a, b] = [
          { size: first, root: tree.root(first) },
          { size: second, root: tree.root(second) },
        ];
        const proof = tree.consistency(first, second);
        expect(verifyConsistency(a, b, proof)).toBe(true);
        expect(verifyConsistency({ ...a, root: leafHash(Uint8Array.of(7)) }, b, proof)).toBe(false);
        if (first > 0)
          expect(verifyConsistency(a, { ...b, root: leafHash(Uint8Array.of(7)) }, proof)).toBe(false);
        expect(verifyConsistency(a, b, [...proof, a.root])).toBe(false);
        if (proof.length > 0) {
          const changed = proof.map((hash) => hash.slice());
          const victim = changed[noise % changed.length] as Uint8Array;
          victim[noise % 32] = (victim[noise % 32] ?? 0) ^ 1;
          expect(verifyConsistency(a, b, changed)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("roots are those of the growing tree", () => {
    const records = numbered(70);
    const [proofs, growing] = [treeOf(records), new MerkleTree()];
    records.forEach((record, i) => {
      growing.append(record);
      expect(toHex(proofs.root(i + 1))).toBe(toHex(growing.root()));
    });
  });

  test("what is not there cannot be asked for", () => {
    const tree = treeOf(numbered(3));
    expect(() => tree.inclusion(3, 3)).toThrow(RangeError);
    expect(() => tree.inclusion(0, 4)).toThrow(RangeError);
    expect(() => tree.consistency(3, 2)).toThrow(RangeError);
  });
});
