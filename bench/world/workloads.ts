/** What the `world` board runs: scenarios as text. */
export interface Plant {
  readonly name: string;
  readonly instruments: number;
  /** With its unit. */
  readonly duration: string;
}

/**
 * Simulated Biostats, sampled and handed over every second, at a driver that is given their five
 * controlled channels.
 */
export function bioreactors({ name, instruments, duration }: Plant): string {
  const units = Array.from(
    { length: instruments },
    (_, i) =>
      `    brx-${i + 1}: { simulator: sartorius-biostat, driver: opcua-generic, protocol: opcua, sample: 1 s }`,
  );
  return [
    `scenario: ${name}`,
    `title: ${instruments} bioreactors for ${duration}`,
    "covers: []",
    "seed: 1",
    `duration: ${duration}`,
    "plant:",
    "  twin: cho-fed-batch",
    "  instruments:",
    ...units,
    "expect:",
    "  - { always: every-gap-is-recorded }",
    "",
  ].join("\n");
}
