/** The sources that the house rules look at: TypeScript and package.json files, by path. */
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Text by path; paths are relative to the repository, with "/". */
export type SourceTree = ReadonlyMap<string, string>;

export interface Violation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly message: string;
}

export interface WorkspacePackage {
  readonly folder: string;
  readonly name: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** Path of the module behind each door: "." and, where there are more, "./testing". */
  readonly doors: ReadonlyMap<string, string>;
}

const SKIPPED_FOLDERS = new Set(["node_modules", "runs", "coverage", "fixtures"]);

export function readSourceTree(root: string): SourceTree {
  const tree = new Map<string, string>();
  const visit = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory() && isOurs(entry)) visit(path);
      if (entry.isFile() && (/\.m?ts$/.test(entry.name) || /^package(?:-lock)?\.json$/.test(entry.name))) {
        tree.set(path, readFileSync(join(root, path), "utf8"));
      }
    }
  };
  visit("");
  return tree;
}

const isOurs = (entry: Dirent) => !entry.name.startsWith(".") && !SKIPPED_FOLDERS.has(entry.name);

/** Every package below the root, deepest folder first, so that the first that holds a file owns it. */
export function packagesOf(tree: SourceTree): WorkspacePackage[] {
  return [...tree]
    .filter(([path]) => path.endsWith("/package.json"))
    .map(([path, text]) => readPackage(posix.dirname(path), text))
    .sort((a, b) => b.folder.length - a.folder.length);
}

export const packageOfFile = (packages: readonly WorkspacePackage[], file: string) =>
  packages.find((candidate) => file.startsWith(`${candidate.folder}/`));

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly exports?: string | Readonly<Record<string, string>>;
}

function readPackage(folder: string, text: string): WorkspacePackage {
  const { name, dependencies, devDependencies, optionalDependencies, exports } = JSON.parse(
    text,
  ) as PackageJson;
  const doors = typeof exports === "string" ? { ".": exports } : (exports ?? {});
  return {
    folder,
    name,
    dependencies: new Set([...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})]),
    devDependencies: new Set(Object.keys(devDependencies ?? {})),
    doors: new Map(Object.entries(doors).map(([door, module]) => [door, posix.join(folder, module)])),
  };
}

/** Names of the root's devDependencies: the tools that every package's tests share. */
export function sharedTools(tree: SourceTree): ReadonlySet<string> {
  const text = tree.get("package.json");
  return text === undefined ? new Set() : readPackage("", text).devDependencies;
}

/** Tests, and what only tests import: `*.test.ts`, `*.test-support.ts`, a package's `testing/`. */
export const isTestFile = (file: string) => /\.(?:test|test-support)\.ts$|(?:^|\/)testing\//.test(file);
