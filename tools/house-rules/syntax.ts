/** Parsed TypeScript: walking it, its imports, and positions in it. */
import { parseSync } from "oxc-parser";

/** A node of the ESTree that oxc-parser gives (estree.org, with TypeScript's nodes). */
export interface Node {
  readonly type: string;
  /** UTF-16 offset. */
  readonly start: number;
  readonly [member: string]: unknown;
}

/** @throws Error when the file is not TypeScript */
export function parseTypeScript(file: string, text: string): Node {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  return program as unknown as Node;
}

/** Every node with the one it stands in. */
export function* walk(node: Node, parent?: Node): Generator<{ node: Node; parent: Node | undefined }> {
  yield { node, parent };
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (isNode(child)) yield* walk(child, node);
    }
  }
}

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** One mention of another module. */
export interface Import {
  /** "@helix/hal", "./frame.ts", "node:net"; undefined when it is computed. */
  readonly specifier: string | undefined;
  /** Names that are imported; "*" for all of them. */
  readonly names: readonly string[];
  /** Vanishes before the program runs. */
  readonly isTypeOnly: boolean;
  readonly start: number;
}

/** Imports however they are written, `new URL("./x.ts", import.meta.url)` included. */
export function importsIn(program: Node): Import[] {
  const found: Import[] = [];
  for (const { node } of walk(program)) {
    const one = importIn(node);
    if (one !== undefined) found.push(one);
  }
  return found;
}

function importIn(node: Node): Import | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return isNode(node["source"]) ? declared(node, node["source"]) : undefined;
    case "ImportExpression":
      return mention(node["source"]);
    case "TSImportType":
      return { ...mention(node["source"]), isTypeOnly: true };
    case "TSExternalModuleReference":
      return mention(node["expression"]);
    case "CallExpression":
      return isRequire(node["callee"]) ? mention(argument(node)) : undefined;
    case "NewExpression":
      return isModuleUrl(node) ? relative(mention(argument(node))) : undefined;
    default:
      return undefined;
  }
}

function declared(node: Node, source: Node): Import {
  const specifiers = (node["specifiers"] ?? []) as readonly Node[];
  const kinds = [node["importKind"], node["exportKind"]];
  const isTypeOnly =
    kinds.includes("type") ||
    (specifiers.length > 0 &&
      specifiers.every((s) => s["importKind"] === "type" || s["exportKind"] === "type"));
  const names = specifiers.map((s) =>
    s.type.includes("Namespace") ? "*" : (nameOf(s["imported"] ?? s["local"]) ?? "*"),
  );
  return {
    specifier: textOf(source),
    names: names.length === 0 ? ["*"] : names,
    isTypeOnly,
    start: node.start,
  };
}

function mention(source: unknown): Import {
  const start = isNode(source) ? source.start : 0;
  return { specifier: textOf(source), names: ["*"], isTypeOnly: false, start };
}

const argument = (node: Node) => (node["arguments"] as readonly unknown[])[0];

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Literal" && typeof node["value"] === "string"
    ? node["value"]
    : undefined;
}

export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" ? (node["name"] as string) : undefined;
}

/** `require(...)` or `import.meta.resolve(...)` */
function isRequire(callee: unknown): boolean {
  if (nameOf(callee) === "require") return true;
  if (!isNode(callee) || callee.type !== "MemberExpression" || nameOf(callee["property"]) !== "resolve")
    return false;
  return isNode(callee["object"]) && callee["object"].type === "MetaProperty";
}

function isModuleUrl(node: Node): boolean {
  const base = (node["arguments"] as readonly unknown[])[1];
  return (
    nameOf(node["callee"]) === "URL" &&
    isNode(base) &&
    isNode(base["object"]) &&
    base["object"].type === "MetaProperty"
  );
}

/** In a URL, "x.ts" is beside the module; and an address that is computed is data, not an import. */
function relative(one: Import): Import | undefined {
  const { specifier } = one;
  if (specifier === undefined || /^[a-z]+:/.test(specifier)) return undefined;
  return { ...one, specifier: specifier.startsWith(".") ? specifier : `./${specifier}` };
}

/** Every text literal of the program: package names that are loaded by name. */
export function textsIn(program: Node): Set<string> {
  const texts = new Set<string>();
  for (const { node } of walk(program)) {
    const text = textOf(node);
    if (text !== undefined) texts.add(text);
  }
  return texts;
}

/** @param offset UTF-16 units from 0 */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}
