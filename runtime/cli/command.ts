/**
 * What a command of `helix` is. A package offers one by naming its module in its package.json:
 *
 *   "helix": { "commands": { "run": "./commands/run.ts" } }
 *
 * and the module exports it as `command`. The CLI finds it there and loads it when it is called,
 * or for `helix --help`: a command's module imports what is heavy inside `run`.
 */
import type { Platform } from "@helix/platform";

/** The exit codes of `helix`. */
export const EXIT = { pass: 0, fail: 1, invalidInput: 2, invalidRun: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What somebody comes for; `helix --help` groups by it, in this order. */
export const TOPICS = {
  start: "Start here",
  bench: "Prove a driver",
  production: "Run a plant",
  evidence: "Evidence",
  science: "Ask what if",
} as const;
export type Topic = keyof typeof TOPICS;

/** A command, or a group of them ("ledger" with "verify"). */
export type CliCommand = LeafCommand | CommandGroup;

export interface LeafCommand<A extends Arguments = Arguments, O extends Options = Options> {
  readonly name: string;
  /** One line, no full stop: "run a scenario and judge it". */
  readonly summary: string;
  readonly topic: Topic;
  /** What the help says below the usage: a paragraph, wrapped by the CLI. */
  readonly details?: string;
  /** By name, in the order they are given. */
  readonly arguments?: A;
  /** By name in camelCase: `outFolder` is given as `--out-folder`. `--json` is every command's. */
  readonly options?: O;
  readonly examples?: readonly Example[];
  /**
   * Does the work. Ends soon after `context.signal` aborts, with everything closed.
   * @throws CliError, ProblemsError or any error with an `advice` for what the user can mend
   */
  run(input: CommandInput<A, O>, context: CliContext): Promise<CommandOutcome>;
}

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly topic: Topic;
  readonly commands: readonly LeafCommand[];
}

export interface Example {
  /** As typed: "helix run scenarios/calm.yaml". */
  readonly line: string;
  readonly explains: string;
}

export type Arguments = Readonly<Record<string, ArgumentSpec>>;
export interface ArgumentSpec {
  readonly summary: string;
  /** "one" must be there, "optional" may be missing, "many" takes all that follow (at least one). */
  readonly count: "one" | "optional" | "many";
}

export type Options = Readonly<Record<string, OptionSpec>>;
export type OptionSpec =
  | { readonly kind: "flag"; readonly summary: string }
  | {
      readonly kind: "text";
      readonly summary: string;
      /** What the help calls the value: "folder". */
      readonly value: string;
      /** The only words allowed. */
      readonly choices?: readonly string[];
      readonly default?: string;
    }
  | {
      /** May be given any number of times; the input holds all of them in order. */
      readonly kind: "texts";
      readonly summary: string;
      readonly value: string;
    }
  | {
      readonly kind: "number" | "integer";
      readonly summary: string;
      readonly value: string;
      readonly min?: number;
      readonly max?: number;
      readonly default?: number;
    };

/** What the user gave, checked against the declaration. */
export interface CommandInput<A extends Arguments = Arguments, O extends Options = Options> {
  readonly arguments: { readonly [Name in keyof A]: ArgumentValue<A[Name]["count"]> };
  readonly options: { readonly [Name in keyof O]: OptionValue<O[Name]> };
}

type ArgumentValue<Count> = Count extends "one"
  ? string
  : Count extends "many"
    ? readonly string[]
    : string | undefined;
type OptionValue<Spec> = Spec extends { kind: "flag" }
  ? boolean
  : Spec extends { kind: "texts" }
    ? readonly string[]
    : Spec extends { kind: "text"; choices: readonly (infer Choice)[] }
      ? Choice | Missing<Spec>
      : Spec extends { kind: "text" }
        ? string | Missing<Spec>
        : number | Missing<Spec>;
type Missing<Spec> = Spec extends { default: unknown } ? never : undefined;

export interface CommandOutcome {
  readonly exitCode: ExitCode;
  /**
   * What `--json` prints: one JSON object, and nothing else on standard output. A bigint becomes
   * text, a Map an object, bytes hexadecimal text.
   */
  readonly result: Readonly<Record<string, unknown>>;
}

export interface CliContext {
  /** Of HELIX, SemVer. */
  readonly version: string;
  readonly platform: Platform;
  /** For people. With `--json` it goes to standard error, so that the JSON stands alone. */
  readonly out: Writer;
  /** Progress, warnings and errors. */
  readonly err: Writer;
  /** The user asked for one JSON object: `result` is printed, prose may be left out. */
  readonly json: boolean;
  /** Where `out` and `err` are shown. */
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C (SIGINT) and SIGTERM. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths that the user gives count from here. */
  readonly cwd: string;
  /** Runs another command with this context, e.g. `invoke("run", ["calm.yaml"])`; prints no JSON. */
  invoke(name: string, args: readonly string[]): Promise<CommandOutcome>;
}

export interface Writer {
  write(text: string): void;
}

export interface Terminal {
  /** A person watches: progress may be redrawn in place. */
  readonly isTty: boolean;
  /** Characters in a line; 80 where it is not known. */
  readonly columns: number;
  readonly colour: boolean;
}

/** Ties `run`'s input to the declared arguments and options. */
export function defineCommand<
  const A extends Arguments = Record<never, never>,
  const O extends Options = Record<never, never>,
>(command: LeafCommand<A, O>): LeafCommand {
  // The CLI builds the input from these very declarations (command-input.ts).
  return command as unknown as LeafCommand;
}

/** Something the user can mend: one line that says what is wrong, and one that says what to do. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  readonly advice: string | undefined;

  constructor(message: string, options: { advice?: string; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.advice = options.advice;
    this.exitCode = options.exitCode ?? EXIT.invalidInput;
  }
}
