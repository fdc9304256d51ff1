/** The words of `helix --help`, and the layout that all help shares. */
import { type CliCommand, type Example, TOPICS, type Topic } from "./command.ts";

const INDENT = "  ";

const OPTION_WIDTH = 14;
const EVERY_COMMAND = [
  ["--json", "print one JSON object on standard output, for machines"],
  ["--help", "show how the command is called, with examples"],
] as const;
const EXIT_CODES = "Exit codes: 0 pass, 1 fail, 2 invalid input, 3 invalid run (nothing was proven).";

/** A command of the list; or one whose module could not be loaded, which must not hide the others. */
export type Listed = CliCommand | { readonly name: string; readonly broken: string };

export function programHelp(version: string, commands: readonly Listed[], columns: number): string {
  const rows = commands.flatMap((command) => listRows(command));
  const width = Math.max(...rows.map((row) => row.usage.length), 0);
  const sections = [...Object.entries(TOPICS), ["broken", "Cannot be loaded"] as const].map(
    ([topic, title]) => {
      const lines = rows
        .filter((row) => row.topic === topic)
        .map((row) => `${INDENT}${row.usage.padEnd(width)}  ${hang(row.summary, columns, width + 4)}`);
      return lines.length === 0 ? "" : `${title}\n${lines.join("\n")}\n`;
    },
  );
  return [
    `HELIX ${version}: runs bioprocess instruments, and proves that it runs them right.\n`,
    "Usage: helix <command> [options]\n",
    ...sections.filter((section) => section !== ""),
    `Every command\n${EVERY_COMMAND.map(([option, summary]) => `${INDENT}${option.padEnd(OPTION_WIDTH)}  ${hang(summary, columns, OPTION_WIDTH + 4)}\n`).join("")}`,
    `${wrap(EXIT_CODES, columns)}\n`,
  ].join("\n");
}

interface Row {
  readonly topic: Topic | "broken";
  readonly usage: string;
  readonly summary: string;
}

function listRows(command: Listed): Row[] {
  if ("broken" in command) return [{ topic: "broken", usage: command.name, summary: command.broken }];
  if (!("commands" in command)) return [row(command.topic, command.name, command)];
  return command.commands.map((leaf) => row(leaf.topic, `${command.name} ${leaf.name}`, leaf));
}

function row(topic: Topic, name: string, leaf: Extract<CliCommand, { run: unknown }>): Row {
  const args = Object.entries(leaf.arguments ?? {}).map(([argument, { count }]) =>
    count === "optional" ? ` [${argument}]` : ` <${argument}>`,
  );
  return { topic, usage: name + args.join(""), summary: leaf.summary };
}

/** Help of a group: its commands. */
export function groupHelp(group: Extract<CliCommand, { commands: unknown }>, columns: number): string {
  const rows = listRows(group);
  const width = Math.max(...rows.map((r) => r.usage.length), 0);
  const lines = rows.map((r) => `${INDENT}${r.usage.padEnd(width)}  ${hang(r.summary, columns, width + 4)}`);
  return `${group.summary}\n\nUsage: helix ${group.name} <command> [options]\n\n${lines.join("\n")}\n`;
}

export function examplesText(examples: readonly Example[]): string {
  if (examples.length === 0) return "";
  const lines = examples.map(({ line, explains }) => `${INDENT}${line}\n${INDENT}${INDENT}${explains}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

/** Wrapped so that all lines but the first begin at column `indent`. */
export function hang(text: string, columns: number, indent: number): string {
  return wrap(text, Math.max(columns - indent, 30)).replaceAll("\n", `\n${" ".repeat(indent)}`);
}

/** Breaks at spaces; a word longer than a line keeps a line of its own. */
export function wrap(text: string, columns: number): string {
  return text
    .split("\n")
    .map((paragraph) => {
      const lines: string[] = [];
      let line = "";
      for (const word of paragraph.split(" ")) {
        if (line !== "" && line.length + 1 + word.length > columns) {
          lines.push(line);
          line = word;
        } else line = line === "" ? word : `${line} ${word}`;
      }
      return [...lines, line].join("\n");
    })
    .join("\n");
}
