/**
 * CRC-32C (Castagnoli), reflected polynomial 0x82F63B78, slicing by 8. Check value of the ASCII
 * digits "123456789": 0xE3069283. Method: Kounavis and Berry, 2005.
 */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 in one array: table k holds the CRC of a byte followed by k zero bytes. */
const TABLES = buildTables();

function buildTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const shorter = tables[i - 256] as number;
    tables[i] = (shorter >>> 8) ^ (tables[shorter & 0xff] as number);
  }
  return tables;
}

/** CRC-32C of `bytes[start..end)`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const t = TABLES;
  const b = bytes as { [index: number]: number };
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    // The indices below are in range by the loop bound; reading them unchecked is the point.
    const low = crc ^ (b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24));
    crc =
      t[1792 + (low & 0xff)]! ^
      t[1536 + ((low >>> 8) & 0xff)]! ^
      t[1280 + ((low >>> 16) & 0xff)]! ^
      t[1024 + (low >>> 24)]! ^
      t[768 + b[i + 4]!]! ^
      t[512 + b[i + 5]!]! ^
      t[256 + b[i + 6]!]! ^
      t[b[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ b[i]!) & 0xff]!;
  return ~crc >>> 0;
}
