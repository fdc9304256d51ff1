/**
 * Where a ledger stands: what the next record and the next batch must carry. The writer moves it
 * on as it seals, the verifier as it checks.
 */
import type { BatchSector } from "./bytes.ts";
import { HASH_BYTES, linkHash } from "./hashing.ts";
import { MerkleTree } from "./merkle-tree.ts";

export class Chain {
  /** Sequence of the next record. */
  sequence: bigint;
  /** Number of the next batch. */
  batchNumber: bigint;
  /** Hash of the last record; zeros before the first. */
  recordHash: Uint8Array;
  /** Hash of the last batch's trailer; of the ledger's id before the first. */
  link: Uint8Array;
  /** What its batches are padded to, in bytes. */
  readonly sector: BatchSector;
  /** May lag behind `sequence` while a batch is on its way to the disk. */
  readonly tree: MerkleTree;

  constructor(at: {
    batchNumber: bigint;
    recordHash: Uint8Array;
    link: Uint8Array;
    tree: MerkleTree;
    sector: BatchSector;
  }) {
    this.sequence = at.tree.size;
    this.batchNumber = at.batchNumber;
    this.recordHash = at.recordHash;
    this.link = at.link;
    this.tree = at.tree;
    this.sector = at.sector;
  }

  static start(ledgerId: Uint8Array, sector: BatchSector): Chain {
    return new Chain({
      sector,
      batchNumber: 0n,
      recordHash: new Uint8Array(HASH_BYTES),
      link: linkHash(ledgerId),
      tree: new MerkleTree(),
    });
  }

  addRecord(hash: Uint8Array): void {
    this.recordHash = hash;
    this.sequence += 1n;
  }

  /** Once for each record, in order; what the tree is asked for holds only when none is missing. */
  addLeaf(record: Uint8Array): void {
    this.tree.append(record);
  }

  addBatch(trailer: Uint8Array): void {
    this.link = linkHash(trailer);
    this.batchNumber += 1n;
  }
}
