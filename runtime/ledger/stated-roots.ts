/**
 * Checkpoints that lie in files beside a ledger (time-stamped, cosigned), held against its records while it is
 * walked: at the size that each counts, the tree's root must be the one it states.
 */
import { toHex } from "./bytes.ts";
import type { Chain } from "./chain.ts";

export interface StatedRoot {
  readonly file: string;
  readonly records: bigint;
  /** Lower-case hex. */
  readonly root: string;
}

export interface StatedProblem {
  readonly verdict: "CORRUPT" | "ROLLBACK";
  readonly file: string;
  readonly reason: string;
}

export class StatedRoots {
  /** By how many records they count, rising. */
  readonly #stated: readonly StatedRoot[];
  /** What was done to them: "time-stamped". */
  readonly #how: string;
  #problem: StatedProblem | undefined;
  #next = 0;

  constructor(stated: readonly StatedRoot[], how: string) {
    this.#stated = stated.toSorted((a, b) => (a.records < b.records ? -1 : a.records > b.records ? 1 : 0));
    this.#how = how;
  }

  /** To be called after each record, in order. */
  look({ sequence, tree }: Pick<Chain, "sequence" | "tree">): void {
    for (
      let one = this.#stated[this.#next];
      one && one.records <= sequence;
      one = this.#stated[++this.#next]
    ) {
      // Of no records at all there is nothing to compare.
      if (one.records < sequence || one.root === toHex(tree.root())) continue;
      const reason = `the first ${one.records} records are not those that were ${this.#how}`;
      this.#problem ??= { verdict: "CORRUPT", file: one.file, reason };
    }
  }

  /** After the last record. @param records how many there are */
  problem(records: bigint): StatedProblem | undefined {
    const ahead = this.#stated.find((one) => one.records > records);
    if (this.#problem !== undefined || ahead === undefined) return this.#problem;
    const reason = `a ${this.#how} checkpoint counts ${ahead.records} records, ${records} are here`;
    return { verdict: "ROLLBACK", file: ahead.file, reason };
  }
}
