/**
 * The setpoints of one instrument as HELIX last knew them, and what a reading finds changed without it:
 * by somebody at the panel, or by an instrument that lost them (HELIX-HAL-0001 sections 2.3 and 5.2: what
 * it holds counts, and is verified after a reconnection). Values are in the channel's unit.
 */
export interface SetpointDifference {
  readonly channelId: number;
  readonly known: number;
  readonly read: number;
}

/** Of a value: two that are this near are the same. */
const TOLERANCE = 1e-6;

export const isSameSetpoint = (a: number, b: number): boolean =>
  Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b));

export class KnownSetpoints {
  readonly #values: Map<number, number>;
  /** By channel, commands begun and ended: odd while one is on its way. */
  readonly #commands = new Map<number, number>();

  constructor(known: ReadonlyMap<number, number> = new Map()) {
    this.#values = new Map(known);
  }

  get(channelId: number): number | undefined {
    return this.#values.get(channelId);
  }

  commandBegins(channelId: number): void {
    this.#count(channelId);
  }

  /** @param acknowledged undefined where the instrument confirmed no value */
  commandEnds(channelId: number, acknowledged: number | undefined): void {
    this.#count(channelId);
    if (acknowledged !== undefined) this.#values.set(channelId, acknowledged);
  }

  /**
   * To be called before a reading; what it returns takes the reading's values, and tells which of
   * them are not what was known. A command on its way meanwhile says nothing of its channel.
   */
  beginReading(): (read: ReadonlyMap<number, number>) => SetpointDifference[] {
    const before = new Map(this.#commands);
    return (read) => {
      const differences: SetpointDifference[] = [];
      for (const [channelId, value] of read) {
        const commands = this.#commands.get(channelId) ?? 0;
        if (commands % 2 === 1 || commands !== (before.get(channelId) ?? 0)) continue;
        const known = this.#values.get(channelId);
        this.#values.set(channelId, value);
        if (known !== undefined && !isSameSetpoint(value, known))
          differences.push({ channelId, known, read: value });
      }
      return differences;
    };
  }

  #count(channelId: number): void {
    this.#commands.set(channelId, (this.#commands.get(channelId) ?? 0) + 1);
  }
}
