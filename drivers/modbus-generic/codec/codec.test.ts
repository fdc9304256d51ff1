import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeAnswer } from "./answer.ts";
import { crc16 } from "./crc16.ts";
import { encodeMbap, MbapReader } from "./mbap.ts";
import { encodeRequest, type ModbusRequest } from "./request.ts";
import { encodeRtu, findAnswer, measureAnswer, openRtu } from "./rtu.ts";
import { WireFault } from "./wire-fault.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const u16 = fc.integer({ min: 0, max: 0xffff });

/** A request with an answer that fits, as the standard lays them out. */
const readWithAnswer = fc
  .tuple(fc.constantFrom(3 as const, 4 as const), u16, fc.array(u16, { minLength: 1, maxLength: 125 }))
  .map(([functionCode, address, values]) => ({
    request: { functionCode, address, quantity: values.length } as const,
    values,
    pdu: Uint8Array.from([
      functionCode,
      2 * values.length,
      ...values.flatMap((value) => [value >> 8, value & 255]),
    ]),
  }));

/** Cuts bytes at any places. */
const cuts = (bytes: Uint8Array, places: readonly number[]) => {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.slice(from, at[index] ?? bytes.length));
};

describe("the standard's own examples", () => {
  test.for<[string, ModbusRequest, string]>([
    ["read coils", { functionCode: 1, address: 19, quantity: 19 }, "01 0013 0013"],
    ["read holding registers", { functionCode: 3, address: 107, quantity: 3 }, "03 006b 0003"],
    ["write single coil", { functionCode: 5, address: 172, value: true }, "05 00ac ff00"],
    ["write single register", { functionCode: 6, address: 1, value: 3 }, "06 0001 0003"],
    [
      "write multiple coils",
      { functionCode: 15, address: 19, values: [1, 0, 1, 1, 0, 0, 1, 1, 1, 0].map((bit) => bit === 1) },
      "0f 0013 000a 02 cd01",
    ],
    [
      "write multiple registers",
      { functionCode: 16, address: 1, values: [10, 258] },
      "10 0001 0002 04 000a 0102",
    ],
    ["read device identification", { functionCode: 43, category: 1, objectId: 0 }, "2b 0e 01 00"],
  ])("%s", ([, request, bytes]) => {
    expect(encodeRequest(request)).toEqual(hex(bytes));
  });

  test("the check value of CRC-16/MODBUS", () => {
    expect(crc16(new TextEncoder().encode("123456789"))).toBe(0x4b37);
  });

  test("bits come lowest first", () => {
    const answer = decodeAnswer({ functionCode: 1, address: 19, quantity: 19 }, hex("01 03 cd6b05"));
    const bits = "1011001111010110101".split("").map((bit) => bit === "1");
    expect(answer).toEqual({ is: "bits", values: bits });
  });

  test("an identification in objects", () => {
    const pdu = hex("2b 0e 01 01 00 00 02 00 03 414243 02 02 5631");
    const objects = new Map([
      [0, "ABC"],
      [2, "V1"],
    ]);
    expect(decodeAnswer({ functionCode: 43, category: 1, objectId: 0 }, pdu)).toEqual({
      is: "identification",
      objects,
      nextObjectId: undefined,
    });
  });
});

test.for([
  ["another function", "04 02 0001"],
  ["fewer bytes than asked for", "03 02 0001"],
  ["a byte count that lies", "03 04 0001"],
  ["nothing", ""],
])("%s is no answer", ([, bytes]) => {
  expect(() => decodeAnswer({ functionCode: 3, address: 0, quantity: 2 }, hex(bytes ?? ""))).toThrow(
    WireFault,
  );
});

test("the echo of another write is no answer", () => {
  const request = { functionCode: 6, address: 1, value: 3 } as const;
  expect(decodeAnswer(request, hex("06 0001 0003"))).toEqual({ is: "written" });
  expect(() => decodeAnswer(request, hex("06 0001 0004"))).toThrow(WireFault);
  expect(() => decodeAnswer(request, hex("06 0002 0003"))).toThrow(WireFault);
});

test("any read is given back whole, over TCP in any pieces and joined with others", () => {
  fc.assert(
    fc.property(
      fc.array(readWithAnswer, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat()),
      (reads, places) => {
        const frames = reads.map(({ pdu }, index) => encodeMbap(index, 7, pdu));
        const reader = new MbapReader();
        const messages = cuts(Uint8Array.from(frames.flatMap((frame) => [...frame])), places).flatMap(
          (chunk) => reader.push(chunk),
        );
        expect(messages.map(({ transactionId }) => transactionId)).toEqual(reads.map((_, index) => index));
        for (const [index, { request, values }] of reads.entries()) {
          const pdu = messages[index]?.pdu ?? new Uint8Array();
          expect(decodeAnswer(request, pdu)).toEqual({ is: "registers", values });
        }
        expect(reader.pending).toHaveLength(0);
      },
    ),
  );
});

test.for([
  ["another protocol", "0001 0001 0003 01 8302"],
  ["no length", "0001 0000 0000 01 8302"],
  ["a length beyond the standard", "0001 0000 00ff 01 8302"],
])("a TCP header with %s ends the stream", ([, bytes]) => {
  expect(() => new MbapReader().push(hex(bytes ?? ""))).toThrow(WireFault);
});

test("any read is found over RTU, in any pieces", () => {
  fc.assert(
    fc.property(readWithAnswer, fc.array(fc.nat()), ({ request, values, pdu }, places) => {
      let bytes = new Uint8Array();
      let length: ReturnType<typeof measureAnswer> = "partial";
      for (const chunk of cuts(encodeRtu(17, pdu), places)) {
        expect(length === "partial" || chunk.length === 0).toBe(true);
        bytes = Uint8Array.from([...bytes, ...chunk]);
        length = measureAnswer(request, 17, bytes);
      }
      expect(length).toBe(bytes.length);
      expect(decodeAnswer(request, openRtu(request, 17, bytes))).toEqual({ is: "registers", values });
    }),
  );
});

test("any single bit turned in an RTU frame is noticed", () => {
  fc.assert(
    fc.property(readWithAnswer, fc.nat(), ({ request, pdu }, place) => {
      const frame = encodeRtu(17, pdu);
      const bit = place % (8 * frame.length);
      frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
      const length = measureAnswer(request, 17, frame);
      const taken = frame.subarray(0, typeof length === "number" ? length : frame.length);
      expect(() => decodeAnswer(request, openRtu(request, 17, taken))).toThrow(WireFault);
      expect(findAnswer(request, 17, frame, true)).toBeUndefined();
    }),
  );
});

test("an answer is found behind a late one and noise, and a late exception does not count for it", () => {
  const request = { functionCode: 3, address: 0, quantity: 1 } as const;
  const late = encodeRtu(1, hex("03 04 00010002"));
  const mine = encodeRtu(1, hex("03 02 1234"));
  expect(findAnswer(request, 1, Uint8Array.from([...late, 0xff, ...mine]), true)).toEqual(hex("03 02 1234"));
  const exception = encodeRtu(1, hex("83 06"));
  expect(findAnswer(request, 1, exception, false)).toBeUndefined();
  expect(findAnswer(request, 1, exception, true)).toEqual(hex("83 06"));
});
