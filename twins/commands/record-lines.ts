/** The lines of a file, however long it is, without holding it whole. */
import type { CliContext } from "@helix/cli";

const CHUNK = 1 << 20;

/** A last line without its break counts as a line. */
export async function* linesOf(path: string, disk: CliContext["platform"]["disk"]): AsyncIterable<string> {
  const file = await disk.open(path, "read");
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(CHUNK);
    let rest = "";
    for (let position = 0; ; ) {
      const count = await file.read(buffer, position);
      if (count === 0) break;
      position += count;
      const parts = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      yield* parts;
    }
    if (rest !== "") yield rest;
  } finally {
    await file.close();
  }
}
