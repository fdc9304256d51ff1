/**
 * node:fs for third-party stacks (certificates, nodesets): the synchronous twin at once, the result
 * as a virtual immediate; folders listed in order; times of files from the virtual clock. These are
 * the machine's real files: our own code uses the virtual disk of its host instead.
 */
import { EventEmitter } from "node:events";
import fs from "node:fs";
import fsPromises from "node:fs/promises";
import { promisify } from "node:util";
import type { Kernel } from "../kernel/kernel.ts";
import { type AnyFunction, mutable, notAFunction, replace } from "./mutable.ts";
import { attempt } from "./thread-pool.ts";

const NOT_TWINNED = new Set(["exists", "watch", "watchFile", "unwatchFile", "openAsBlob"]);
/** Their callback also gets the buffer. */
const WITH_BUFFER = new Set(["read", "write", "readv", "writev"]);
const NOT_SIMULATED = ["open", "opendir", "watch"];
/** The system draws their names, and a name from the seed may be taken by another run. */
const NAMED_BY_CHANCE = ["mkdtemp", "mkdtempSync", "mkdtempDisposableSync"];
/** Calls that change a file's time of modification. */
const WRITERS = ["writeFile", "appendFile", "mkdir", "utimes", "rename", "copyFile", "open"];

export function patchFiles(kernel: Kernel): void {
  sortFolders();
  virtualFileTimes(kernel);
  const names = Object.keys(fs).filter((name) => !name.endsWith("Sync") && !NOT_TWINNED.has(name));
  for (const name of names) {
    if (typeof mutable(fs)[`${name}Sync`] !== "function") continue;
    replace(fs, name, callbackTwin(kernel, name));
  }
  const exists = (path: string, callback: (found: boolean) => void) =>
    void kernel.immediate("file", () => callback(fs.existsSync(path)));
  const existsLater = (path: string) => new Promise((resolve) => exists(path, resolve));
  replace(fs, "exists", Object.assign(exists, { [promisify.custom]: existsLater }));
  for (const name of Object.keys(fsPromises)) {
    if (NOT_SIMULATED.includes(name)) replace(fsPromises, name, refuse(`fs.promises.${name}`));
    else if (typeof mutable(fs)[`${name}Sync`] === "function")
      replace(fsPromises, name, promiseTwin(kernel, name));
  }
  for (const name of NAMED_BY_CHANCE) replace(fs, name, refuse(`fs.${name}`));
  for (const name of ["mkdtemp", "mkdtempDisposable"])
    replace(fsPromises, name, refuse(`fs.promises.${name}`));
  replace(fs, "watch", () => inertWatcher(kernel));
  replace(fs, "watchFile", () => inertWatcher(kernel));
  replace(fs, "unwatchFile", () => {});
}

function callbackTwin(kernel: Kernel, name: string): AnyFunction {
  const twin = (...args: unknown[]) => {
    const callback = args.pop();
    if (typeof callback !== "function") throw notAFunction("cb");
    const outcome = attempt(() => (mutable(fs)[`${name}Sync`] as AnyFunction)(...args));
    const extra = WITH_BUFFER.has(name) && outcome.length === 2 ? [args[1]] : [];
    kernel.immediate("file", () => callback(...outcome, ...extra));
  };
  if (name !== "read" && name !== "write") return twin;
  const count = name === "read" ? "bytesRead" : "bytesWritten";
  const promised = (...args: unknown[]) =>
    new Promise((resolve, reject) =>
      twin(...args, (error: unknown, bytes: number, buffer: unknown) =>
        error ? reject(error) : resolve({ [count]: bytes, buffer }),
      ),
    );
  return Object.assign(twin, { [promisify.custom]: promised });
}

/** While a module is being loaded time stands still, and no event could deliver: the result comes at once. */
function promiseTwin(kernel: Kernel, name: string): AnyFunction {
  return (...args: unknown[]) =>
    new Promise((resolve, reject) => {
      const outcome = attempt(() => (mutable(fs)[`${name}Sync`] as AnyFunction)(...args));
      const settle = () => (outcome.length === 2 ? resolve(outcome[1]) : reject(outcome[0]));
      if (kernel.isFenced) settle();
      else kernel.immediate("file", settle);
    });
}

/** The order of a folder's names depends on the file system. */
function sortFolders(): void {
  const read = fs.readdirSync as AnyFunction;
  const nameOf = (entry: unknown) => (typeof entry === "string" ? entry : (entry as { name: string }).name);
  replace(fs, "readdirSync", (...args: unknown[]) =>
    (read(...args) as unknown[]).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)),
  );
}

/** A file shows the virtual time at which the world last wrote it; all others are as old as the world. */
function virtualFileTimes(kernel: Kernel): void {
  const writtenMs = new Map<string, number>();
  const openPaths = new Map<number, string>();
  for (const name of WRITERS) {
    const original = mutable(fs)[`${name}Sync`] as AnyFunction;
    replace(fs, `${name}Sync`, (...args: unknown[]) => {
      const result = original(...args);
      const path = name === "rename" || name === "copyFile" ? args[1] : args[0];
      const reading = name === "open" && (args[1] === undefined || args[1] === "r");
      if (!reading) writtenMs.set(String(path), kernel.wallMs());
      if (name === "open") openPaths.set(result as number, String(path));
      return result;
    });
  }
  for (const name of ["statSync", "lstatSync", "fstatSync"]) {
    const original = mutable(fs)[name] as AnyFunction;
    replace(fs, name, (...args: unknown[]) => {
      const [file] = args;
      const path = typeof file === "number" ? openPaths.get(file) : String(file);
      const found = original(...args) as fs.Stats | fs.BigIntStats | undefined;
      if (found !== undefined) setTimes(found, writtenMs.get(path ?? "") ?? kernel.epochMs);
      return found;
    });
  }
}

function setTimes(stats: fs.Stats | fs.BigIntStats, ms: number): void {
  const isBig = typeof stats.mtimeMs === "bigint";
  for (const which of ["atime", "mtime", "ctime", "birthtime"]) {
    replace(stats, `${which}Ms`, isBig ? BigInt(Math.floor(ms)) : ms);
    if (isBig) replace(stats, `${which}Ns`, BigInt(Math.floor(ms * 1e6)));
    replace(stats, which, new Date(ms));
  }
}

function inertWatcher(kernel: Kernel): EventEmitter {
  const watcher = new EventEmitter();
  const self = () => watcher;
  return Object.assign(watcher, {
    close: () => void kernel.immediate("file", () => watcher.emit("close")),
    ref: self,
    unref: self,
  });
}

function refuse(name: string): AnyFunction {
  return () => {
    throw new Error(`${name} is not simulated: use the host's virtual disk`);
  };
}
