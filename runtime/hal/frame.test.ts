import fc from "fast-check";
import { expect, test } from "vitest";
import { anyFrame, frame } from "./frame.test-support.ts";
import {
  crc32c,
  decodeFrame,
  encodeFrame,
  FRAME_BYTES,
  frameCrcIsValid,
  frameKey,
  frameQuality,
  setFrameOrigin,
} from "./index.ts";

function encoded(value = frame()): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES);
  encodeFrame(value, bytes);
  return bytes;
}

/** Bit by bit, straight from the polynomial: what the tables must agree with. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test("CRC-32C of the check string is the published check value", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
});

test("CRC-32C by tables equals CRC-32C bit by bit, at any offset and length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(40), (bytes, skip) => {
      const start = Math.min(skip, bytes.length);
      expect(crc32c(bytes, start)).toBe(slowCrc32c(bytes.subarray(start)));
    }),
  );
});

test("any frame comes back from its 128 bytes unchanged, with a valid checksum", () => {
  fc.assert(
    fc.property(anyFrame, fc.nat(3), (original, slot) => {
      const bytes = new Uint8Array(4 * FRAME_BYTES).fill(0xff);
      encodeFrame(original, bytes, slot * FRAME_BYTES);
      expect(decodeFrame(bytes, slot * FRAME_BYTES)).toEqual(original);
      expect(frameCrcIsValid(bytes, slot * FRAME_BYTES)).toBe(true);
    }),
  );
});

test("any single flipped bit in bytes 0 to 59 is noticed", () => {
  fc.assert(
    fc.property(anyFrame, (original) => {
      const bytes = encoded(original);
      for (let bit = 0; bit < 60 * 8; bit++) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(frameCrcIsValid(bytes), `bit ${bit}`).toBe(false);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    }),
    { numRuns: 30 },
  );
});

test("fields lie where the layout says, little-endian", () => {
  const bytes = encoded(
    frame({
      timestampNs: 0x0102030405060708n,
      channelId: 0x1112,
      qualityFlags: 0x2122,
      unitCode: 0x31323334,
      sequence: 0x4142434445464748n,
      alarmBitmap: 0x5152535455565758n,
      spcSignals: 0x61626364,
      origin: "replayed",
    }),
  );
  const at = (start: number, length: number) =>
    Buffer.from(bytes.slice(start, start + length)).toString("hex");
  expect(at(0, 8)).toBe("0807060504030201");
  expect(at(24, 2)).toBe("1211");
  expect(at(26, 2)).toBe("2221");
  expect(at(28, 4)).toBe("34333231");
  expect(at(40, 8)).toBe("4847464544434241");
  expect(at(72, 8)).toBe("5857565554535251");
  expect(at(80, 4)).toBe("64636261");
  expect(at(84, 1)).toBe("02");
  expect(at(85, 43)).toBe("00".repeat(43));
});

test("the origin mark leaves the driver's checksum valid", () => {
  const bytes = encoded();
  setFrameOrigin(bytes, "faulted");
  expect(decodeFrame(bytes).origin).toBe("faulted");
  expect(frameCrcIsValid(bytes)).toBe(true);
});

test("an origin byte that is not defined is refused, not guessed", () => {
  const bytes = encoded();
  bytes[84] = 9;
  expect(() => decodeFrame(bytes)).toThrow("frame origin 9 is not defined");
});

test("key and quality can be read without decoding", () => {
  const bytes = encoded(frame({ channelId: 7, sequence: 99n, qualityFlags: 0x40 }));
  expect(frameKey(bytes)).toEqual({ channelId: 7, sequence: 99n });
  expect(frameQuality(bytes)).toBe(0x40);
});
