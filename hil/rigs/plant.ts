/** The simulated plant, as the conductor of a run sees it. */
export interface Plant {
  /** Plant time that all simulators have reached, s since inoculation, as last reported. */
  readonly timeS: number;
  /**
   * Grants plant time up to `untilS`, at most `speed` plant seconds per real second; takes the
   * place of the grant before. The plant stops exactly at `untilS`.
   */
  advance(untilS: number, speed: number): void;
  /** Resolves when the plant stands at `untilS`; rejects when a simulator fails. */
  reached(untilS: number): Promise<void>;
}
