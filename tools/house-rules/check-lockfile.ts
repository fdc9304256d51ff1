/**
 * package-lock.json pins what every package.json asks for. One that lags behind lets two machines
 * install different versions.
 */
import { posix } from "node:path";
import type { SourceTree, Violation } from "./source-tree.ts";

const SECTIONS = ["dependencies", "devDependencies", "optionalDependencies"] as const;
type Manifest = { readonly [Section in (typeof SECTIONS)[number]]?: Readonly<Record<string, string>> };

export function checkLockfile(tree: SourceTree): Violation[] {
  const text = tree.get("package-lock.json");
  if (text === undefined) return [];
  const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Manifest>> };
  return [...tree]
    .filter(([path]) => posix.basename(path) === "package.json")
    .filter(([path, manifest]) => asks(packages[folderOf(path)]) !== asks(JSON.parse(manifest) as Manifest))
    .map(([path]) => ({
      file: "package-lock.json",
      line: 1,
      column: 1,
      message: `is behind ${path}: npm install --package-lock-only`,
    }));
}

/** The lockfile calls the root "". */
const folderOf = (path: string) => posix.dirname(path).replace(/^\.$/, "");

/** What a manifest asks for, as text that is equal for equal wishes; undefined asks for nothing, but is not known. */
function asks(manifest: Manifest | undefined): string | undefined {
  if (manifest === undefined) return undefined;
  const sorted = SECTIONS.map((section) =>
    Object.entries(manifest[section] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return JSON.stringify(sorted);
}
