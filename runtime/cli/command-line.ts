/**
 * Reads a command's arguments and options from the command line as the command declares them.
 * commander does the reading and the help; this file translates both ways.
 */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { CliError, type CommandInput, type LeafCommand, type OptionSpec } from "./command.ts";
import { examplesText, wrap } from "./help-text.ts";

export interface ReadLine {
  readonly input: CommandInput;
  readonly json: boolean;
}

/**
 * @param fullName as typed, e.g. "ledger verify"
 * @returns the input; or the help that was asked for
 * @throws CliError for a line that the declaration does not allow
 */
export function readCommandLine(
  command: LeafCommand,
  fullName: string,
  args: readonly string[],
  columns: number,
): ReadLine | { readonly help: string } {
  const parser = parserOf(command, fullName, columns);
  let said = "";
  parser.configureOutput({
    writeOut: (text) => (said += text),
    writeErr: (text) => (said += text),
    getOutHelpWidth: () => columns,
  });
  try {
    parser.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { help: said };
    throw new CliError(plainWords(error.message), {
      advice: `helix ${fullName} --help shows how it is called`,
    });
  }
  return readParsed(command, parser);
}

function parserOf(command: LeafCommand, fullName: string, columns: number): Command {
  const parser = new Command(`helix ${fullName}`)
    .description(
      command.details === undefined
        ? command.summary
        : `${command.summary}\n\n${wrap(command.details, columns)}`,
    )
    .exitOverride()
    .allowExcessArguments(false)
    .helpOption("-h, --help", "show this help")
    .addHelpText("after", examplesText(command.examples ?? []));
  for (const [name, { summary, count }] of Object.entries(command.arguments ?? {})) {
    const written = count === "optional" ? `[${name}]` : count === "many" ? `<${name}...>` : `<${name}>`;
    parser.addArgument(new Argument(written, summary));
  }
  for (const [name, spec] of Object.entries(command.options ?? {})) parser.addOption(optionOf(name, spec));
  return parser.addOption(new Option("--json", "print one JSON object and nothing else on standard output"));
}

function optionOf(name: string, spec: OptionSpec): Option {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (spec.kind === "flag") return new Option(flag, spec.summary).default(false, "off");
  const option = new Option(`${flag} <${spec.value}>`, spec.summary);
  if (spec.kind === "texts") {
    return option.argParser((text, before: readonly string[]) => [...before, text]).default([], "none");
  }
  if (spec.default !== undefined) option.default(spec.default);
  if (spec.kind !== "text") option.argParser((text) => readNumber(text, spec));
  else if (spec.choices !== undefined) option.choices(spec.choices);
  return option;
}

function readNumber(text: string, spec: Extract<OptionSpec, { kind: "number" | "integer" }>): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const { kind, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = spec;
  const right = kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (right && value >= min && value <= max) return value;
  const limits = [
    spec.min === undefined ? "" : ` of at least ${min}`,
    spec.max === undefined ? "" : ` of at most ${max}`,
  ];
  throw new InvalidArgumentError(
    `Expected ${kind === "integer" ? "a whole number" : "a number"}${limits.join(" and").replace(/ and$/, "")}.`,
  );
}

function readParsed(command: LeafCommand, parser: Command): ReadLine {
  const { json, ...options } = parser.opts<Record<string, unknown>>();
  const names = Object.keys(command.arguments ?? {});
  const values = Object.fromEntries(names.map((name, index) => [name, parser.processedArgs[index]]));
  return { input: { arguments: values, options } as unknown as CommandInput, json: json === true };
}

/** commander's message in our form: no "error: ", no capital, no full stop. */
const plainWords = (message: string) =>
  message
    .replace(/^error: /, "")
    .replace(/\s*\(Did you mean/, " (did you mean")
    .replace(/\.$/, "");
