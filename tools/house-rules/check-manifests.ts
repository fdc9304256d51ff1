/**
 * A package's package.json names what it imports, and no more: what is missing works here by
 * hoisting and nowhere else; what is left over is downloaded for nothing.
 */
import { type Module, type SourceProgram, violation } from "./program.ts";
import { isTestFile, sharedTools, type Violation, type WorkspacePackage } from "./source-tree.ts";
import { textsIn } from "./syntax.ts";

export function checkManifests(program: SourceProgram): Violation[] {
  const shared = sharedTools(program.tree);
  return program.packages.flatMap((owner) => {
    const modules = [...program.modules.values()].filter((module) => module.owner === owner);
    return [
      ...modules.flatMap((module) => missing(module, owner, shared)),
      ...leftOver(program, modules, owner),
    ];
  });
}

function missing(module: Module, owner: WorkspacePackage, shared: ReadonlySet<string>): Violation[] {
  const isTest = isTestFile(module.file);
  return module.imports.flatMap((one) => {
    const name = one.npmName;
    if (name === undefined || name === "node" || name === owner.name || owner.dependencies.has(name))
      return [];
    if (isTest && (owner.devDependencies.has(name) || shared.has(name))) return [];
    const section = isTest ? "devDependencies" : "dependencies";
    return [
      violation(module, one.start, `${name} is not among the ${section} of ${owner.folder}/package.json`),
    ];
  });
}

function leftOver(program: SourceProgram, modules: readonly Module[], owner: WorkspacePackage): Violation[] {
  const used = usedBy(modules.filter((module) => !isTestFile(module.file)));
  const usedByTests = usedBy(modules.filter((module) => isTestFile(module.file)));
  const problems = [
    ...[...owner.dependencies]
      .filter((name) => !used.has(name))
      .map((name) => ({
        name,
        says: usedByTests.has(name) ? "used by tests alone: a devDependency" : "used nowhere",
      })),
    ...[...owner.devDependencies]
      .filter((name) => !usedByTests.has(name) && !name.startsWith("@types/"))
      .map((name) => ({
        name,
        says: used.has(name) ? "used by more than tests: a dependency" : "used nowhere",
      })),
  ];
  return problems.map(({ name, says }) => ({
    file: `${owner.folder}/package.json`,
    ...placeIn(program.tree.get(`${owner.folder}/package.json`) ?? "", name),
    message: `${name} is ${says}`,
  }));
}

/** Imported, or named in a text (a driver that helix.toml names is loaded by its name). */
function usedBy(modules: readonly Module[]): Set<string> {
  const names = new Set<string>();
  for (const module of modules) {
    for (const one of module.imports) if (one.npmName !== undefined) names.add(one.npmName);
    for (const text of textsIn(module.program)) names.add(text);
  }
  return names;
}

function placeIn(text: string, name: string): { line: number; column: number } {
  const lines = text.split("\n");
  const index = lines.findIndex((line) => line.includes(`"${name}":`));
  return { line: index + 1, column: (lines[index]?.indexOf(`"${name}"`) ?? 0) + 1 };
}
