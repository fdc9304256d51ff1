/**
 * What a person, or a machine, is told when a command fails. What the user can mend is one clear
 * line and what to do; anything else is a fault of HELIX, told with its causes.
 */
import { inspect } from "node:util";
import { formatProblems, ProblemsError } from "@helix/config";
import { InstrumentError } from "@helix/hal";
import { LockHeldError } from "@helix/platform";
import { CliError, EXIT, type ExitCode } from "./command.ts";

export interface ErrorReport {
  readonly exitCode: ExitCode;
  /** For people; ends with a newline. */
  readonly text: string;
  /** For `--json`. */
  readonly json: {
    readonly error: {
      readonly kind: "invalid-input" | "internal";
      readonly message: string;
      readonly advice?: string | undefined;
      readonly problems?: readonly unknown[];
      readonly causes?: readonly string[];
    };
    readonly exitCode: ExitCode;
  };
}

/** @param debug also show where in the code it happened */
export function reportError(error: unknown, options: { colour: boolean; debug: boolean }): ErrorReport {
  if (error instanceof ProblemsError) return reportProblems(error, options.colour);
  const known = knownError(error);
  if (known !== undefined) {
    const { message, advice, exitCode } = known;
    const stack = options.debug ? `${stackOf(error)}\n` : "";
    const text = `helix: ${message}\n${advice === undefined ? "" : `  ${advice}\n`}${stack}`;
    return { exitCode, text, json: { error: { kind: "invalid-input", message, advice }, exitCode } };
  }
  return reportUnexpected(error, options.debug);
}

function reportProblems(error: ProblemsError, colour: boolean): ErrorReport {
  const count = error.problems.length === 1 ? "1 problem" : `${error.problems.length} problems`;
  return {
    exitCode: EXIT.invalidInput,
    text: `${formatProblems(error.problems, error.sources, { colour })}\n\nhelix: ${count}\n`,
    json: {
      error: { kind: "invalid-input", message: error.message, problems: error.problems },
      exitCode: EXIT.invalidInput,
    },
  };
}

interface Known {
  readonly message: string;
  readonly advice: string | undefined;
  readonly exitCode: ExitCode;
}

function knownError(error: unknown): Known | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof CliError) {
    return { message: error.message, advice: error.advice, exitCode: error.exitCode };
  }
  const advice = "advice" in error && typeof error.advice === "string" ? error.advice : undefined;
  const known = advice ?? adviceFor(error);
  if (known !== undefined) return { message: error.message, advice: known, exitCode: EXIT.invalidInput };
  if (error instanceof InstrumentError) {
    return { message: error.message, advice: undefined, exitCode: EXIT.invalidInput };
  }
  return systemError(error);
}

function adviceFor(error: Error): string | undefined {
  if (!(error instanceof LockHeldError)) return undefined;
  return "another HELIX uses it: stop that one, or give this one a folder of its own";
}

type SystemError = Error & { code?: string; path?: string; port?: number; address?: string };

/** Errors of the operating system about a file or a port that the user named. */
function systemError(error: SystemError): Known | undefined {
  const [say, advice] = SYSTEM_ERRORS[error.code ?? ""] ?? [];
  const what = error.path ?? portOf(error);
  if (say === undefined || what === undefined) return undefined;
  return { message: `${what}: ${say}`, advice, exitCode: EXIT.invalidInput };
}

const portOf = ({ port, address }: SystemError) =>
  port === undefined ? undefined : `${address ?? ""}:${port}`;

const SYSTEM_ERRORS: Readonly<Record<string, readonly [says: string, advice: string]>> = {
  ENOENT: ["no such file or folder", "check the path; a relative one counts from the present folder"],
  EACCES: ["no permission", "give this user the right to it, or name another place"],
  EPERM: ["not permitted", "give this user the right to it, or name another place"],
  EROFS: ["is on a read-only file system", "name a folder that can be written"],
  ENOSPC: ["no space left on the disk", "free some, or name a folder on another disk"],
  ENOTDIR: ["part of the path is a file, not a folder", "check the path"],
  EISDIR: ["is a folder, not a file", "name a file in it"],
  EEXIST: ["exists already", "name another one"],
  EADDRINUSE: ["the port is in use", "stop the program that has it, or choose another port"],
  ECONNREFUSED: ["nothing answers there", "start the instrument or its simulator, or correct the address"],
};

function reportUnexpected(error: unknown, debug: boolean): ErrorReport {
  const message = textOf(error);
  const causes = causesOf(error);
  const lines = [
    `helix: unexpected error: ${message}`,
    ...causes.map((cause) => `  because: ${cause}`),
    ...(debug ? [stackOf(error)] : []),
    "  This is a fault in HELIX. Please report it with the command line, this text",
    `  and ${debug ? "the stack above" : "what HELIX_DEBUG=1 adds to it"}.`,
  ];
  return {
    exitCode: EXIT.invalidRun,
    text: `${lines.join("\n")}\n`,
    json: { error: { kind: "internal", message, causes }, exitCode: EXIT.invalidRun },
  };
}

const MOST_CAUSES = 8;

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && causes.length < MOST_CAUSES) {
    causes.push(textOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

const textOf = (thrown: unknown) =>
  typeof thrown === "string" ? thrown : thrown instanceof Error ? thrown.message : inspect(thrown);
const stackOf = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : inspect(error);
