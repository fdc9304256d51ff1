/**
 * `helix` from the command line to the exit code. Everything outside comes in as {@link Outside}:
 * bin/ hands in the process, tests a stand-in.
 */
import { nearest } from "@helix/config";
import type { Platform } from "@helix/platform";
import {
  type CliCommand,
  type CliContext,
  CliError,
  type CommandOutcome,
  EXIT,
  type LeafCommand,
  type Terminal,
  type Writer,
} from "./command.ts";
import { type ReadLine, readCommandLine } from "./command-line.ts";
import { type Installation, readInstallation } from "./discover.ts";
import { reportError } from "./error-report.ts";
import { groupHelp, type Listed, programHelp } from "./help-text.ts";
import { toJson } from "./json.ts";
import { SIGNAL_EXIT, type Stoppable, watchStopSignals } from "./stop-signals.ts";

export interface Outside {
  readonly platform: Platform;
  /** Folder of the installation. */
  readonly root: string;
  readonly stdout: Writer & { readonly terminal: Terminal };
  readonly stderr: Writer & { readonly terminal: Terminal };
  readonly process: Stoppable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Runs one command line.
 *
 * @param argv what follows "helix"
 * @returns the exit code of the process: an ExitCode, or 130 or 143 after a signal
 */
export async function runProgram(argv: readonly string[], outside: Outside): Promise<number> {
  const json = argv.includes("--json");
  const stop = watchStopSignals(outside.process, outside.platform.clock, (line) =>
    outside.stderr.write(`${line}\n`),
  );
  try {
    const outcome = await new Program(outside, json, stop.signal).run(argv);
    if (json && outcome.result !== undefined) outside.stdout.write(`${toJson(outcome.result)}\n`);
    return outcome.exitCode;
  } catch (error) {
    if (stop.received !== undefined && isAbort(error)) {
      outside.stderr.write(`helix: ${(stop.signal.reason as Error).message}\n`);
      return SIGNAL_EXIT[stop.received];
    }
    const { colour } = outside.stderr.terminal;
    const report = reportError(error, { colour, debug: outside.env["HELIX_DEBUG"] === "1" });
    outside.stderr.write(report.text);
    if (json) outside.stdout.write(`${toJson(report.json)}\n`);
    return report.exitCode;
  } finally {
    stop.done();
  }
}

const isAbort = (error: unknown) => error instanceof Error && error.name === "AbortError";

/** `result` is undefined after help, which is prose alone. */
type Outcome = CommandOutcome | { readonly exitCode: typeof EXIT.pass; readonly result: undefined };
const SAID: Outcome = { exitCode: EXIT.pass, result: undefined };

class Program {
  readonly #outside: Outside;
  readonly #json: boolean;
  readonly #signal: AbortSignal;

  constructor(outside: Outside, json: boolean, signal: AbortSignal) {
    this.#outside = outside;
    this.#json = json;
    this.#signal = signal;
  }

  async run(argv: readonly string[]): Promise<Outcome> {
    const { platform, root, stdout } = this.#outside;
    const installation = await readInstallation(platform.disk, root);
    const args = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
    const at = args.findIndex((arg) => !arg.startsWith("-"));
    const leading = args.slice(0, at === -1 ? undefined : at);
    if (leading.includes("--version") || leading.includes("-V")) {
      stdout.write(
        this.#json ? `${toJson({ version: installation.version })}\n` : `${installation.version}\n`,
      );
      return SAID;
    }
    const stranger = leading.find((arg) => !["--json", "--help", "-h"].includes(arg));
    if (stranger !== undefined) {
      throw new CliError(`there is no option "${stranger}" before a command`, { advice: LIST_ADVICE });
    }
    const name = args[at];
    if (name === undefined) return this.#listCommands(installation);
    const asksHelp = leading.some((arg) => arg !== "--json");
    return this.#dispatch(installation, name, [...args.slice(at + 1), ...(asksHelp ? ["--help"] : [])]);
  }

  async #listCommands({ version, commands }: Installation): Promise<Outcome> {
    const listed = await Promise.all(
      [...commands.values()].map(
        (found): Promise<Listed> =>
          found.load().catch((error: unknown) => ({ name: found.name, broken: (error as Error).message })),
      ),
    );
    const { stdout } = this.#outside;
    stdout.write(programHelp(version, listed, stdout.terminal.columns));
    return SAID;
  }

  async #dispatch(installation: Installation, name: string, args: readonly string[]): Promise<Outcome> {
    const found = installation.commands.get(name);
    if (found === undefined) throw unknownCommand(name, [...installation.commands.keys()], "helix");
    const command = await found.load();
    if (!("commands" in command)) return this.#runLeaf(installation, command, name, args);
    return this.#runGroup(installation, command, args);
  }

  #runGroup(
    installation: Installation,
    group: Extract<CliCommand, { commands: unknown }>,
    args: readonly string[],
  ): Promise<Outcome> {
    const at = args.findIndex((arg) => !arg.startsWith("-"));
    const name = args[at];
    if (name === undefined) {
      const { stdout } = this.#outside;
      stdout.write(groupHelp(group, stdout.terminal.columns));
      return Promise.resolve(SAID);
    }
    const leaf = group.commands.find((command) => command.name === name);
    const known = group.commands.map((command) => command.name);
    if (leaf === undefined) throw unknownCommand(name, known, `helix ${group.name}`);
    return this.#runLeaf(installation, leaf, `${group.name} ${name}`, args.toSpliced(at, 1));
  }

  async #runLeaf(
    installation: Installation,
    command: LeafCommand,
    fullName: string,
    args: readonly string[],
  ): Promise<Outcome> {
    const { stdout } = this.#outside;
    const line: ReadLine | { help: string } = readCommandLine(
      command,
      fullName,
      args,
      stdout.terminal.columns,
    );
    if ("help" in line) {
      stdout.write(line.help);
      return SAID;
    }
    return command.run(line.input, this.#context(installation));
  }

  #context(installation: Installation): CliContext {
    const { platform, stdout, stderr, env, cwd } = this.#outside;
    const out = this.#json ? stderr : stdout;
    return {
      version: installation.version,
      platform,
      out,
      err: stderr,
      json: this.#json,
      terminal: out.terminal,
      signal: this.#signal,
      env,
      cwd,
      invoke: async (name, args) => {
        const outcome = await this.#dispatch(installation, name, args);
        if (outcome.result === undefined)
          throw new Error(`"${name}" was asked for its help by another command`);
        return outcome;
      },
    };
  }
}

const LIST_ADVICE = "helix --help lists the commands";

function unknownCommand(name: string, known: readonly string[], under: string): CliError {
  const meant = nearest(name, known);
  return new CliError(`there is no command "${under} ${name}"`, {
    advice: meant === undefined ? `${under} --help lists the commands` : `did you mean "${under} ${meant}"?`,
  });
}
