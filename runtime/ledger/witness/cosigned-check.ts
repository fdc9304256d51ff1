/**
 * Holds the cosigned checkpoints beside a ledger against its keys and its records, and the signatures of the witnesses
 * that the reader named against their keys. A witness that was not named is told by name, and counts for nothing.
 */
import { openedBy } from "../anchor-check.ts";
import { toHex } from "../bytes.ts";
import type { Chain } from "../chain.ts";
import type { WitnessStatement } from "../ledger.ts";
import type { LedgerPolicy } from "../policy.ts";
import { type StatedProblem, type StatedRoot, StatedRoots } from "../stated-roots.ts";
import { CosignatureError, cosignedAt, type WitnessKey } from "./cosignature.ts";
import type { CosignedFile } from "./cosigned.ts";

interface Checked extends StatedRoot {
  /** When, by the verifier key of each witness that was named and signed; seconds since 1970 UTC. */
  readonly times: ReadonlyMap<string, bigint>;
  /** Of keys that nobody named, as `name+key id`. */
  readonly others: readonly string[];
}

export class CosignedCheck {
  readonly #witnesses: readonly WitnessKey[];
  readonly #files: readonly Checked[];
  readonly #roots: StatedRoots;
  readonly #bad: StatedProblem | undefined;

  constructor(files: readonly CosignedFile[], policy: LedgerPolicy, witnesses: readonly WitnessKey[]) {
    this.#witnesses = witnesses;
    const found = files.map((file) => checked(file, policy, witnesses));
    this.#bad = found.find((one) => "reason" in one);
    this.#files = found.filter((one) => "times" in one);
    this.#roots = new StatedRoots(this.#files, "cosigned");
  }

  /** To be called after each record, in order. */
  look(chain: Pick<Chain, "sequence" | "tree">): void {
    this.#roots.look(chain);
  }

  /** After the last record. @param records how many there are */
  problem(records: bigint): StatedProblem | undefined {
    return this.#bad ?? this.#roots.problem(records);
  }

  /** Of each witness that was named: the largest checkpoint that it cosigned. */
  get statements(): WitnessStatement[] {
    return this.#witnesses.map(({ text }) => {
      let newest: WitnessStatement["newest"];
      for (const { records, times } of this.#files) {
        const timeS = times.get(text);
        if (timeS !== undefined && (newest === undefined || records > newest.records))
          newest = { records, timeS };
      }
      return { key: text, newest };
    });
  }

  get others(): string[] {
    return [...new Set(this.#files.flatMap(({ others }) => others))].toSorted();
  }
}

function checked(
  { file, note }: CosignedFile,
  policy: LedgerPolicy,
  witnesses: readonly WitnessKey[],
): Checked | StatedProblem {
  const checkpoint = openedBy(policy, note);
  if (checkpoint === undefined) {
    return { verdict: "CORRUPT", file, reason: "note is not signed by a key of this ledger" };
  }
  const { records, root, otherSignatures = [] } = checkpoint;
  try {
    const times = new Map(
      witnesses.flatMap((witness) => {
        const timeS = cosignedAt(note, witness);
        return timeS === undefined ? [] : [[witness.text, timeS] as const];
      }),
    );
    const named = witnesses.map(({ name, id }) => `${name}+${toHex(id)}`);
    return { file, records, root, times, others: otherSignatures.filter((one) => !named.includes(one)) };
  } catch (error) {
    if (!(error instanceof CosignatureError)) throw error;
    return { verdict: "CORRUPT", file, reason: error.message };
  }
}
