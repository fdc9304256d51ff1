/** What every simulated rig says of an instrument: to its driver, to its simulator, in helix.toml. */
import type { Random } from "@helix/hal";
import type { ConfigValue, Wiring } from "../parts.ts";

/** s of plant time between two "truth" lines. */
export const TRUTH_PERIOD_S = 60;
export const USERNAME = "helix";
const PASSWORD_BYTES = 18;

/** How the instrument `key` of a run with this seed is reached. */
export function wiringOf(
  key: string,
  seed: number,
  reached: Pick<Wiring, "at" | "pollIntervalMs" | "silenceLimitMs">,
): Wiring {
  return {
    ...reached,
    serialNumber: `SIM-${seed}-${key}`,
    username: USERNAME,
    passwordEnvVar: `HELIX_RIG_PASSWORD_${key.toUpperCase().replaceAll("-", "_")}`,
  };
}

export function drawPassword(random: Random, key: string): string {
  return Buffer.from(random.fork(`password:${key}`).bytes(PASSWORD_BYTES)).toString("base64url");
}

/** What helix.toml says of an instrument only where it is not the usual. */
export interface InstrumentSettings {
  readonly healthCheckIntervalS?: number;
  readonly reconnectRetries?: number;
}

/** `[instruments.<key>]` and `[instruments.<key>.config]`. */
export function instrumentToml(
  key: string,
  title: string,
  library: string,
  config: Readonly<Record<string, ConfigValue>>,
  { healthCheckIntervalS, reconnectRetries }: InstrumentSettings = {},
): string {
  const lines = [
    `[instruments.${key}]`,
    `driver_library = ${JSON.stringify(library)}`,
    `display_name = ${JSON.stringify(title)}`,
    ...(healthCheckIntervalS === undefined
      ? []
      : [`health_check_interval_seconds = "${healthCheckIntervalS} s"`]),
    ...(reconnectRetries === undefined ? [] : [`reconnect_retries = ${reconnectRetries}`]),
    "",
    `[instruments.${key}.config]`,
    ...Object.entries(config).map(([name, value]) => `${name} = ${tomlValue(value)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function tomlValue(value: ConfigValue): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, inner]) => `${name} = ${tomlValue(inner)}`);
  return `{ ${entries.join(", ")} }`;
}

/** The whole of helix.toml; folders count from the file's. */
export function configuration(instruments: readonly string[]): string {
  const folders = ["[ledger]", 'folder = "ledger"', "", "[pki]", 'folder = "pki"', ""].join("\n");
  return [folders, ...instruments].join("\n");
}
