/** Finds the module of a driver that a configuration or a person names. */
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nearest } from "@helix/config";
import type { Disk } from "@helix/platform";
import { type DriverCode, moduleOfPackage, readDriverCode } from "./driver-code.ts";
import { DriverImportError } from "./driver-import.ts";

/** There is none; `suggestion` is the nearest name that is there. */
export class NoDriverError extends DriverImportError {
  readonly suggestion: string | undefined;

  constructor(message: string, suggestion: string | undefined) {
    super(
      message,
      "a driver's module file or package folder (\"./drivers/...\" counts from this file's folder), or an installed package",
    );
    this.suggestion = suggestion;
  }
}

/**
 * @param library a module file or a package folder (its package.json names the module), both absolute, or the name of
 *   an installed package
 * @throws NoDriverError
 */
export async function findDriver(disk: Disk, library: string): Promise<DriverCode> {
  const isPath = isAbsolute(library);
  const module = isPath ? await moduleIn(disk, library) : packageModule(library);
  if (module !== undefined) return readDriverCode(disk, isPath ? module : library, module);
  const suggestion = isPath ? await nearestPath(disk, library) : await nearestPackage(disk, library);
  throw new NoDriverError(`there is no driver ${isPath ? "at " : ""}${library}`, suggestion);
}

async function nearestPath(disk: Disk, path: string): Promise<string | undefined> {
  const folder = dirname(path);
  const name = nearest(basename(path), await namesIn(disk, folder));
  return name && join(folder, name);
}

/** Among the installed packages of the same scope. */
async function nearestPackage(disk: Disk, wanted: string): Promise<string | undefined> {
  const [scope, name] = wanted.split("/");
  if (!scope?.startsWith("@") || name === undefined) return undefined;
  const folders = createRequire(import.meta.url).resolve.paths(wanted) ?? [];
  const installed = await Promise.all(folders.map((folder) => namesIn(disk, join(folder, scope))));
  const found = nearest(name, installed.flat());
  return found && `${scope}/${found}`;
}

const namesIn = async (disk: Disk, folder: string): Promise<readonly string[]> =>
  (await disk.stat(folder))?.kind === "folder" ? disk.list(folder) : [];

async function moduleIn(disk: Disk, path: string): Promise<string | undefined> {
  const found = await disk.stat(path);
  if (found?.kind === "file") return path;
  return found?.kind === "folder" ? moduleOfPackage(disk, path) : undefined;
}

function packageModule(name: string): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
