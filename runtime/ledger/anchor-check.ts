/**
 * Holds the time-stamped checkpoints that lie beside a ledger against its keys and its records: each note
 * must be signed by a key that was in use, say what the records say, and be what its token is of.
 */

import type { Anchor } from "./anchor.ts";
import { toHex, toUtf8 } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import type { LedgerPolicy } from "./policy.ts";
import { openCheckpoint } from "./signed-note.ts";
import { AnchorError } from "./time-stamp/request.ts";
import { readTimeStamp, type TimeStamp } from "./time-stamp/token.ts";

export interface AnchorProblem {
  readonly verdict: "CORRUPT" | "ROLLBACK";
  readonly file: string;
  readonly reason: string;
}

interface Checked {
  readonly name: string;
  readonly records: bigint;
  readonly root: string;
  readonly stamp: TimeStamp;
}

export class AnchorCheck {
  /** By how many records they count, rising. */
  readonly #anchors: Checked[] = [];
  #problem: AnchorProblem | undefined;
  #next = 0;

  constructor(anchors: readonly Anchor[], policy: LedgerPolicy) {
    for (const anchor of anchors) {
      const found = checked(anchor, policy);
      if ("reason" in found) this.#problem ??= found;
      else this.#anchors.push(found);
    }
    this.#anchors.sort((a, b) => (a.records < b.records ? -1 : a.records > b.records ? 1 : 0));
  }

  get count(): number {
    return this.#anchors.length;
  }

  get newest(): TimeStamp | undefined {
    return this.#anchors.at(-1)?.stamp;
  }

  /** To be called after each record, in order. */
  look({ sequence, tree }: Pick<Chain, "sequence" | "tree">): void {
    for (let one = this.#anchors[this.#next]; one?.records === sequence; one = this.#anchors[++this.#next]) {
      if (one.root === toHex(tree.root())) continue;
      const reason = `the first ${one.records} records are not those that were time-stamped`;
      this.#problem ??= { verdict: "CORRUPT", file: `${one.name}.txt`, reason };
    }
  }

  /** After the last record. @param records how many there are */
  problem(records: bigint): AnchorProblem | undefined {
    const ahead = this.#anchors.find((one) => one.records > records);
    if (this.#problem !== undefined || ahead === undefined) return this.#problem;
    const reason = `a time-stamped checkpoint counts ${ahead.records} records, ${records} are here`;
    return { verdict: "ROLLBACK", file: `${ahead.name}.txt`, reason };
  }
}

function checked({ name, note, token }: Anchor, policy: LedgerPolicy): Checked | AnchorProblem {
  if (note === "") return { verdict: "CORRUPT", file: `${name}.txt`, reason: "file is missing or empty" };
  const checkpoint = openedBy(policy, note);
  if (checkpoint === undefined) {
    return { verdict: "CORRUPT", file: `${name}.txt`, reason: "note is not signed by a key of this ledger" };
  }
  try {
    const { records, root } = checkpoint;
    return { name, records, root, stamp: readTimeStamp(token, toUtf8(note)) };
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    return { verdict: "CORRUPT", file: `${name}.tsr`, reason: error.message };
  }
}

/** The note of a checkpoint, when a key of the ledger signed it that might; undefined otherwise. */
export function openedBy({ keys }: LedgerPolicy, note: string): LedgerCheckpoint | undefined {
  for (let epoch = keys.epoch; epoch >= 0; epoch--) {
    const key = keys.keyOf(epoch);
    const checkpoint = key && openCheckpoint(note, key);
    if (checkpoint !== undefined && keys.mayCover(epoch, checkpoint.records)) return checkpoint;
  }
  return undefined;
}
