/** What the `world` board runs: scenarios as text. */
export interface Plant {
  readonly name: string;
  readonly instruments: number;
  /** With its unit. */
  readonly duration: string;
}

/**
 * Simulated Biostats, sampled every second, at a driver that is given their five controlled channels.
 * @param publish how often samples are handed over, with its unit
 */
export const bioreactors = (plant: Plant, publish: string): string =>
  scenario(
    plant,
    "bioreactors",
    `simulator: sartorius-biostat, driver: opcua-generic, protocol: opcua, sample: 1 s, publish: ${publish}`,
  );

/** Simulated Modbus devices, three channels with their setpoints each, polled every second. */
export const modbusDevices = (plant: Plant): string =>
  scenario(
    plant,
    "Modbus devices",
    "simulator: modbus-device, driver: modbus-generic, protocol: modbus-tcp, sample: 1 s",
  );

function scenario({ name, instruments, duration }: Plant, what: string, instrument: string): string {
  const units = Array.from({ length: instruments }, (_, i) => `    unit-${i + 1}: { ${instrument} }`);
  return [
    `scenario: ${name}`,
    `title: ${instruments} ${what} for ${duration}`,
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
