/**
 * Loads drivers into this process: find, read, hash, import, ABI, configuration, instance, members
 * (HELIX-HAL-0001 section 6.2, without the registry and the signature, which are not here yet).
 */
import { isAbsolute, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkDriverConfig, type InstrumentConfig } from "@helix/config";
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
      const path = await modulePath(disk, config);
      const moduleHash = await blake3(await disk.readFile(path));
      const manifest = await importManifest(path);
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

/** A module file, a package folder (its package.json names the module), or an installed package. */
async function modulePath(disk: Disk, { key, driverLibrary }: InstrumentConfig): Promise<string> {
  const path = isAbsolute(driverLibrary) ? await moduleIn(disk, driverLibrary) : packageModule(driverLibrary);
  if (path !== undefined) return path;
  throw new DriverLoadError(
    `[instruments.${key}] driver_library: there is no driver at ${driverLibrary}`,
    "Name the driver's module file or package folder (\"./drivers/...\" counts from the file's folder), or an installed package.",
  );
}

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

async function importManifest(path: string): Promise<DriverManifest> {
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DriverLoadError(
      `${path} could not be loaded: ${reason}`,
      "Is it a driver built for this HELIX?",
      { cause: error },
    );
  }
  const manifest = module[DRIVER_MANIFEST_EXPORT] as DriverManifest | undefined;
  if (manifest === undefined) {
    throw new DriverLoadError(
      `${path} does not export ${DRIVER_MANIFEST_EXPORT}`,
      "It is not a HELIX driver.",
    );
  }
  if (manifest.abiVersion !== HELIX_HAL_ABI_VERSION) {
    throw new DriverLoadError(
      `${path} is built for HAL ABI ${manifest.abiVersion}; this is ${HELIX_HAL_ABI_VERSION}`,
      "Use a version of the driver that is built for this HELIX.",
    );
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
