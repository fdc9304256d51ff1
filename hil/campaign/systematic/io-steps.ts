/**
 * The steps of a driver's input and output, and when the calm run took each: from its record. Faults
 * begin at whole seconds, so steps within one second are tested by the same run.
 */
import type { RunRecordLine } from "@helix/run-record";

export const IO_STEPS = [
  "connect",
  "session",
  "subscription",
  "sample",
  "write",
  "read-back",
  "health check",
  "disconnect",
] as const;
export type IoStep = (typeof IO_STEPS)[number];

export interface StepTime {
  readonly step: IoStep;
  /** s of plant time; undefined where a fault cannot be put there. */
  readonly atS: number | undefined;
  /** Why not. */
  readonly reason: string | undefined;
}

/** HELIX-HAL-0001 section 2.1: from Streaming on. */
const HEALTH_CHECK_EVERY_S = 30;

/** In the order of IO_STEPS, of the instrument `key`. */
export function stepTimes(lines: readonly RunRecordLine[], key: string): StepTime[] {
  const status = (name: string) =>
    lines.find((line) => line.kind === "status" && line.instrument === key && line.status === name);
  const samples = lines.filter((line) => line.kind === "sample" && line.instrument === key);
  const command = lines.find((line) => line.kind === "command" && line.instrument === key);
  const streaming = status("Streaming");
  const at = (line: RunRecordLine | undefined, afterS: number, otherwise: string) =>
    line !== undefined && "t" in line
      ? { atS: line.t + afterS, reason: undefined }
      : { atS: undefined, reason: otherwise };
  const latencyS = command?.kind === "command" ? (command.latencyMs ?? 0) / 1000 : 0;
  const times: Readonly<Record<IoStep, Omit<StepTime, "step">>> = {
    connect: at(status("Connecting"), 0, "the calm run did not connect"),
    session: at(status("Connected"), 0, "the calm run had no session"),
    subscription: at(streaming, 0, "the calm run did not stream"),
    sample: at(samples[Math.floor(samples.length / 2)], 0, "the calm run had no sample"),
    write: at(command, 0, "the scenario gives no command"),
    "read-back": at(command, latencyS, "the scenario gives no command"),
    "health check": at(streaming, HEALTH_CHECK_EVERY_S, "the calm run did not stream"),
    // The runtime disconnects once the plant has come to the end.
    disconnect: at(
      lines.find((line) => line.kind === "reached"),
      0,
      "the calm run did not come to its end",
    ),
  };
  return IO_STEPS.map((step) => ({ step, ...times[step] }));
}
