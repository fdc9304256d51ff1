/** An open file on a virtual disk. It dies with the process that opened it. */
import { type DiskFile, ShortWriteError } from "@helix/platform";
import type { Host } from "../host.ts";
import { diskError } from "./disk-error.ts";
import type { FileNode } from "./name-space.ts";
import type { VirtualDisk } from "./virtual-disk.ts";

export class VirtualFile implements DiskFile {
  readonly #disk: VirtualDisk;
  readonly #host: Host;
  readonly #boot: number;
  readonly #path: string;
  readonly #node: FileNode;
  #open = true;

  constructor(disk: VirtualDisk, host: Host, path: string, node: FileNode) {
    this.#disk = disk;
    this.#host = host;
    this.#boot = host.boot;
    this.#path = path;
    this.#node = node;
  }

  size(): Promise<number> {
    return this.#disk.call(() => this.#content("fstat").size);
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#disk.call(() => this.#content("read").read(into, position));
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return this.#disk.call(() => {
      const content = this.#content("write");
      const growth = position + bytes.length - content.size;
      const lacking = growth - this.#disk.room(growth, this.#path);
      const written = bytes.subarray(0, bytes.length - lacking);
      content.write(written, position);
      this.#disk.noteWrite(written);
      if (lacking > 0) throw new ShortWriteError(this.#path, written.length, bytes.length);
    });
  }

  datasync(): Promise<void> {
    const { content } = this.#node;
    const last = content.lastWrite;
    return this.#disk.sync(this.#path, {
      done: () => this.#content("fdatasync").sync(last),
      failed: () => content.loseUpTo(last),
    });
  }

  close(): Promise<void> {
    return this.#disk.call(() => {
      this.#content("close");
      this.#open = false;
    });
  }

  #content(syscall: string) {
    if (!this.#open || this.#boot !== this.#host.boot) throw diskError("EBADF", syscall, this.#path);
    return this.#node.content;
  }
}
