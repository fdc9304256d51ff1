/**
 * Loads drivers into this process: find, read, hash, import, ABI, configuration, instance, members
 * (HELIX-HAL-0001 section 6.2, without the registry and the signature, which are not here yet).
 */
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type ConfigSource,
  checkDriverConfig,
  type InstrumentConfig,
  nearest,
  type ProblemsError,
} from "@helix/config";
import {
  DRIVER_MANIFEST_EXPORT,
  type DriverContext,
  type DriverManifest,
  HELIX_HAL_ABI_VERSION,
  type Instrument,
  InstrumentError,
  missingMembers,
} from "@helix/hal";
import type { Disk } from "@helix/platform";
import { blake3 } from "hash-wasm";
import { type DriverHost, DriverLoadError } from "./driver-host.ts";

export function createInProcessHost(disk: Disk): DriverHost {
  return {
    async load(config, source, context) {
      const refuse: Refuse = (problem) => libraryProblem(problem, config, source);
      const path = await modulePath(disk, config, refuse);
      const moduleHash = await blake3(await disk.readFile(path));
      const manifest = await importManifest(path, refuse);
      const instrument = createInstance(
        manifest,
        await checkDriverConfig(manifest, config, source),
        context,
        config,
      );
      const missing = missingMembers(instrument);
      if (missing.length > 0) {
        throw new DriverLoadError(
          `driver ${manifest.driverName} declares capabilities that it does not implement: ${missing.join(", ")}`,
          "Use another version of the driver, or tell its author.",
        );
      }
      return { manifest, instrument, moduleHash, destroy: () => manifest.destroyInstance(instrument) };
    },
  } satisfies DriverHost;
}

interface LibraryProblem {
  readonly message: string;
  readonly expected: string;
  readonly suggestion?: string | undefined;
}
type Refuse = (problem: LibraryProblem) => Promise<ProblemsError>;

/** The error that shows `driver_library` in the file. */
async function libraryProblem(
  problem: LibraryProblem,
  { key }: InstrumentConfig,
  source: ConfigSource,
): Promise<ProblemsError> {
  const locate = await source.locate();
  const place = locate(["instruments", key, "driver_library"], "value");
  return source.error([{ file: source.file, ...place, ...problem }]);
}

/** A module file, a package folder (its package.json names the module), or an installed package. */
async function modulePath(disk: Disk, { driverLibrary }: InstrumentConfig, refuse: Refuse): Promise<string> {
  const isPath = isAbsolute(driverLibrary);
  const path = isPath ? await moduleIn(disk, driverLibrary) : packageModule(driverLibrary);
  if (path !== undefined) return path;
  throw await refuse({
    message: `there is no driver ${isPath ? "at " : ""}${driverLibrary}`,
    expected:
      "a driver's module file or package folder (\"./drivers/...\" counts from this file's folder), or an installed package",
    suggestion: isPath ? await nearestPath(disk, driverLibrary) : await nearestPackage(disk, driverLibrary),
  });
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
  const packageFile = join(path, "package.json");
  if (found?.kind !== "folder" || !(await disk.stat(packageFile))) return undefined;
  const description = JSON.parse(new TextDecoder().decode(await disk.readFile(packageFile))) as {
    exports?: unknown;
  };
  return typeof description.exports === "string" ? join(path, description.exports) : undefined;
}

function packageModule(name: string): string | undefined {
  try {
    return fileURLToPath(import.meta.resolve(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

async function importManifest(path: string, refuse: Refuse): Promise<DriverManifest> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw await refuse({
      message: `${path} could not be loaded: ${reason}`,
      expected: "a driver built for this HELIX",
    });
  }
  const manifest = module[DRIVER_MANIFEST_EXPORT] as DriverManifest | undefined;
  if (manifest === undefined) {
    throw await refuse({
      message: `${path} does not export ${DRIVER_MANIFEST_EXPORT}`,
      expected: "a HELIX driver",
    });
  }
  if (manifest.abiVersion !== HELIX_HAL_ABI_VERSION) {
    throw await refuse({
      message: `${path} is built for HAL ABI ${manifest.abiVersion}`,
      expected: `a version of the driver that is built for HAL ABI ${HELIX_HAL_ABI_VERSION}`,
    });
  }
  return manifest;
}

function createInstance(
  manifest: DriverManifest,
  driverConfig: unknown,
  context: DriverContext,
  { key }: InstrumentConfig,
): Instrument {
  try {
    return manifest.createInstance(driverConfig, context);
  } catch (error) {
    if (!(error instanceof InstrumentError)) throw error;
    throw new DriverLoadError(`[instruments.${key}] ${error.message}`, "Correct it and start again.", {
      cause: error,
    });
  }
}
