/**
 * Folders and names, twice: as the running system sees them and as they are on the medium. A folder's
 * changes reach the medium in order; a sync of the folder brings all of them there, a power cut keeps
 * some first part of them. A rename between two folders is one change of both, all or nothing.
 */
import type { Random } from "@helix/hal";
import { FileContent } from "./file-content.ts";

export class FileNode {
  readonly kind = "file";
  readonly content = new FileContent();
  readonly mode: number;

  constructor(mode: number) {
    this.mode = mode;
  }
}

export class FolderNode {
  readonly kind = "folder";
  readonly mode: number;
  entries = new Map<string, DiskNode>();
  readonly onMedium = new Map<string, DiskNode>();
  readonly pending: Change[] = [];

  constructor(mode: number) {
    this.mode = mode;
  }
}

export type DiskNode = FileNode | FolderNode;

export interface PowerCutLoss {
  /** In files that had a name. */
  readonly unsyncedBytes: number;
  readonly lostBytes: number;
}

interface Change {
  readonly number: number;
  readonly folders: readonly FolderNode[];
  /** Makes it so on the medium. */
  readonly apply: () => void;
}

export class NameSpace {
  readonly root = new FolderNode(0o755);
  #lastChange = 0;

  link(folder: FolderNode, name: string, node: DiskNode): void {
    folder.entries.set(name, node);
    this.#changed([folder], () => folder.onMedium.set(name, node));
  }

  unlink(folder: FolderNode, name: string): void {
    folder.entries.delete(name);
    this.#changed([folder], () => folder.onMedium.delete(name));
  }

  move(from: FolderNode, fromName: string, to: FolderNode, toName: string, node: DiskNode): void {
    from.entries.delete(fromName);
    to.entries.set(toName, node);
    this.#changed(from === to ? [from] : [from, to], () => {
      from.onMedium.delete(fromName);
      to.onMedium.set(toName, node);
    });
  }

  /** Number of the latest change: what a sync that is asked for now has to cover. */
  get lastChange(): number {
    return this.#lastChange;
  }

  /** Changes of the folder up to number `last` are on the medium, with those that they depend on. */
  sync(folder: FolderNode, last: number): void {
    for (let change = folder.pending[0]; change !== undefined; change = folder.pending[0]) {
      if (change.number > last) return;
      commit(change);
    }
  }

  /** @returns bytes that no sync had saved, and how many of them are lost */
  powerCut(random: Random): PowerCutLoss {
    const unsyncedBytes = sumOf(this.root, (file) => file.content.unsyncedBytes);
    const folders = new Set<FolderNode>();
    collectFolders(this.root, folders);
    const survivors = new Map<FolderNode, number>();
    for (const folder of folders) survivors.set(folder, random.integer(0, folder.pending.length));
    const changes = new Set([...folders].flatMap((folder) => folder.pending));
    for (const change of [...changes].sort((a, b) => a.number - b.number)) {
      const survives = change.folders.every((folder) => (survivors.get(folder) ?? 0) > 0);
      if (survives) change.apply();
      for (const folder of change.folders) {
        // After the first change that is lost, all later ones of its folders are lost too.
        survivors.set(folder, survives ? (survivors.get(folder) ?? 0) - 1 : 0);
      }
    }
    for (const folder of folders) folder.pending.length = 0;
    return { unsyncedBytes, lostBytes: unsyncedBytes - restore(this.root, random) };
  }

  /** Bytes in all files. */
  usedBytes(): number {
    return sumOf(this.root, (file) => file.content.size);
  }

  #changed(folders: readonly FolderNode[], apply: () => void): void {
    this.#lastChange += 1;
    const change: Change = { number: this.#lastChange, folders, apply };
    for (const folder of folders) folder.pending.push(change);
  }
}

function commit(change: Change): void {
  for (const folder of change.folders) {
    for (let first = folder.pending[0]; first !== undefined && first !== change; first = folder.pending[0]) {
      commit(first);
    }
  }
  change.apply();
  for (const folder of change.folders) folder.pending.shift();
}

function collectFolders(folder: FolderNode, into: Set<FolderNode>): void {
  if (into.has(folder)) return;
  into.add(folder);
  // A folder that was removed since may come back: what is on the medium counts as well.
  for (const node of [...folder.entries.values(), ...folder.onMedium.values()]) {
    if (node.kind === "folder") collectFolders(node, into);
  }
}

/** @returns bytes that were not synced and are there all the same */
function restore(folder: FolderNode, random: Random): number {
  folder.entries = new Map(folder.onMedium);
  let kept = 0;
  for (const node of folder.entries.values())
    kept += node.kind === "folder" ? restore(node, random) : node.content.powerCut(random);
  return kept;
}

function sumOf(folder: FolderNode, bytesOf: (file: FileNode) => number): number {
  let bytes = 0;
  for (const node of folder.entries.values())
    bytes += node.kind === "folder" ? sumOf(node, bytesOf) : bytesOf(node);
  return bytes;
}
