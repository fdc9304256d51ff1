import type { Log } from "@helix/hal";

type Level = "debug" | "info" | "warn" | "error";

/** A log that writes one JSON object per line to `write`. */
export function jsonLog(write: (line: string) => void, base: Readonly<Record<string, unknown>> = {}): Log {
  const at =
    (level: Level) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      write(JSON.stringify({ level, ...base, message, ...fields }, jsonValue));
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A log nobody reads. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return { name: value.name, message: value.message, cause: value.cause };
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}
