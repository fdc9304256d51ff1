/** Whether a record is worth decoding for a check of some types only; verifying looks at each record so. */
import { toUtf8 } from "./bytes.ts";
import { RECORD_HEADER_BYTES } from "./record-codec.ts";

/** A key `type` in CBOR: a text of four bytes. */
const TYPE_KEY = [0x64, 0x74, 0x79, 0x70, 0x65];

/**
 * In deterministic CBOR shorter keys come first, so most events begin with their type, and a look at it
 * is enough. Any other record is searched.
 *
 * @param start of the type's name
 * @returns a look at a whole record: false when its type does not begin so; true when it may
 */
export function typeGlance(start: string): (record: Uint8Array) => boolean {
  const wanted = Buffer.from(toUtf8(start));
  return (record) => {
    const at = firstTypeAt(record);
    if (at === undefined) {
      return Buffer.from(record.buffer, record.byteOffset, record.length).includes(wanted);
    }
    for (let i = 0; i < wanted.length; i++) if (record[at + i] !== wanted[i]) return false;
    return true;
  };
}

/** Where the name of the type begins; undefined when `type` is not the first key. */
function firstTypeAt(record: Uint8Array): number | undefined {
  const map = record[RECORD_HEADER_BYTES] ?? 0;
  // A map of up to 23 fields, or of up to 255.
  const key = RECORD_HEADER_BYTES + (map >= 0xa0 && map <= 0xb7 ? 1 : map === 0xb8 ? 2 : record.length);
  for (let i = 0; i < TYPE_KEY.length; i++) if (record[key + i] !== TYPE_KEY[i]) return undefined;
  const text = record[key + TYPE_KEY.length] ?? 0;
  if (text >= 0x60 && text <= 0x77) return key + TYPE_KEY.length + 1;
  return text === 0x78 ? key + TYPE_KEY.length + 2 : undefined;
}
