/**
 * Files with explicit durability: what was written is safe only after `datasync`, and a new or
 * renamed name only after `syncFolder`. Errors carry the system's `code` (ENOENT, EACCES, EROFS,
 * ENOSPC, EIO, ...).
 */
export interface Disk {
  /**
   * read: must exist. read-write: must exist. create-new: must not exist.
   * `mode` holds for a file that is created; default 0o600.
   */
  open(path: string, access: "read" | "read-write" | "create-new", mode?: number): Promise<DiskFile>;
  readFile(path: string): Promise<Uint8Array>;
  /**
   * Replaces the file in one step (new name, datasync, rename, syncFolder): after a power cut
   * either the old or the new content is there, never a mixture.
   */
  writeFile(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  /** Undefined when there is nothing at `path`. */
  stat(path: string): Promise<{ kind: "file" | "folder" | "other"; size: number; mode: number } | undefined>;
  /** Names in the folder, sorted. */
  list(folder: string): Promise<string[]>;
  /** With its parents; no error when it exists. */
  makeFolder(path: string, mode?: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** No error when there is nothing. */
  remove(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  /**
   * Takes an exclusive lock that the system releases when the process ends, however it ends.
   * @throws LockHeldError when another process, or another holder in this one, has it
   */
  lock(path: string): Promise<DiskLock>;
}

export interface DiskFile {
  size(): Promise<number>;
  /** Bytes read; fewer than asked only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes`. @throws ShortWriteError when the system took fewer. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** The content is on the medium when this resolves (fdatasync). */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskLock {
  release(): Promise<void>;
}

/** Somebody else holds the lock. */
export class LockHeldError extends Error {
  override readonly name = "LockHeldError";
  readonly path: string;
  /** Process id of the holder, where it could be read. */
  readonly holderPid: number | undefined;

  constructor(path: string, holderPid: number | undefined) {
    super(`${path} is held by ${holderPid === undefined ? "another process" : `process ${holderPid}`}`);
    this.path = path;
    this.holderPid = holderPid;
  }
}

/** The system wrote fewer bytes than it was given, without an error of its own. */
export class ShortWriteError extends Error {
  override readonly name = "ShortWriteError";

  constructor(path: string, written: number, asked: number) {
    super(`${path}: ${written} of ${asked} bytes written`);
  }
}
