import { Chain } from "../chain.ts";
import { MerkleTree } from "../merkle-tree.ts";
import type { ChainData } from "./messages.ts";

export const chainData = ({ tree, batchNumber, recordHash, link }: Chain): ChainData => ({
  size: tree.size,
  // Copies: a view into a pooled buffer would take the whole pool along.
  frontier: tree.frontier.map((hash) => new Uint8Array(hash)),
  batchNumber,
  recordHash: new Uint8Array(recordHash),
  link: new Uint8Array(link),
});

export const restoreChain = ({ size, frontier, batchNumber, recordHash, link }: ChainData): Chain =>
  new Chain({ batchNumber, recordHash, link, tree: new MerkleTree(size, frontier) });
