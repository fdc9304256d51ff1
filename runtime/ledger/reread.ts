/** Tells a file that is being written from one that stays as it is. */
import type { Disk } from "@helix/platform";
import { concat, equalBytes } from "./bytes.ts";

/**
 * The file with what stands after `from` by now, or undefined when that reads the same `times`
 * times in a row.
 */
export async function rereadIfChanging(
  disk: Disk,
  path: string,
  before: Uint8Array,
  from: number,
  times: number,
): Promise<Uint8Array | undefined> {
  const file = await disk.open(path, "read");
  try {
    for (let i = 0; i < times; i++) {
      const tail = new Uint8Array(Math.max(0, (await file.size()) - from));
      const now = tail.subarray(0, await file.read(tail, from));
      if (!equalBytes(now, before.subarray(from))) return concat(before.subarray(0, from), now);
    }
    return undefined;
  } finally {
    await file.close();
  }
}
