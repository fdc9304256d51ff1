/** Text files of a .tar.gz archive (POSIX ustar; long names of GNU tar are not needed and not read). */
import { gunzipSync } from "node:zlib";

const BLOCK = 512;
const REGULAR = new Set(["0", "\0"]);

/** By path. @throws Error when the bytes are not gzip, RangeError when they are not tar */
export function readTarGz(bytes: Uint8Array, wanted: (path: string) => boolean): Map<string, string> {
  const tar = gunzipSync(bytes);
  const decoder = new TextDecoder();
  const text = (from: number, length: number): string =>
    decoder.decode(tar.subarray(from, from + length)).replace(/\0.*$/s, "");
  const files = new Map<string, string>();
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim() || "0", 8);
    if (!(size >= 0)) throw new RangeError(`not a tar archive: no size at byte ${at + 124}`);
    const prefix = text(at + 345, 155);
    const path = (prefix === "" ? "" : `${prefix}/`) + text(at, 100);
    const kind = String.fromCharCode(tar[at + 156] as number);
    const content = at + BLOCK;
    if (REGULAR.has(kind) && wanted(path))
      files.set(path, decoder.decode(tar.subarray(content, content + size)));
    at = content + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
