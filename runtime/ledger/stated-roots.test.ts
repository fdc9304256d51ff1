import { expect, test } from "vitest";
import { toHex } from "./bytes.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { type StatedRoot, StatedRoots } from "./stated-roots.ts";

/** Walks three records. @returns what is wrong */
function walked(stated: readonly StatedRoot[]) {
  const roots = new StatedRoots(stated, "cosigned");
  const tree = new MerkleTree();
  for (let sequence = 1n; sequence <= 3n; sequence++) {
    tree.append(Uint8Array.of(Number(sequence)));
    roots.look({ sequence, tree });
  }
  return roots.problem(3n);
}

function rootOver(records: number): string {
  const tree = new MerkleTree();
  for (let i = 1; i <= records; i++) tree.append(Uint8Array.of(i));
  return toHex(tree.root());
}

const stated = (records: number, root = rootOver(records)): StatedRoot => ({
  file: `cosigned-${records}.txt`,
  records: BigInt(records),
  root,
});

test("stated roots that the records bear out are no problem, in any order and twice", () => {
  expect(walked([stated(3), stated(1), stated(1), stated(2)])).toBeUndefined();
});

test("a wrong one is found wherever it stands, also behind one over no records and beside a right one", () => {
  for (const others of [[], [stated(0)], [stated(2)], [stated(0), stated(1), stated(3)]])
    expect(walked([...others, stated(2, rootOver(3))])).toMatchObject({
      verdict: "CORRUPT",
      file: "cosigned-2.txt",
    });
});

test("one that counts more records than there are is ROLLBACK", () => {
  expect(walked([stated(1), stated(4)])).toMatchObject({ verdict: "ROLLBACK", file: "cosigned-4.txt" });
});
