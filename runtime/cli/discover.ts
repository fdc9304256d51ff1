/**
 * Finds the commands that the packages of this installation offer, without loading any of them:
 * `"helix": { "commands": { "<name>": "./<module>.ts" } }` in a workspace package's package.json.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Disk } from "@helix/platform";
import * as v from "valibot";
import { type CliCommand, CliError } from "./command.ts";

export interface FoundCommand {
  readonly name: string;
  /** Name of the package that offers it. */
  readonly owner: string;
  load(): Promise<CliCommand>;
}

const ROOT_PACKAGE = v.object({ version: v.string(), workspaces: v.array(v.string()) });
const PACKAGE = v.object({
  name: v.string(),
  helix: v.optional(v.object({ commands: v.record(v.string(), v.string()) })),
});

export interface Installation {
  /** SemVer of HELIX. */
  readonly version: string;
  /** By name. */
  readonly commands: ReadonlyMap<string, FoundCommand>;
}

/**
 * @param root folder with the package.json that lists the workspaces
 * @throws CliError when a package.json cannot be read, or two packages offer the same command
 */
export async function readInstallation(disk: Disk, root: string): Promise<Installation> {
  const { version, workspaces } = await readJson(disk, join(root, "package.json"), ROOT_PACKAGE);
  const commands = new Map<string, FoundCommand>();
  for (const folder of await workspaceFolders(disk, root, workspaces)) {
    const { name: owner, helix } = await readJson(disk, join(folder, "package.json"), PACKAGE);
    for (const [name, module] of Object.entries(helix?.commands ?? {})) {
      const other = commands.get(name);
      if (other) throw new CliError(`both ${other.owner} and ${owner} offer the command "${name}"`);
      const path = join(folder, module);
      commands.set(name, { name, owner, load: () => loadCommand(name, owner, path) });
    }
  }
  return { version, commands };
}

/** Workspace patterns are a folder ("twins") or all in it ("runtime/*"). */
async function workspaceFolders(disk: Disk, root: string, patterns: readonly string[]): Promise<string[]> {
  const folders: string[] = [];
  for (const pattern of patterns) {
    if (!pattern.endsWith("/*")) {
      folders.push(join(root, pattern));
      continue;
    }
    const parent = join(root, pattern.slice(0, -2));
    for (const name of await disk.list(parent)) folders.push(join(parent, name));
  }
  const present: string[] = [];
  for (const folder of folders) {
    if ((await disk.stat(join(folder, "package.json"))) !== undefined) present.push(folder);
  }
  return present;
}

async function readJson<Output>(
  disk: Disk,
  path: string,
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(await disk.readFile(path))));
  } catch (cause) {
    throw new CliError(`${path} is not the package.json of a HELIX package`, {
      advice: "restore the file, or install HELIX again",
      cause,
    });
  }
}

async function loadCommand(name: string, owner: string, path: string): Promise<CliCommand> {
  const module = (await import(pathToFileURL(path).href)) as { command?: CliCommand };
  if (module.command?.name !== name) {
    throw new Error(`${path} of ${owner} does not export the command "${name}"`);
  }
  return module.command;
}
