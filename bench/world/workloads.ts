/** What the `world` board runs: scenarios as text. */
export interface Plant {
  readonly name: string;
  readonly instruments: number;
  /** With its unit. */
  readonly duration: string;
  /** How often samples are handed over, with its unit. */
  readonly publish: string;
}

/** Simulated Biostats, sampled every second, at a driver that is given their five controlled channels. */
export function bioreactors({ name, instruments, duration, publish }: Plant): string {
  const units = Array.from(
    { length: instruments },
    (_, i) =>
      `    brx-${i + 1}: { simulator: sartorius-biostat, driver: opcua-generic, protocol: opcua, sample: 1 s, publish: ${publish} }`,
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
