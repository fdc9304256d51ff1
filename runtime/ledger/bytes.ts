/** Small helpers on byte arrays. */

/** Segment headers and marks have this length, whatever sectors the batches are padded to. */
export const SECTOR_BYTES = 4096;

/** What batches start and end on, in bytes; chosen when the ledger is made. */
export type BatchSector = 512 | 4096;
export const isBatchSector = (bytes: number): bytes is BatchSector => bytes === 512 || bytes === 4096;

export const padTo = (sector: BatchSector, length: number): number => Math.ceil(length / sector) * sector;

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
export const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
export const toUtf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Little-endian. Without a view, which costs more than the reading. */
export const uint32At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** As `equalBytes` of a part of each, without making the parts. */
export function equalAt(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number, length: number): boolean {
  if (aFrom + length > a.length || bFrom + length > b.length) return false;
  for (let i = 0; i < length; i++) if (a[aFrom + i] !== b[bFrom + i]) return false;
  return true;
}

const ZEROS = new Uint8Array(64 * 1024);

export function isAllZero(bytes: Uint8Array): boolean {
  // Nearly always enough where something is.
  if (bytes.length > 0 && bytes[0] !== 0) return false;
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (!equalBytes(part, ZEROS.subarray(0, part.length))) return false;
  }
  return true;
}

/** Up to the last byte that is not zero. */
export function withoutZeroTail(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0) {
    const from = Math.max(0, end - ZEROS.length);
    if (!equalBytes(bytes.subarray(from, end), ZEROS.subarray(0, end - from))) break;
    end = from;
  }
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}
