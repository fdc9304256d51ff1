import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Disk, type DiskFile, ShortWriteError } from "./disk.ts";
import { lockFile } from "./system-lock.ts";

const OPEN_FLAGS = { read: "r", "read-write": "r+", "create-new": "wx+" } as const;
const DEFAULT_FILE_MODE = 0o600;

/** The system's files. */
export const systemDisk: Disk = {
  async open(path, access, mode = DEFAULT_FILE_MODE) {
    return new SystemFile(path, await open(path, OPEN_FLAGS[access], mode));
  },

  readFile: (path) => readFile(path),

  async writeFile(path, bytes, mode = DEFAULT_FILE_MODE) {
    const temporary = `${path}.new`;
    await rm(temporary, { force: true });
    const file = await systemDisk.open(temporary, "create-new", mode);
    try {
      await file.write(bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await systemDisk.syncFolder(dirname(path));
  },

  async stat(path) {
    try {
      const found = await stat(path);
      const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
      return { kind, size: found.size, mode: found.mode & 0o777 };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  },

  list: async (folder) => (await readdir(folder)).sort(),

  async makeFolder(path, mode = 0o700) {
    try {
      await mkdir(path, { recursive: true, mode });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Node says ENOENT for whatever keeps a parent from being made; the system says why (EROFS).
      await mkdir(await firstMissing(path), { mode });
      throw error;
    }
  },

  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true, recursive: true }),

  async syncFolder(path) {
    // Windows cannot open a folder; NTFS journals names by itself.
    if (process.platform === "win32") return;
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },

  lock: lockFile,
};

/** The outermost folder of `path` that is not there. */
async function firstMissing(path: string): Promise<string> {
  const parent = dirname(path);
  return parent === path || (await systemDisk.stat(parent)) !== undefined ? path : firstMissing(parent);
}

class SystemFile implements DiskFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let total = 0;
    while (total < into.length) {
      const { bytesRead } = await this.#handle.read(into, total, into.length - total, position + total);
      if (bytesRead === 0) break;
      total += bytesRead;
    }
    return total;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, position);
    if (bytesWritten !== bytes.length) throw new ShortWriteError(this.#path, bytesWritten, bytes.length);
  }

  datasync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
