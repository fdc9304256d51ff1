/**
 * Turns the issues of a valibot schema into problems a person can act on: place, plain words for
 * what was expected, and the nearest known key or word. It looks into the schema for the keys and
 * words that would have been right (valibot.dev, "schema object").
 */
import { type BaseIssue, type GenericSchema, safeParse } from "valibot";
import { nearest } from "./nearest.ts";
import type { Locate, Path } from "./position.ts";
import type { Problem } from "./problems.ts";
import {
  expectedWords,
  knownKeys,
  knownWords,
  optionsOf,
  type SchemaNode,
  schemaAt,
} from "./schema-words.ts";

type Issue = BaseIssue<unknown>;

/**
 * @param schema the one that `issues` come from
 * @param file as the person named it
 * @param prefix path of the checked value within the document that `locate` knows
 */
export function problemsFromIssues(
  schema: GenericSchema<never, unknown> | GenericSchema,
  issues: readonly Issue[],
  locate: Locate,
  file: string,
  prefix: Path = [],
): Problem[] {
  const list = issues.find(isListForTable);
  if (list !== undefined) return [listForTable(list, locate, file, prefix)];
  const unknownKeys = issues.filter(isUnknownKey).flatMap((issue) => otherUnknownKeys(schema, issue));
  const suggested = new Set(unknownKeys.map((key) => [...key.parent, key.suggestion].join("\0")));
  const problems = unknownKeys.map((key) => unknownKeyProblem(key, locate, file, prefix));
  for (const issue of issues) {
    if (isUnknownKey(issue)) continue;
    // The misspelt key is reported; that the right one is missing then says the same again.
    if (isMissingKey(issue) && suggested.has(pathOf(issue).join("\0"))) continue;
    problems.push(
      ...(insideUnion(schema, issue, locate, file, prefix) ?? [
        valueProblem(schema, issue, locate, file, prefix),
      ]),
    );
  }
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

const pathOf = (issue: Issue): Path => (issue.path ?? []).map((item) => item.key as string | number);
const isUnknownKey = (issue: Issue) => issue.type === "strict_object" && issue.expected === "never";
const isMissingKey = (issue: Issue) =>
  issue.type.includes("object") && issue.path?.at(-1)?.origin === "key" && issue.expected !== "never";

/** Valibot takes a list for a table that lacks all its keys. */
const isListForTable = (issue: Issue) =>
  issue.path?.at(-1)?.origin === "key" && Array.isArray(issue.path.at(-1)?.input);

function listForTable(issue: Issue, locate: Locate, file: string, prefix: Path): Problem {
  const path = [...prefix, ...pathOf(issue).slice(0, -1)];
  const message = `${path.join(".") || "the file"} is a list`;
  return { file, ...locate(path, "value"), message, expected: "a table" };
}

interface UnknownKey {
  readonly parent: Path;
  readonly key: string;
  readonly known: readonly string[];
  readonly suggestion: string | undefined;
}

/** Valibot names the first unknown key of a table only; a person wants to hear of all. */
function otherUnknownKeys(schema: SchemaNode, issue: Issue): UnknownKey[] {
  const table = issue.path?.at(-1)?.input as Record<string, unknown>;
  const parent = pathOf(issue).slice(0, -1);
  const known = knownKeys(schemaAt(schema, issue.path?.slice(0, -1) ?? [], table));
  return Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      parent,
      key,
      known,
      suggestion:
        nearest(
          key,
          known.filter((k) => !(k in table)),
        ) ?? nearest(key, known),
    }));
}

function unknownKeyProblem(found: UnknownKey, locate: Locate, file: string, prefix: Path): Problem {
  const where = found.parent.length === 0 ? "" : ` in "${found.parent.join(".")}"`;
  return {
    file,
    ...locate([...prefix, ...found.parent, found.key], "key"),
    message: `unknown key "${found.key}"${where}`,
    expected: found.known.length === 0 ? "no keys here" : `one of: ${found.known.join(", ")}`,
    suggestion: found.suggestion,
  };
}

/** A table that fits none of several forms: the problems of the form it is nearest to. */
function insideUnion(
  schema: SchemaNode,
  issue: Issue,
  locate: Locate,
  file: string,
  prefix: Path,
): Problem[] | undefined {
  if (issue.type !== "union" || typeof issue.input !== "object" || issue.input === null) return undefined;
  const attempts = optionsOf(schemaAt(schema, issue.path ?? [], issue.input))
    .map((option) => ({ option, issues: safeParse(option as GenericSchema, issue.input).issues ?? [] }))
    .filter(({ issues }) => issues.length > 0 && issues.every((i) => i.path !== undefined))
    .sort((a, b) => a.issues.length - b.issues.length);
  const best = attempts[0];
  if (best === undefined) return undefined;
  return problemsFromIssues(best.option as GenericSchema, best.issues, locate, file, [
    ...prefix,
    ...pathOf(issue),
  ]);
}

function valueProblem(schema: SchemaNode, issue: Issue, locate: Locate, file: string, prefix: Path): Problem {
  const path = pathOf(issue);
  const key = path.join(".");
  const node = nodeOf(schema, issue);
  if (isMissingKey(issue)) {
    const parent = path.slice(0, -1);
    const where = parent.length === 0 ? "" : ` in "${parent.join(".")}"`;
    const expected = expectedWords(node, undefined);
    return {
      file,
      ...locate([...prefix, ...parent], "key"),
      message: `"${path.at(-1)}" is missing${where}`,
      expected,
    };
  }
  const place = { file, ...locate([...prefix, ...path], "value") };
  const own = ownMessage(issue);
  if (own !== undefined) {
    return { ...place, message: key === "" ? own : `${key}: ${own}`, expected: issue.expected ?? undefined };
  }
  const words = knownWords(node);
  return {
    ...place,
    message: `${key === "" ? "the file" : key} is ${shown(issue.input)}`,
    expected: expectedWords(node, issue),
    suggestion: typeof issue.input === "string" ? nearest(issue.input, words) : undefined,
  };
}

/** What the schema says of the issue's value; of a discriminator, the table whose form it tells. */
function nodeOf(schema: SchemaNode, issue: Issue): SchemaNode | undefined {
  const path = issue.path ?? [];
  const table = issue.type === "variant" ? path.at(-1) : undefined;
  return table === undefined
    ? schemaAt(schema, path, issue.input)
    : schemaAt(schema, path.slice(0, -1), table.input);
}

/** The message that the schema's author wrote, if it is not valibot's own. */
const ownMessage = (issue: Issue) =>
  /^Invalid [^:]+: (Expected|Received) /.test(issue.message) ? undefined : issue.message;

const LONGEST_SHOWN = 60;

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  if (typeof value === "object" && value !== null) return "a table";
  const text = typeof value === "bigint" ? `${value}` : JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}
