import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "./bytes.ts";
import { sha256 } from "./hashing.ts";
import { frontierLength, leafHash, MerkleTree, nodeHash } from "./merkle-tree.ts";

/** The eight leaves and the roots over the first n of them, as the RFC 6962 reference log tests with. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** Section 2.1, word for word: the recursive definition. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return leafHash(leaves[0] as Uint8Array);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

describe("Merkle tree of RFC 6962", () => {
  test("known roots over 0 to 8 leaves", () => {
    const tree = new MerkleTree();
    const roots = [toHex(tree.root())];
    for (const leaf of LEAVES) {
      tree.append(Uint8Array.from(Buffer.from(leaf, "hex")));
      roots.push(toHex(tree.root()));
    }
    expect(roots).toEqual(ROOTS);
  });

  test("grows to the same root as the recursive definition, also when continued from a frontier", () => {
    const leaves = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 });
    fc.assert(
      fc.property(leaves, fc.nat(70), (all, cut) => {
        let tree = new MerkleTree();
        all.forEach((leaf, i) => {
          if (i === cut) tree = new MerkleTree(tree.size, tree.frontier);
          tree.append(leaf);
        });
        expect(tree.size).toBe(BigInt(all.length));
        expect(tree.frontier.length).toBe(frontierLength(tree.size));
        expect(toHex(tree.root())).toBe(toHex(definition(all)));
      }),
      { numRuns: 60 },
    );
  });

  test("a frontier of another size is refused", () => {
    expect(() => new MerkleTree(3n, [new Uint8Array(32)])).toThrow(RangeError);
  });
});
