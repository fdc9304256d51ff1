/** File systems of a test's own, where the system lets it mount some: Linux, as root. */
import { execFileSync } from "node:child_process";
import { mkdir, open } from "node:fs/promises";
import { whenAllIsOver } from "./cleanup.ts";

export interface SmallDisk {
  readonly folder: string;
  /** Writes until the system says that it is full. */
  fill(): Promise<void>;
  makeReadOnly(): void;
}

const PIECE = new Uint8Array(4096);

/** Undefined where it cannot be mounted. */
export async function mountSmallDisk(folder: string, kib: number): Promise<SmallDisk | undefined> {
  await mkdir(folder);
  const mount = (options: string) =>
    execFileSync("mount", ["-t", "tmpfs", "-o", `${options},size=${kib}k`, "tmpfs", folder], {
      stdio: "ignore",
    });
  try {
    mount("rw");
  } catch {
    return undefined; // No such program, or no right to it.
  }
  whenAllIsOver(() => {
    execFileSync("umount", ["-l", folder], { stdio: "ignore" });
  });
  return {
    folder,
    makeReadOnly: () => mount("remount,ro"),
    async fill() {
      const file = await open(`${folder}/filler`, "wx");
      try {
        for (let full = false; !full; ) {
          full = await file.write(PIECE).then(
            ({ bytesWritten }) => bytesWritten < PIECE.length,
            (error: NodeJS.ErrnoException) => {
              if (error.code !== "ENOSPC") throw error;
              return true;
            },
          );
        }
      } finally {
        await file.close();
      }
    },
  };
}
