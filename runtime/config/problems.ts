/**
 * What is wrong in a file that a person wrote (helix.toml, a scenario), and how it is shown.
 */
import type { Position } from "./position.ts";

export interface Problem extends Position {
  /** As the person named it. */
  readonly file: string;
  /** What is wrong; one line, no full stop. */
  readonly message: string;
  /** What would have been right, e.g. "a whole number of at least 0". */
  readonly expected?: string | undefined;
  /** The nearest right word. */
  readonly suggestion?: string | undefined;
}

/** Input that cannot be used; exit code 2. The message is the problems, one line each. */
export class ProblemsError extends Error {
  override readonly name = "ProblemsError";
  readonly problems: readonly Problem[];
  /** Text of the files by the name that the problems give them; for the source lines. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(problems: readonly Problem[], sources: ReadonlyMap<string, string> = new Map()) {
    super(problems.map((p) => `${p.file}:${p.line}:${p.column}: ${p.message}`).join("\n"));
    this.problems = problems;
    this.sources = sources;
  }
}

/**
 * One block per problem: place and message, what was expected, the nearest right word, and the
 * line with a caret. No newline at the end.
 *
 * @param sources text by file name; a problem in a file that is not there shows no line
 */
export function formatProblems(
  problems: readonly Problem[],
  sources: ReadonlyMap<string, string>,
  options: { readonly colour?: boolean } = {},
): string {
  const paint = options.colour ? ansi : plain;
  return problems.map((problem) => block(problem, sources.get(problem.file), paint)).join("\n\n");
}

type Style = "bold" | "red" | "dim" | "green";
type Paint = (style: Style, text: string) => string;
const CODES: { readonly [S in Style]: string } = { bold: "1", red: "31", dim: "2", green: "32" };
const ansi: Paint = (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m`;
const plain: Paint = (_style, text) => text;

function block(problem: Problem, source: string | undefined, paint: Paint): string {
  const { file, line, column, message, expected, suggestion } = problem;
  const lines = [`${paint("bold", `${file}:${line}:${column}`)}  ${paint("red", message)}`];
  if (expected !== undefined) lines.push(`  expected ${expected}`);
  if (suggestion !== undefined) lines.push(`  did you mean ${paint("green", suggestion)}?`);
  const text = source?.split(/\r\n|\r|\n/)[line - 1];
  if (text !== undefined) lines.push(...excerpt(text, line, column, paint));
  return lines.join("\n");
}

/** Characters of a source line that are shown; of a longer one, the part around the caret. */
const EXCERPT_WIDTH = 100;

function excerpt(text: string, line: number, column: number, paint: Paint): string[] {
  const from = Math.max(0, Math.min(column - 1 - EXCERPT_WIDTH / 2, text.length - EXCERPT_WIDTH));
  // A control character would move the caret, or the whole terminal.
  const shown = text.slice(from, from + EXCERPT_WIDTH).replaceAll(/\p{Cc}/gu, " ");
  const gutter = `${line}`;
  return [
    paint("dim", `  ${gutter} | `) + shown,
    paint("dim", `  ${" ".repeat(gutter.length)} | `) + " ".repeat(column - 1 - from) + paint("red", "^"),
  ];
}
