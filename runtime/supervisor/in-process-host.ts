/**
 * Loads drivers into this process: find, read, hash, registry, import, ABI, configuration, instance, members
 * (HELIX-HAL-0001 section 6.2, without the signature, which is not here yet).
 */
import {
  type ConfigSource,
  checkDriverConfig,
  type InstrumentConfig,
  type ProblemsError,
} from "@helix/config";
import {
  type DriverContext,
  type DriverManifest,
  type Instrument,
  InstrumentError,
  missingMembers,
} from "@helix/hal";
import type { Disk } from "@helix/platform";
import { type DriverHost, DriverLoadError, type DriverModule, type ImportedCode } from "./driver-host.ts";
import type { DriverCode } from "./drivers/driver-code.ts";
import { DriverImportError, importDriver } from "./drivers/driver-import.ts";
import { HOW_TO_REGISTER } from "./drivers/driver-registry.ts";
import { findDriver, NoDriverError } from "./drivers/find-driver.ts";

export function createInProcessHost(disk: Disk): DriverHost {
  return {
    async load(config, source, context, admit, imported) {
      const { code, manifest } = await loadCode(disk, config.driverLibrary, admit, imported).catch(
        async (error: unknown) => {
          throw error instanceof DriverImportError ? await libraryProblem(error, config, source) : error;
        },
      );
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
      const { library, hash: moduleHash } = code;
      return {
        manifest,
        instrument,
        library,
        moduleHash,
        destroy: () => manifest.destroyInstance(instrument),
      };
    },
  } satisfies DriverHost;
}

/**
 * The code as it was hashed is the code that was imported: where a file changed in between, nothing is made of it.
 *
 * @param admit says why code must not be loaded, before any of it runs
 * @throws DriverImportError
 */
export async function loadCode(
  disk: Disk,
  library: string,
  admit: (code: DriverCode) => string | undefined = () => undefined,
  imported: ImportedCode = new Map(),
): Promise<DriverModule> {
  const known = imported.get(library);
  const code = known?.code ?? (await findDriver(disk, library));
  const refused = admit(code);
  if (refused !== undefined) throw new DriverImportError(refused, HOW_TO_REGISTER);
  if (known) return known;
  const manifest = await importDriver(code);
  if ((await findDriver(disk, library)).hash !== code.hash)
    throw new DriverImportError(
      `the code of ${code.module} changed while it was being loaded`,
      "a driver that nobody is writing to; start again",
    );
  const fresh = { code, manifest };
  imported.set(library, fresh);
  return fresh;
}

/** The error that shows `driver_library` in the file. */
async function libraryProblem(
  error: DriverImportError,
  { key }: InstrumentConfig,
  source: ConfigSource,
): Promise<ProblemsError> {
  const locate = await source.locate();
  const place = locate(["instruments", key, "driver_library"], "value");
  const { message, expected } = error;
  const suggestion = error instanceof NoDriverError ? error.suggestion : undefined;
  return source.error([{ file: source.file, ...place, message, expected, suggestion }]);
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
