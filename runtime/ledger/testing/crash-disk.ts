/**
 * A disk whose power can be cut at any operation: what was written since the last datasync is then
 * there by sectors, some as they were, some as written, as a disk's cache leaves them; what was renamed
 * since the folder was synced has its old or its new name.
 */
import type { Random } from "@helix/hal";
import type { DiskFile } from "@helix/platform";
import { MemoryDisk } from "./memory-disk.ts";

const SECTOR_BYTES = 512;

export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

interface Unsynced {
  readonly position: number;
  readonly bytes: Uint8Array;
}

export class CrashDisk extends MemoryDisk {
  /** Per file, in the order in which it was written. */
  readonly #unsynced = new Map<string, Unsynced[]>();
  /** Files as the medium holds them. */
  readonly #durable = new Map<string, Uint8Array>();
  /** Not on the medium yet, in order. */
  #renames: { readonly from: string; readonly to: string }[] = [];
  #operationsLeft = Number.POSITIVE_INFINITY;
  #isOff = false;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map(), folders: Iterable<string> = []) {
    super(files, folders);
    for (const [path, bytes] of this.files) this.#durable.set(path, bytes.slice());
    this.before = () => this.#step();
  }

  cutPowerAfter(operations: number): void {
    this.#operationsLeft = operations;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  override async open(path: string, access: "read" | "read-write" | "create-new"): Promise<DiskFile> {
    const file = await super.open(path, access);
    return {
      ...file,
      write: async (bytes, position) => {
        await file.write(bytes, position);
        const unsynced = this.#unsynced.get(path) ?? [];
        unsynced.push({ position, bytes: bytes.slice() });
        this.#unsynced.set(path, unsynced);
      },
      datasync: async () => {
        try {
          await file.datasync();
        } catch (error) {
          // As Linux does: what could not be written counts as written, and only the cache has it.
          if (!(error instanceof PowerCut)) this.#unsynced.delete(path);
          throw error;
        }
        this.#sync(path);
      },
    };
  }

  /** In one step and durable, as the platform's contract says. */
  override async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    await super.writeFile(path, bytes);
    this.#durable.set(path, this.bytes(path).slice());
    this.#unsynced.delete(path);
  }

  override async rename(from: string, to: string): Promise<void> {
    await super.rename(from, to);
    this.#renames.push({ from, to });
  }

  override async syncFolder(path: string): Promise<void> {
    await super.syncFolder(path);
    for (const rename of this.#renames) move(this.#durable, rename);
    this.#renames = [];
  }

  override async remove(path: string): Promise<void> {
    await super.remove(path);
    this.#durable.delete(path);
    this.#unsynced.delete(path);
  }

  /** What is on the medium when the power comes back. */
  afterPowerCut(random: Random): CrashDisk {
    const files = new Map<string, Uint8Array>(
      [...this.#durable].map(([path, bytes]) => [path, bytes.slice()]),
    );
    for (const [path, writes] of this.#unsynced) {
      for (const write of writes)
        files.set(path, tear(files.get(path) ?? new Uint8Array(0), write, random).slice());
    }
    for (const rename of this.#renames.slice(0, random.integer(0, this.#renames.length))) move(files, rename);
    return new CrashDisk(files, this.folders);
  }

  #step(): void {
    if (this.#isOff || this.#operationsLeft-- <= 0) {
      this.#isOff = true;
      throw new PowerCut("the power was cut");
    }
  }

  #sync(path: string): void {
    const writes = this.#unsynced.get(path) ?? [];
    this.#durable.set(path, afterAll(writes, this.#durable.get(path) ?? new Uint8Array(0)));
    this.#unsynced.delete(path);
  }
}

function move(files: Map<string, Uint8Array>, { from, to }: { from: string; to: string }): void {
  const bytes = files.get(from);
  // It may have been written anew under its new name since.
  if (bytes !== undefined) files.set(to, bytes);
  files.delete(from);
}

function afterAll(writes: readonly Unsynced[], before: Uint8Array): Uint8Array {
  const length = Math.max(before.length, ...writes.map(({ position, bytes }) => position + bytes.length));
  const after = new Uint8Array(length);
  after.set(before);
  for (const { position, bytes } of writes) after.set(bytes, position);
  return after;
}

/** All, none, or any sectors of a write; the file may have grown without its content. */
function tear(before: Uint8Array, { position, bytes }: Unsynced, random: Random): Uint8Array {
  const share = [0, 1, random.uniform()][random.integer(0, 2)] ?? 0;
  if (share === 0 && random.uniform() < 0.5) return before;
  const grown = new Uint8Array(Math.max(before.length, position + bytes.length));
  grown.set(before);
  for (let at = 0; at < bytes.length; at += SECTOR_BYTES) {
    if (random.uniform() < share) grown.set(bytes.subarray(at, at + SECTOR_BYTES), position + at);
  }
  return grown;
}
