/** Holds the import table against the real imports. */
import {
  type Box,
  boxOf,
  COMMANDS_MAY_IMPORT,
  FREE_FOLDERS,
  IMPORT_TABLE,
  mayImport,
  PRODUCTION,
  TESTS_MAY_IMPORT,
} from "./import-table.ts";
import { type Module, type ResolvedImport, type SourceProgram, violation } from "./program.ts";
import { isTestFile, type Violation, type WorkspacePackage } from "./source-tree.ts";

export function checkImports(program: SourceProgram): Violation[] {
  return [
    ...program.packages.flatMap(unlistedPackage),
    ...[...program.modules.values()].flatMap((module) =>
      module.imports.flatMap((one) => checkImport(module, one)),
    ),
    ...checkProduction(program),
  ];
}

/** A package that the table does not know would be free by accident. */
function unlistedPackage({ folder }: WorkspacePackage): Violation[] {
  if (isFree(folder) || boxOf(folder) !== undefined) return [];
  const message = `package ${folder} is not in the import table (tools/house-rules/import-table.ts)`;
  return [{ file: `${folder}/package.json`, line: 1, column: 1, message }];
}

const isFree = (path: string) =>
  FREE_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));

function checkImport(module: Module, one: ResolvedImport): Violation[] {
  const { owner } = module;
  if (owner === undefined || isFree(owner.folder)) return [];
  const isRelative = one.specifier?.startsWith(".") === true;
  if (isRelative && one.target !== owner && one.file !== owner.folder) {
    const where =
      one.target === undefined
        ? "leaves"
        : `goes from ${owner.folder} into ${one.target.folder}, not by its name:`;
    return isOwnRoot(module, one)
      ? []
      : [violation(module, one.start, `relative path ${where} "${one.specifier}"`)];
  }
  const { target } = one;
  if (isRelative || target === undefined) return unknownHelix(module, one);
  if (one.file === undefined) {
    return [
      violation(
        module,
        one.start,
        `${target.name} has no door "${one.specifier}" (exports in ${target.folder}/package.json)`,
      ),
    ];
  }
  if (target === owner || isAllowed(module, owner, target)) return [];
  return [
    violation(module, one.start, `${owner.folder} must not import ${target.folder} (${one.specifier})`),
  ];
}

/** Tests, and the CLI's main file, name the folder of the installation they belong to. */
const isOwnRoot = (module: Module, one: ResolvedImport) =>
  (one.file === "." || one.file === "./") &&
  (isTestFile(module.file) || module.file === "runtime/cli/main.ts");

function unknownHelix(module: Module, one: ResolvedImport): Violation[] {
  if (one.npmName?.startsWith("@helix/") !== true) return [];
  return [violation(module, one.start, `there is no package ${one.npmName}`)];
}

function isAllowed(module: Module, owner: WorkspacePackage, target: WorkspacePackage): boolean {
  const from = boxOf(owner.folder);
  const to = boxOf(target.folder);
  if (from === undefined || to === undefined) return true;
  return mayImport(from, to) || extras(module.file, owner).some((folder) => to === boxNamed(folder));
}

function extras(file: string, owner: WorkspacePackage): readonly string[] {
  const isCommand = file.startsWith(`${owner.folder}/commands/`);
  return [...(isCommand ? COMMANDS_MAY_IMPORT : []), ...(isTestFile(file) ? TESTS_MAY_IMPORT : [])];
}

const boxNamed = (folder: string): Box | undefined =>
  IMPORT_TABLE.find((box) => box.folders.includes(folder));

/** Follows every import from what starts `helix up`. */
function checkProduction({ modules }: SourceProgram): Violation[] {
  const cameFrom = new Map<string, string | undefined>(PRODUCTION.entries.map((entry) => [entry, undefined]));
  const found: Violation[] = [];
  for (const file of cameFrom.keys()) {
    const module = modules.get(file);
    for (const one of module?.imports ?? []) {
      if (module === undefined || one.file === undefined || cameFrom.has(one.file)) continue;
      cameFrom.set(one.file, file);
      const bench = PRODUCTION.unreachable.find((folder) => one.file?.startsWith(`${folder}/`));
      if (bench === undefined) continue;
      const way = wayTo(one.file, cameFrom).join(" -> ");
      found.push(violation(module, one.start, `helix up must not reach ${bench}: ${way}`));
    }
  }
  return found;
}

function wayTo(file: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const before = cameFrom.get(file);
  return before === undefined ? [file] : [...wayTo(before, cameFrom), file];
}
