/** The whole of our sources, parsed once, with every import resolved to the package or file it means. */
import { posix } from "node:path";
import {
  packageOfFile,
  packagesOf,
  type SourceTree,
  type Violation,
  type WorkspacePackage,
} from "./source-tree.ts";
import { type Import, importsIn, lineAndColumn, type Node, parseTypeScript } from "./syntax.ts";

export interface Module {
  readonly file: string;
  readonly text: string;
  readonly program: Node;
  readonly imports: readonly ResolvedImport[];
  /** Undefined for files of the root and of tools. */
  readonly owner: WorkspacePackage | undefined;
}

export interface ResolvedImport extends Import {
  /** A file of ours, where it means one. */
  readonly file: string | undefined;
  /** The workspace package of that file or name. */
  readonly target: WorkspacePackage | undefined;
  /** Name of the npm package, "node" for a builtin, undefined for a relative path. */
  readonly npmName: string | undefined;
}

export interface SourceProgram {
  readonly tree: SourceTree;
  readonly packages: readonly WorkspacePackage[];
  readonly modules: ReadonlyMap<string, Module>;
}

export function readProgram(tree: SourceTree): SourceProgram {
  const packages = packagesOf(tree);
  const modules = new Map<string, Module>();
  for (const [file, text] of tree) {
    if (!/\.m?ts$/.test(file)) continue;
    const program = parseTypeScript(file, text);
    const imports = importsIn(program).map((one) => resolveImport(one, file, packages));
    modules.set(file, { file, text, program, imports, owner: packageOfFile(packages, file) });
  }
  return { tree, packages, modules };
}

function resolveImport(one: Import, from: string, packages: readonly WorkspacePackage[]): ResolvedImport {
  const { specifier } = one;
  if (specifier === undefined) return { ...one, file: undefined, target: undefined, npmName: undefined };
  if (specifier.startsWith(".")) {
    const file = posix.join(posix.dirname(from), specifier);
    return { ...one, file, target: packageOfFile(packages, `${file}/`), npmName: undefined };
  }
  if (specifier.startsWith("node:")) return { ...one, file: undefined, target: undefined, npmName: "node" };
  const npmName = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const target = packages.find((candidate) => candidate.name === npmName);
  return { ...one, file: target?.doors.get(`.${specifier.slice(npmName.length)}`), target, npmName };
}

export function violation(module: Module, offset: number, message: string): Violation {
  return { file: module.file, ...lineAndColumn(module.text, offset), message };
}
