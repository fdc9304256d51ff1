/**
 * What the code of a driver is, and its hash: the BLAKE3 of a listing that anybody can make again.
 *
 *   <BLAKE3 of the file>  <its path>\n      for every file, sorted by the bytes of the path
 *
 * of all files of the driver's package, without `node_modules` and names that begin with a dot, and, as
 * `<package>/<path>`, of every HELIX package that it is built on (but for the contract @helix/hal, which is part
 * of the runtime). A module that no package names is hashed alone: it must be a bundle of one file. Packages of
 * others are not in it: the lockfile of the installation pins them.
 */
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import type { Disk } from "@helix/platform";
import { createBLAKE3 } from "hash-wasm";
import * as v from "valibot";

export interface DriverCode {
  /** As the registry knows it: absolute path of the module, or the name of a package. */
  readonly library: string;
  /** Absolute path of the module that exports the manifest. */
  readonly module: string;
  /** BLAKE3 of the listing, lower-case hex. */
  readonly hash: string;
  /** Folders whose modules belong to it; none where it is one file. */
  readonly folders: readonly string[];
}

const OWN_SCOPE = "@helix/";
const CONTRACT = "@helix/hal";

/** @throws the system's error where a file cannot be read; Error where a package it is built on is not installed */
export async function readDriverCode(disk: Disk, library: string, module: string): Promise<DriverCode> {
  const home = await packageOf(disk, module);
  const folders = home === undefined ? [] : await packagesOf(disk, home);
  const files =
    home === undefined
      ? [{ name: module.slice(dirname(module).length + 1), path: module }]
      : (await Promise.all(folders.map((one) => filesOf(disk, one.folder, one.prefix)))).flat();
  files.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const hasher = await createBLAKE3();
  let listing = "";
  for (const { name, path } of files) {
    const bytes = await disk.readFile(path);
    listing += `${hasher.init().update(bytes).digest("hex")}  ${name}\n`;
  }
  const hash = hasher.init().update(listing).digest("hex");
  return { library, module, hash, folders: folders.map(({ folder }) => folder) };
}

const PACKAGE = v.object({
  name: v.optional(v.string(), ""),
  exports: v.optional(v.unknown()),
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
});
type PackageFile = v.InferOutput<typeof PACKAGE>;

/** Path of the module that a package folder offers; undefined where it offers none. */
export async function moduleOfPackage(disk: Disk, folder: string): Promise<string | undefined> {
  const entry = entryOf(await packageFile(disk, folder));
  return entry && join(folder, entry);
}

function entryOf(file: PackageFile | undefined): string | undefined {
  const { exports } = file ?? {};
  const main =
    typeof exports === "object" && exports !== null ? (exports as { "."?: unknown })["."] : exports;
  return typeof main === "string" ? main : undefined;
}

async function packageFile(disk: Disk, folder: string): Promise<PackageFile | undefined> {
  const path = join(folder, "package.json");
  if ((await disk.stat(path))?.kind !== "file") return undefined;
  return v.parse(PACKAGE, JSON.parse(new TextDecoder().decode(await disk.readFile(path))));
}

/** The nearest folder with a package.json, where that names this very module. */
async function packageOf(disk: Disk, module: string): Promise<string | undefined> {
  const folder = await nearestPackage(disk, module);
  if (folder === undefined) return undefined;
  return (await moduleOfPackage(disk, folder)) === module ? folder : undefined;
}

async function nearestPackage(disk: Disk, module: string): Promise<string | undefined> {
  for (let folder = dirname(module); ; folder = dirname(folder)) {
    if ((await disk.stat(join(folder, "package.json")))?.kind === "file") return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

interface Part {
  readonly folder: string;
  /** Before the paths of its files: nothing, or "<package>/". */
  readonly prefix: string;
}

/** The package itself and the HELIX packages below it, each once. */
async function packagesOf(disk: Disk, home: string): Promise<Part[]> {
  const parts: Part[] = [{ folder: home, prefix: "" }];
  for (const { folder } of parts) {
    const { dependencies = {} } = (await packageFile(disk, folder)) ?? {};
    const require = createRequire(join(folder, "package.json"));
    for (const name of Object.keys(dependencies)) {
      if (!name.startsWith(OWN_SCOPE) || name === CONTRACT) continue;
      const found = await nearestPackage(disk, require.resolve(name));
      if (found !== undefined && parts.every((part) => part.folder !== found))
        parts.push({ folder: found, prefix: `${name}/` });
    }
  }
  return parts;
}

/** Names with "/" on every system, so that the hash is the same. */
async function filesOf(
  disk: Disk,
  folder: string,
  prefix: string,
): Promise<{ name: string; path: string }[]> {
  const found: { name: string; path: string }[] = [];
  const look = async (below: string): Promise<void> => {
    for (const name of await disk.list(below)) {
      if (name === "node_modules" || name.startsWith(".")) continue;
      const path = join(below, name);
      if ((await disk.stat(path))?.kind === "folder") await look(path);
      else found.push({ name: prefix + relative(folder, path).split(sep).join("/"), path });
    }
  };
  await look(folder);
  return found;
}
