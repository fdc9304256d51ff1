import { Chain } from "../chain.ts";
import { MerkleTree } from "../merkle-tree.ts";
import type { ChainData } from "./messages.ts";

export const chainData = ({ tree, batchNumber, recordHash, link, sector }: Chain): ChainData => ({
  size: tree.size,
  // Copies: a view into a pooled buffer would take the whole pool along.
  frontier: tree.frontier.map((hash) => new Uint8Array(hash)),
  batchNumber,
  recordHash: new Uint8Array(recordHash),
  link: new Uint8Array(link),
  sector,
});

export const restoreChain = ({ size, frontier, batchNumber, recordHash, link, sector }: ChainData): Chain =>
  new Chain({ batchNumber, recordHash, link, sector, tree: new MerkleTree(size, frontier) });
