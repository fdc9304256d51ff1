/** A disk in memory for tests: can be copied, damaged, and made to fail. */
import { basename, dirname } from "node:path";
import { type Disk, type DiskFile, LockHeldError } from "@helix/platform";

type Operation =
  | "open"
  | "write"
  | "datasync"
  | "writeFile"
  | "readFile"
  | "lock"
  | "makeFolder"
  | "rename"
  | "syncFolder";

export class MemoryDisk implements Disk {
  readonly files: Map<string, Uint8Array>;
  readonly folders: Set<string>;
  readonly #locks = new Set<string>();
  /** Called before each operation; what it throws is the disk's error. */
  before: (operation: Operation, path: string) => void | Promise<void> = () => {};
  /** Bytes of all files together; a write that goes past it fails and leaves nothing. */
  capacity = Number.POSITIVE_INFINITY;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map(), folders: Iterable<string> = []) {
    this.files = new Map([...files].map(([path, bytes]) => [path, bytes.slice()]));
    this.folders = new Set(folders);
  }

  /** Same content, no locks, no failures. */
  copy(): MemoryDisk {
    return new MemoryDisk(this.files, this.folders);
  }

  bytes(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw systemError("ENOENT", path);
    return bytes;
  }

  async open(path: string, access: "read" | "read-write" | "create-new"): Promise<DiskFile> {
    await this.before("open", path);
    if (access === "create-new") this.files.set(path, new Uint8Array(0));
    this.bytes(path);
    return {
      size: async () => this.bytes(path).length,
      read: async (into, position) => {
        const part = this.bytes(path).subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: async (bytes, position) => {
        await this.before("write", path);
        const old = this.bytes(path);
        const grown = new Uint8Array(Math.max(old.length, position + bytes.length));
        this.#checkRoom(path, grown.length - old.length);
        grown.set(old);
        grown.set(bytes, position);
        this.files.set(path, grown);
      },
      datasync: async () => this.before("datasync", path),
      close: async () => {},
    };
  }

  async readFile(path: string): Promise<Uint8Array> {
    await this.before("readFile", path);
    return this.bytes(path).slice();
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    await this.before("writeFile", path);
    this.#checkRoom(path, bytes.length);
    this.files.set(path, bytes.slice());
  }

  async stat(path: string) {
    const size = this.files.get(path)?.length;
    if (size !== undefined) return { kind: "file" as const, size, mode: 0o600 };
    return this.folders.has(path) ? { kind: "folder" as const, size: 0, mode: 0o700 } : undefined;
  }

  async list(folder: string): Promise<string[]> {
    return [...this.files.keys()]
      .filter((path) => dirname(path) === folder)
      .map((path) => basename(path))
      .sort();
  }

  async makeFolder(path: string): Promise<void> {
    await this.before("makeFolder", path);
    this.folders.add(path);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.before("rename", from);
    this.files.set(to, this.bytes(from));
    this.files.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.files.delete(path);
  }

  #checkRoom(path: string, more: number): void {
    const used = [...this.files.values()].reduce((sum, { length }) => sum + length, 0);
    if (used + more > this.capacity) throw systemError("ENOSPC", path);
  }

  async syncFolder(path: string): Promise<void> {
    await this.before("syncFolder", path);
  }

  async lock(path: string) {
    await this.before("lock", path);
    if (this.#locks.has(path)) throw new LockHeldError(path, 4711);
    this.#locks.add(path);
    return {
      release: async () => {
        this.#locks.delete(path);
      },
    };
  }
}

export function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
