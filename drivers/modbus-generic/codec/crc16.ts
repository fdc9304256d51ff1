/**
 * CRC-16 of a Modbus RTU frame: polynomial 0x8005 reflected, start 0xFFFF; on the line low byte first.
 * Source: Modbus over Serial Line 1.02, 2.5.1.2 and appendix B.
 */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** Over `bytes` from `begin` up to `end`. */
export function crc16(bytes: Uint8Array, begin = 0, end = bytes.length): number {
  let crc = 0xffff;
  for (let at = begin; at < end; at++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] as number)) & 0xff] as number);
  }
  return crc;
}
