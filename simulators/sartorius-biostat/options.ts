/** What the rig tells the Biostat simulator when it starts it; JSON in the first argument. */
import * as v from "valibot";

export interface BiostatSimulatorOptions {
  /** Address to listen on and to advertise, e.g. 127.0.0.1. */
  readonly host: string;
  /** 0 asks for a free port. */
  readonly port: number;
  readonly seed: number;
  /** Name of a twin model. */
  readonly twin: string;
  readonly serialNumber: string;
  /** Plant time at which it starts, whole s since inoculation; the twin is integrated up to here first. */
  readonly beginS: number;
  /** ISO 8601 UTC instant of plant time 0: source time stamps count from here. */
  readonly inoculation: string;
  /** Whole s of plant time between two samples of a channel. */
  readonly samplePeriodS: number;
  /** Whole s of plant time between two "truth" messages. */
  readonly truthPeriodS: number;
  /** Own keys and certificates, with `trusted/certs` for the clients it lets in. */
  readonly pkiFolder: string;
  readonly username: string;
  /** Environment variable that holds the password. */
  readonly passwordEnvVar: string;
}

const text = v.pipe(v.string(), v.minLength(1));
const period = v.pipe(v.number(), v.integer(), v.minValue(1));

const SCHEMA = v.strictObject({
  host: text,
  port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)),
  seed: v.number(),
  twin: text,
  serialNumber: text,
  beginS: v.pipe(v.number(), v.integer(), v.minValue(0)),
  inoculation: v.pipe(v.string(), v.isoTimestamp()),
  samplePeriodS: period,
  truthPeriodS: period,
  pkiFolder: text,
  username: text,
  passwordEnvVar: text,
});

/** @throws Error naming the option that is missing or wrong */
export function parseOptions(json: string | undefined): BiostatSimulatorOptions {
  if (json === undefined) throw new Error("the simulator's options are missing: JSON in the first argument");
  const result = v.safeParse(SCHEMA, JSON.parse(json));
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? "options"}: ${issue.message}`);
  throw new Error(`the simulator's options are wrong: ${problems.join("; ")}`);
}
