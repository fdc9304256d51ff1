/**
 * Clock, chance, files, sockets, processes and environment are handed in (DESIGN 3.3): only the
 * platform, and what stands outside the system, may reach for the real ones.
 */
import { type Module, type ResolvedImport, type SourceProgram, violation } from "./program.ts";
import { isTestFile, type Violation } from "./source-tree.ts";
import { isNode, type Node, nameOf, walk } from "./syntax.ts";

const EXEMPT_FOLDERS = ["runtime/platform/", "runtime/cli/bin/", "hil/world/", "bench/", "tools/"];
/** Entry files take what the operating system hands to a process: arguments, environment, exit code. */
const isEntry = (file: string) => /(?:^|\/)main\.ts$/.test(file);

const INSTEAD = {
  clock: "use the Clock you are given",
  chance: "use the Random you are given",
  net: "use the Net you are given",
  disk: "use the Disk you are given",
  process: "use startProcess of @helix/platform",
  environment: "take it as an argument",
} as const;

const GLOBALS: Readonly<Record<string, string>> = {
  setTimeout: INSTEAD.clock,
  setInterval: INSTEAD.clock,
  setImmediate: INSTEAD.clock,
  fetch: INSTEAD.net,
  WebSocket: INSTEAD.net,
};
const MEMBERS: Readonly<Record<string, string>> = {
  "Date.now": INSTEAD.clock,
  "performance.now": INSTEAD.clock,
  "process.hrtime": INSTEAD.clock,
  "process.uptime": INSTEAD.clock,
  "Math.random": INSTEAD.chance,
  "crypto.getRandomValues": INSTEAD.chance,
  "crypto.randomUUID": INSTEAD.chance,
};
const PROCESS_MEMBERS: Readonly<Record<string, string>> = {
  "process.env": INSTEAD.environment,
  "process.argv": INSTEAD.environment,
  "process.cwd": INSTEAD.environment,
  "process.exit": "return or throw",
};
const RANDOM_OF_CRYPTO = /^(?:random|getRandomValues|generate)/;
const MODULES: Readonly<Record<string, string>> = {
  child_process: INSTEAD.process,
  cluster: INSTEAD.process,
  dgram: INSTEAD.net,
  dns: INSTEAD.net,
  "dns/promises": INSTEAD.net,
  fs: INSTEAD.disk,
  "fs/promises": INSTEAD.disk,
  http: INSTEAD.net,
  http2: INSTEAD.net,
  https: INSTEAD.net,
  net: INSTEAD.net,
  timers: INSTEAD.clock,
  "timers/promises": INSTEAD.clock,
  tls: INSTEAD.net,
};

export function checkOutsideWorld({ modules }: SourceProgram): Violation[] {
  return [...modules.values()].filter((module) => !isExempt(module.file)).flatMap(checkModule);
}

const isExempt = (file: string) =>
  isTestFile(file) || !file.includes("/") || EXEMPT_FOLDERS.some((f) => file.startsWith(f));

function checkModule(module: Module): Violation[] {
  const found = module.imports.flatMap((one) => checkImport(module, one));
  for (const { node, parent } of walk(module.program)) {
    const what = reached(node, parent, isEntry(module.file));
    if (what !== undefined)
      found.push(violation(module, node.start, `${what.name} is the outside world: ${what.instead}`));
  }
  return found;
}

function checkImport(module: Module, one: ResolvedImport): Violation[] {
  if (one.isTypeOnly || one.specifier === undefined) return [];
  const builtin = one.specifier.replace(/^node:/, "");
  const instead = MODULES[builtin];
  if (instead !== undefined)
    return [violation(module, one.start, `${one.specifier} is the outside world: ${instead}`)];
  if (builtin !== "crypto") return [];
  return one.names
    .filter((name) => RANDOM_OF_CRYPTO.test(name) || name === "*")
    .map((name) => violation(module, one.start, `${one.specifier} (${name}) is chance: ${INSTEAD.chance}`));
}

interface Reached {
  readonly name: string;
  readonly instead: string;
}

function reached(node: Node, parent: Node | undefined, entry: boolean): Reached | undefined {
  if (node.type === "MemberExpression") return reachedMember(node, entry);
  if (node.type === "NewExpression" || node.type === "CallExpression") return reachedDate(node);
  const name = nameOf(node);
  if (name === undefined || !isReference(node, parent)) return undefined;
  return look(GLOBALS, name);
}

function reachedMember(node: Node, entry: boolean): Reached | undefined {
  const property = nameOf(node["property"]);
  if (property === undefined || node["computed"] === true) return undefined;
  const object = nameOf(withoutGlobalThis(node["object"]));
  if (object === "globalThis") return look(GLOBALS, property);
  const name = `${object}.${property}`;
  return look(MEMBERS, name) ?? (entry ? undefined : look(PROCESS_MEMBERS, name));
}

/** `globalThis.Math` is `Math`. */
function withoutGlobalThis(object: unknown): unknown {
  const isGlobal =
    isNode(object) && object.type === "MemberExpression" && nameOf(object["object"]) === "globalThis";
  return isGlobal ? object["property"] : object;
}

/** `new Date()` and `Date()` read the clock; `new Date(ms)` does not. */
function reachedDate(node: Node): Reached | undefined {
  if (nameOf(node["callee"]) !== "Date") return undefined;
  const readsClock = node.type === "CallExpression" || (node["arguments"] as readonly unknown[]).length === 0;
  return readsClock ? { name: "Date()", instead: INSTEAD.clock } : undefined;
}

/** Not the name of a member, of a key, or of something declared here. */
function isReference(node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return parent["object"] === node || parent["computed"] === true;
    case "Property":
      return parent["value"] === node;
    case "MethodDefinition":
    case "PropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "TSTypeReference":
    case "TSQualifiedName":
      return parent["value"] === node;
    default:
      return true;
  }
}

const look = (table: Readonly<Record<string, string>>, name: string): Reached | undefined => {
  const instead = Object.hasOwn(table, name) ? table[name] : undefined;
  return instead === undefined ? undefined : { name, instead };
};
