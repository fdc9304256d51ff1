/** The rules of the house that a type checker and a linter do not know. */
import { checkImports } from "./check-imports.ts";
import { checkLockfile } from "./check-lockfile.ts";
import { checkManifests } from "./check-manifests.ts";
import { checkOutsideWorld } from "./check-outside-world.ts";
import { readProgram } from "./program.ts";
import type { SourceTree, Violation } from "./source-tree.ts";

export { readSourceTree, type SourceTree, type Violation } from "./source-tree.ts";

/** In the order of the files. */
export function houseRuleViolations(tree: SourceTree): Violation[] {
  const program = readProgram(tree);
  const found = [
    ...checkImports(program),
    ...checkOutsideWorld(program),
    ...checkManifests(program),
    ...checkLockfile(tree),
  ];
  return found.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
}

export const violationLine = ({ file, line, column, message }: Violation) =>
  `${file}:${line}:${column}: ${message}`;
