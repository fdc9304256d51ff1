/**
 * Imports a driver's modules. Node keeps a module for the life of the process, so code that has changed since it
 * was imported first gets an address of its own, with its hash in it; what it imports of its own code gets
 * the same. The old modules stay in memory until the process ends, but nothing runs in them any more.
 */
import { registerHooks } from "node:module";
import { sep } from "node:path";
import { pathToFileURL } from "node:url";
import { DRIVER_MANIFEST_EXPORT, type DriverManifest, HELIX_HAL_ABI_VERSION } from "@helix/hal";
import type { DriverCode } from "./driver-code.ts";

/** Why the code cannot be used; `expected` is what would do. */
export class DriverImportError extends Error {
  override readonly name = "DriverImportError";
  readonly expected: string;

  constructor(message: string, expected: string, options?: { cause?: unknown }) {
    super(message, options);
    this.expected = expected;
  }
}

/** By module: the hash of the code that its plain address gives in this process. */
const plain = new Map<string, string>();
/** By hash: addresses of the folders whose modules belong together. */
const homes = new Map<string, readonly string[]>();
const QUERY = /[?&]helix-driver=([0-9a-f]{64})/;

/** @throws DriverImportError */
export async function importDriver(code: DriverCode): Promise<DriverManifest> {
  const { module: path } = code;
  const manifest = (await importModule(code))[DRIVER_MANIFEST_EXPORT] as DriverManifest | undefined;
  if (manifest === undefined)
    throw new DriverImportError(`${path} does not export ${DRIVER_MANIFEST_EXPORT}`, "a HELIX driver");
  if (manifest.abiVersion !== HELIX_HAL_ABI_VERSION) {
    throw new DriverImportError(
      `${path} is built for HAL ABI ${manifest.abiVersion}`,
      `a version of the driver that is built for HAL ABI ${HELIX_HAL_ABI_VERSION}`,
    );
  }
  return manifest;
}

async function importModule(code: DriverCode): Promise<Record<string, unknown>> {
  try {
    return (await import(addressOf(code))) as Record<string, unknown>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${code.module} could not be loaded: ${reason}`;
    throw new DriverImportError(message, "a driver built for this HELIX", { cause });
  }
}

function addressOf({ module, hash, folders }: DriverCode): string {
  const address = pathToFileURL(module).href;
  const first = plain.get(module) ?? hash;
  plain.set(module, first);
  if (first === hash) return address;
  if (homes.size === 0) followHashes();
  homes.set(
    hash,
    folders.map((folder) => pathToFileURL(folder + sep).href),
  );
  return `${address}?helix-driver=${hash}`;
}

/** What a module of replaced code imports of the same code is replaced too. */
function followHashes(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const hash = QUERY.exec(context.parentURL ?? "")?.[1];
      const isOwn =
        hash !== undefined &&
        !QUERY.test(found.url) &&
        !found.url.includes("/node_modules/") &&
        homes.get(hash)?.some((home) => found.url.startsWith(home));
      if (!isOwn) return found;
      return { ...found, url: `${found.url}${found.url.includes("?") ? "&" : "?"}helix-driver=${hash}` };
    },
  });
}
