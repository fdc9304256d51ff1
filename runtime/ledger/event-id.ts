/** Identifiers from injected time and chance. */
import type { Random } from "@helix/hal";
import { toHex } from "./bytes.ts";

/** UUIDv7 (RFC 9562 section 5.7): 48 bits of Unix ms, then chance. */
export function uuidV7(utcNs: bigint, random: Random): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(random.bytes(10), 6);
  let ms = Number(BigInt.asUintN(48, utcNs / 1_000_000n));
  for (let i = 5; i >= 0; i--) {
    bytes[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}

export const uuidText = (bytes: Uint8Array): string =>
  toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

/** @throws Error when the text is not a UUID */
export function uuidBytes(text: string): Uint8Array {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) throw new Error(`"${text}" is not a UUID`);
  return Uint8Array.from(Buffer.from(text.replaceAll("-", ""), "hex"));
}
