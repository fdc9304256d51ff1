/**
 * A host's disk in the world: `Disk` of @helix/platform with the durability that it promises and not
 * a byte more. Writes and names since the last sync may or may not outlive a power cut, in any mixture
 * that file-content.ts and name-space.ts allow, drawn from the seed. Everything takes its time.
 *
 * Leaves out permissions (modes are kept, not checked), links and file holes.
 */
import { posix } from "node:path";
import type { Random } from "@helix/hal";
import { type Disk, type DiskFile, type DiskLock, LockHeldError } from "@helix/platform";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { diskError } from "./disk-error.ts";
import { type DiskNode, FileNode, FolderNode, NameSpace, type PowerCutLoss } from "./name-space.ts";
import { VirtualFile } from "./virtual-file.ts";

export interface DiskSettings {
  /** Time of any call that touches no medium, µs. */
  readonly callUs: number;
  /** Time of a sync, µs. */
  readonly syncUs: number;
  readonly capacityBytes: number;
  readonly readOnly: boolean;
  /** Code with which every sync fails; undefined: they succeed. */
  readonly failSyncs: string | undefined;
}

/** Told of every call, and of those that the disk refused. */
export type DiskWatcher = (happened: "call" | "write-refused" | "sync-failed") => void;

const SOLID_STATE: DiskSettings = {
  callUs: 20,
  syncUs: 1000,
  capacityBytes: Number.POSITIVE_INFINITY,
  readOnly: false,
  failSyncs: undefined,
};

export class VirtualDisk implements Disk {
  settings = SOLID_STATE;
  readonly watchers = new Set<DiskWatcher>();
  /** What the last power cut of the host has cost. */
  lastLoss: PowerCutLoss = { unsyncedBytes: 0, lostBytes: 0 };
  readonly #kernel: Kernel;
  readonly #host: Host;
  readonly #random: Random;
  readonly #names = new NameSpace();
  readonly #locks = new Map<string, { held: boolean }>();
  readonly #failingSyncs: string[] = [];

  constructor(kernel: Kernel, host: Host, random: Random) {
    this.#kernel = kernel;
    this.#host = host;
    this.#random = random;
    host.attach({
      powerCut: () => {
        this.#releaseLocks();
        this.lastLoss = this.#names.powerCut(this.#random);
      },
      processKilled: () => this.#releaseLocks(),
    });
  }

  /** A slow disk, a full one, one that the system has mounted read-only after an error. */
  change(settings: Partial<DiskSettings>): void {
    this.settings = { ...this.settings, ...settings };
    this.#kernel.noteText("disk", JSON.stringify(settings), this.#host);
  }

  /** Bytes that the files take now. */
  get usedBytes(): number {
    return this.#names.usedBytes();
  }

  /** The next `count` syncs fail with `code`, and what they should have saved is not saved. */
  failNextSyncs(count = 1, code = "EIO"): void {
    for (let i = 0; i < count; i++) this.#failingSyncs.push(code);
  }

  open(path: string, access: "read" | "read-write" | "create-new", mode = 0o600): Promise<DiskFile> {
    return this.call(() => {
      if (access !== "read") this.#checkWritable("open", path);
      if (access === "create-new") return new VirtualFile(this, this.#host, path, this.#create(path, mode));
      const node = this.#find(path);
      if (node === undefined) throw diskError("ENOENT", "open", path);
      if (node.kind === "folder") throw diskError("EISDIR", "open", path);
      return new VirtualFile(this, this.#host, path, node);
    });
  }

  async readFile(path: string): Promise<Uint8Array> {
    const file = await this.open(path, "read");
    const bytes = new Uint8Array(await file.size());
    await file.read(bytes, 0);
    await file.close();
    return bytes;
  }

  async writeFile(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
    const temporary = `${path}.new`;
    await this.remove(temporary);
    const file = await this.open(temporary, "create-new", mode);
    try {
      await file.write(bytes, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.rename(temporary, path);
    await this.syncFolder(posix.dirname(path));
  }

  stat(path: string): Promise<{ kind: "file" | "folder"; size: number; mode: number } | undefined> {
    return this.call(() => {
      const node = this.#find(path);
      if (node === undefined) return undefined;
      return { kind: node.kind, size: node.kind === "file" ? node.content.size : 0, mode: node.mode };
    });
  }

  list(folder: string): Promise<string[]> {
    return this.call(() => [...this.#folder(folder, "scandir").entries.keys()].sort());
  }

  makeFolder(path: string, mode = 0o700): Promise<void> {
    return this.call(() => {
      this.#checkWritable("mkdir", path);
      let folder = this.#names.root;
      for (const name of partsOf(path)) {
        let next = folder.entries.get(name);
        if (next === undefined) {
          next = new FolderNode(mode);
          this.#names.link(folder, name, next);
        }
        if (next.kind === "file") throw diskError("ENOTDIR", "mkdir", path);
        folder = next;
      }
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.call(() => {
      this.#checkWritable("rename", from);
      const node = this.#find(from);
      if (node === undefined) throw diskError("ENOENT", "rename", from);
      const target = this.#find(to);
      if (target !== undefined && target.kind === "folder") throw diskError("EISDIR", "rename", to);
      if (target === node) return;
      this.#names.move(this.#parent(from), posix.basename(from), this.#parent(to), posix.basename(to), node);
    });
  }

  remove(path: string): Promise<void> {
    return this.call(() => {
      this.#checkWritable("rm", path);
      if (this.#find(path) !== undefined) this.#names.unlink(this.#parent(path), posix.basename(path));
    });
  }

  syncFolder(path: string): Promise<void> {
    const folder = this.#folderIfAny(path);
    const last = this.#names.lastChange;
    return this.sync(path, {
      done: () => {
        if (folder === undefined) throw diskError("ENOENT", "open", path);
        this.#names.sync(folder, last);
      },
      // The names stay unsaved and are tried again by the next sync of the folder.
      failed: () => {},
    });
  }

  lock(path: string): Promise<DiskLock> {
    return this.call(() => {
      const place = posix.resolve("/", path);
      if (this.#locks.get(place)?.held) throw new LockHeldError(path, 1000 * this.#host.id + this.#host.boot);
      if (this.#find(path) === undefined) this.#create(path, 0o600);
      const lock = { held: true };
      this.#locks.set(place, lock);
      return { release: () => this.call(() => void (lock.held = false)) };
    });
  }

  /** A system call: its effect is at once, its answer takes a while and never comes after a crash. */
  call<T>(work: () => T): Promise<T> {
    this.#tell("call");
    return new Promise((resolve, reject) => {
      const settle = outcomeOf(work, resolve, reject);
      this.#kernel.after(this.settings.callUs, "disk", settle, this.#host);
    });
  }

  /** A sync: its effect comes with its answer; a power cut in between leaves everything to chance. */
  sync(path: string, effect: { done(): void; failed(): void }): Promise<void> {
    this.#tell("call");
    return new Promise((resolve, reject) => {
      const finish = () => {
        const code = this.#failingSyncs.shift() ?? this.settings.failSyncs;
        if (code === undefined) return outcomeOf(() => effect.done(), resolve, reject)();
        effect.failed();
        this.#tell("sync-failed");
        this.#kernel.noteText("sync-failed", path, this.#host);
        reject(diskError(code, "fdatasync", path));
      };
      this.#kernel.after(this.settings.syncUs, "sync", finish, this.#host);
    });
  }

  /** How many of `growth` bytes fit. @throws Error with code ENOSPC when none, EROFS on a read-only disk */
  room(growth: number, path: string): number {
    this.#checkWritable("write", path);
    if (growth <= 0 || this.settings.capacityBytes === Number.POSITIVE_INFINITY) return growth;
    const free = this.settings.capacityBytes - this.#names.usedBytes();
    if (free < growth) this.#tell("write-refused");
    if (free <= 0) throw diskError("ENOSPC", "write", path);
    return Math.min(free, growth);
  }

  noteWrite(bytes: Uint8Array): void {
    this.#kernel.note("disk-write", bytes, this.#host);
  }

  #tell(happened: Parameters<DiskWatcher>[0]): void {
    for (const watcher of this.watchers) watcher(happened);
  }

  #create(path: string, mode: number): FileNode {
    if (this.#find(path) !== undefined) throw diskError("EEXIST", "open", path);
    const node = new FileNode(mode);
    this.#names.link(this.#parent(path), posix.basename(path), node);
    return node;
  }

  #find(path: string): DiskNode | undefined {
    let node: DiskNode | undefined = this.#names.root;
    for (const name of partsOf(path)) node = node?.kind === "folder" ? node.entries.get(name) : undefined;
    return node;
  }

  #folderIfAny(path: string): FolderNode | undefined {
    const node = this.#find(path);
    return node?.kind === "folder" ? node : undefined;
  }

  #folder(path: string, syscall: string): FolderNode {
    const node = this.#find(path);
    if (node === undefined) throw diskError("ENOENT", syscall, path);
    if (node.kind === "file") throw diskError("ENOTDIR", syscall, path);
    return node;
  }

  #parent(path: string): FolderNode {
    return this.#folder(posix.dirname(posix.resolve("/", path)), "open");
  }

  #checkWritable(syscall: string, path: string): void {
    if (this.settings.readOnly) throw diskError("EROFS", syscall, path);
  }

  #releaseLocks(): void {
    for (const lock of this.#locks.values()) lock.held = false;
  }
}

/** Does the work now and gives a function that tells its outcome. */
function outcomeOf<T>(
  work: () => T,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}

function partsOf(path: string): string[] {
  return posix
    .resolve("/", path)
    .split("/")
    .filter((part) => part !== "");
}
