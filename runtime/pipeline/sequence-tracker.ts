/**
 * Finds samples that are missing by the sequence numbers of one instrument's channels
 * (HELIX-HAL-0001 section 2.2: strictly rising per channel, a jump is a gap).
 */
export type SequenceVerdict =
  | { readonly kind: "next" }
  | { readonly kind: "gap"; readonly lastSequence: bigint; readonly missing: bigint }
  /** Not above the last one: the driver breaks the contract. */
  | { readonly kind: "violation"; readonly lastSequence: bigint };

export class SequenceTracker {
  readonly #last = new Map<number, bigint>();

  /** Judges and remembers one frame's number. A violation is not remembered. */
  observe(channelId: number, sequence: bigint): SequenceVerdict {
    const lastSequence = this.#last.get(channelId);
    if (lastSequence !== undefined && sequence <= lastSequence) return { kind: "violation", lastSequence };
    this.#last.set(channelId, sequence);
    if (lastSequence === undefined || sequence === lastSequence + 1n) return { kind: "next" };
    return { kind: "gap", lastSequence, missing: sequence - lastSequence - 1n };
  }

  /** Of the channel seen last; 0n when none was. */
  highest(): bigint {
    let highest = 0n;
    for (const sequence of this.#last.values()) if (sequence > highest) highest = sequence;
    return highest;
  }
}
