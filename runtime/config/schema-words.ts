/**
 * Reads a valibot schema for what a person must know: which keys a table takes, which words a
 * value, and what a value is in plain words.
 */
import type { BaseIssue, IssuePathItem } from "valibot";

/** The members of valibot's schema objects that are looked at here; each kind has some of them. */
export interface SchemaNode {
  readonly type?: string;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly wrapped?: SchemaNode;
  readonly item?: SchemaNode;
  readonly items?: readonly SchemaNode[];
  readonly key?: string | SchemaNode;
  readonly value?: SchemaNode;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly rest?: SchemaNode;
  readonly pipe?: readonly {
    readonly kind?: string;
    readonly type?: string;
    readonly requirement?: number | bigint | string | RegExp;
    readonly description?: string;
  }[];
  readonly getter?: (input: unknown) => SchemaNode;
}

/** The schema of the value at `path`; for a table of several forms, the one its discriminator names. */
export function schemaAt(
  schema: unknown,
  path: readonly IssuePathItem[],
  input: unknown,
): SchemaNode | undefined {
  let node = unwrapped(schema as SchemaNode, path[0]?.input ?? input);
  for (const [index, step] of path.entries()) {
    const next = child(node, step.key, step.input);
    if (next === undefined) return undefined;
    node = unwrapped(next, path[index + 1]?.input ?? (index + 1 < path.length ? undefined : input));
  }
  return chosen(node, input);
}

function unwrapped(schema: SchemaNode, input: unknown): SchemaNode {
  let node = schema;
  for (;;) {
    if (node.wrapped !== undefined) node = node.wrapped;
    else if (node.getter !== undefined) node = node.getter(input);
    else return node;
  }
}

function child(node: SchemaNode, key: unknown, input: unknown): SchemaNode | undefined {
  const inner = chosen(node, input);
  if (inner.entries !== undefined) return inner.entries[String(key)] ?? inner.rest;
  if (inner.item !== undefined) return inner.item;
  if (inner.items !== undefined) return inner.items[Number(key)];
  if (inner.type === "record") return inner.value;
  if (inner.options === undefined) return undefined;
  for (const option of optionsOf(inner)) {
    const found = child(unwrapped(option, input), key, input);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of a variant, the option whose discriminator the input carries; else the node itself. */
function chosen(node: SchemaNode, input: unknown): SchemaNode {
  const discriminator = node.key;
  if (node.type !== "variant" || typeof discriminator !== "string") return node;
  const word = (input as Record<string, unknown> | undefined)?.[discriminator];
  const option = optionsOf(node)
    .map((o) => unwrapped(o, input))
    .find((o) => knownWords(o.entries?.[discriminator]).includes(String(word)));
  return option ?? node;
}

/** The forms that a union or variant takes. */
export const optionsOf = (node: SchemaNode | undefined): readonly SchemaNode[] =>
  node?.type === "union" || node?.type === "variant" ? (node.options as readonly SchemaNode[]) : [];

/** The keys that a table takes, in the schema's order. */
export function knownKeys(node: SchemaNode | undefined): string[] {
  if (node?.entries !== undefined) return Object.keys(node.entries);
  return [...new Set(optionsOf(node).flatMap((option) => knownKeys(unwrapped(option, undefined))))];
}

/** The words that a value may be; empty when it is not one of a list. */
export function knownWords(schema: SchemaNode | undefined): string[] {
  if (schema === undefined) return [];
  const node = unwrapped(schema, undefined);
  if (node.type === "literal") return [String(node.literal)];
  if (node.type === "picklist") return (node.options ?? []).map(String);
  if (node.type === "variant" && typeof node.key === "string") {
    const key = node.key;
    return optionsOf(node).flatMap((option) => knownWords(unwrapped(option, undefined).entries?.[key]));
  }
  return optionsOf(node).flatMap(knownWords);
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  bigint: "a whole number",
  boolean: "true or false",
  date: "a date",
  array: "a list",
  tuple: "a list",
  strict_tuple: "a list",
  object: "a table",
  object_with_rest: "a table",
  strict_object: "a table",
  loose_object: "a table",
  record: "a table",
  variant: "a table",
};

/**
 * Plain words for what a value must be: the schema's own description (valibot's `description`), or
 * words for its type and limits. Undefined when the schema does not tell. Without a schema
 * node, the words of the issue.
 */
export function expectedWords(
  schema: SchemaNode | undefined,
  issue: BaseIssue<unknown> | undefined,
): string | undefined {
  if (schema === undefined) return issue?.expected ?? undefined;
  const node = unwrapped(schema, undefined);
  const described = node.pipe?.findLast((step) => step.type === "description")?.description;
  if (described !== undefined) return described;
  const words = knownWords(node);
  if (
    words.length > 0 &&
    (node.type === "literal" || node.type === "picklist" || issue?.type === "variant")
  ) {
    return words.length === 1 ? `"${words[0]}"` : `one of: ${words.join(", ")}`;
  }
  if (node.type === "union") {
    const each = optionsOf(node).map((option) => expectedWords(option, undefined));
    return [...new Set(each.filter((w) => w !== undefined))].join(", or ") || undefined;
  }
  const base = TYPE_WORDS[node.type ?? ""];
  return base === undefined ? (issue?.expected ?? undefined) : limited(base, node);
}

/** "a number" with its limits: "a whole number from 0 to 65535". */
function limited(base: string, node: SchemaNode): string {
  const rules = (node.pipe ?? []).filter((step) => step.kind === "validation");
  const rule = (type: string) => rules.find((r) => r.type === type)?.requirement;
  const whole = rules.some((r) => r.type === "integer" || r.type === "safe_integer");
  const noun = whole ? "a whole number" : base;
  const low = rule("min_value");
  const high = rule("max_value");
  const above = rule("gt_value");
  const below = rule("lt_value");
  if (low !== undefined && high !== undefined) return `${noun} from ${low} to ${high}`;
  const limits = [
    low === undefined ? "" : ` of at least ${low}`,
    high === undefined ? "" : ` of at most ${high}`,
    above === undefined ? "" : ` above ${above}`,
    below === undefined ? "" : ` below ${below}`,
    rules.some((r) => r.type === "finite") && base === "a number" && !whole ? " (finite)" : "",
    rules.some((r) => r.type === "non_empty" || (r.type === "min_length" && r.requirement === 1))
      ? " that is not empty"
      : "",
  ];
  const pattern = rule("regex");
  return `${noun}${limits.join("")}${pattern === undefined ? "" : ` that matches ${pattern}`}`;
}
