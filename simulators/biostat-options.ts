/** What the rig tells the Biostat simulator when it starts it; JSON in the first argument. */
export interface BiostatSimulatorOptions {
  readonly host: string;
  /** 0 asks for a free port. */
  readonly port: number;
  readonly seed: number;
  readonly twin: string;
  readonly serialNumber: string;
  /** Plant time at which it starts, s since inoculation; the twin is integrated up to here first. */
  readonly beginS: number;
  /** ISO 8601 UTC instant of plant time 0: source time stamps count from here. */
  readonly inoculation: string;
  /** s of plant time between two samples of a channel. */
  readonly samplePeriodS: number;
  /** s of plant time between two "truth" messages. */
  readonly truthPeriodS: number;
  /** Own keys and certificates, with `trusted/certs` for the clients it lets in. */
  readonly pkiFolder: string;
  readonly username: string;
  /** Environment variable that holds the password. */
  readonly passwordEnvVar: string;
}
