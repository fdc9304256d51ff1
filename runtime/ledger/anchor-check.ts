/**
 * Holds the time-stamped checkpoints that lie beside a ledger against its keys and its records: each note
 * must be signed by a key that was in use, say what the records say, and be what its token is of.
 */

import type { Anchor } from "./anchor.ts";
import { toUtf8 } from "./bytes.ts";
import type { Chain } from "./chain.ts";
import type { LedgerCheckpoint } from "./ledger.ts";
import type { LedgerPolicy } from "./policy.ts";
import { openCheckpoint } from "./signed-note.ts";
import { type StatedProblem, type StatedRoot, StatedRoots } from "./stated-roots.ts";
import { AnchorError } from "./time-stamp/request.ts";
import { readTimeStamp, type TimeStamp } from "./time-stamp/token.ts";

interface Checked extends StatedRoot {
  readonly stamp: TimeStamp;
}

export class AnchorCheck {
  readonly #anchors: readonly Checked[];
  readonly #roots: StatedRoots;
  readonly #bad: StatedProblem | undefined;

  constructor(anchors: readonly Anchor[], policy: LedgerPolicy) {
    const found = anchors.map((anchor) => checked(anchor, policy));
    this.#bad = found.find((one) => "reason" in one);
    this.#anchors = found.filter((one) => "stamp" in one);
    this.#roots = new StatedRoots(this.#anchors, "time-stamped");
  }

  get count(): number {
    return this.#anchors.length;
  }

  /** Over the most records. */
  get newest(): TimeStamp | undefined {
    return this.#anchors.reduce<Checked | undefined>(
      (most, one) => (most === undefined || one.records >= most.records ? one : most),
      undefined,
    )?.stamp;
  }

  /** To be called after each record, in order. */
  look(chain: Pick<Chain, "sequence" | "tree">): void {
    this.#roots.look(chain);
  }

  /** After the last record. @param records how many there are */
  problem(records: bigint): StatedProblem | undefined {
    return this.#bad ?? this.#roots.problem(records);
  }
}

function checked({ name, note, token }: Anchor, policy: LedgerPolicy): Checked | StatedProblem {
  if (note === "") return { verdict: "CORRUPT", file: `${name}.txt`, reason: "file is missing or empty" };
  const checkpoint = openedBy(policy, note);
  if (checkpoint === undefined) {
    return { verdict: "CORRUPT", file: `${name}.txt`, reason: "note is not signed by a key of this ledger" };
  }
  try {
    const { records, root } = checkpoint;
    return { file: `${name}.txt`, records, root, stamp: readTimeStamp(token, toUtf8(note)) };
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
