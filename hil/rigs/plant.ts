/** The plant, simulated or not, as the conductor of a run sees it. */
export interface Plant {
  /** Plant time, s since inoculation; of a simulated plant what all simulators have reached, as last reported. */
  readonly timeS: number;
  /**
   * Grants plant time up to `untilS`, at most `speed` plant seconds per real second; takes the
   * place of the grant before. A simulated plant stops exactly at `untilS`.
   */
  advance(untilS: number, speed: number): void;
  /** Resolves when the plant stands at `untilS`; rejects when a simulator fails. */
  reached(untilS: number): Promise<void>;
}
