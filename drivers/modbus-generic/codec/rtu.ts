/**
 * Modbus RTU framing. A frame carries neither its length nor a number: where an answer ends follows
 * from the request, and what has another shape ends with silence.
 * Source: Modbus over Serial Line 1.02, 2.5.1.
 */
import { identificationLength } from "./answer.ts";
import { crc16 } from "./crc16.ts";
import { answerLength, describeRequest, type ModbusRequest } from "./request.ts";
import { WireFault } from "./wire-fault.ts";

/** Unit id and checksum around a message, bytes. */
const ENVELOPE_BYTES = 3;
const EXCEPTION_BYTES = 2 + ENVELOPE_BYTES;

export function encodeRtu(unitId: number, pdu: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(pdu.length + ENVELOPE_BYTES);
  bytes[0] = unitId;
  bytes.set(pdu, 1);
  const crc = crc16(bytes, 0, pdu.length + 1);
  bytes[pdu.length + 1] = crc & 0xff;
  bytes[pdu.length + 2] = crc >> 8;
  return bytes;
}

/**
 * What the bytes received so far are, of the answer to `request`.
 *
 * @returns its length once it is known and there; "partial" while bytes are missing; "shapeless" when
 *   they begin no answer to this request, so that only silence ends them
 */
export function measureAnswer(
  request: ModbusRequest,
  unitId: number,
  bytes: Uint8Array,
): number | "partial" | "shapeless" {
  if (bytes.length < 2) return bytes.length === 1 && bytes[0] !== unitId ? "shapeless" : "partial";
  if (bytes[0] !== unitId) return "shapeless";
  const length = expectedLength(request, bytes);
  if (typeof length === "string") return length;
  return bytes.length >= length ? length : "partial";
}

/**
 * The message in a whole frame.
 *
 * @throws WireFault with `checksum` when that is wrong, without it for a sound frame of another unit
 */
export function openRtu(request: ModbusRequest, unitId: number, frame: Uint8Array): Uint8Array {
  const end = frame.length - 2;
  if (end < 2) throw new WireFault(`${frame.length} bytes`, describeRequest(request), frame);
  const actual = (frame[end] as number) | ((frame[end + 1] as number) << 8);
  const expected = crc16(frame, 0, end);
  if (actual !== expected) {
    throw new WireFault("a wrong checksum", `CRC ${expected}`, frame, { expected, actual });
  }
  if (frame[0] !== unitId) throw new WireFault(`unit id ${frame[0]}`, `unit id ${unitId}`, frame);
  return frame.subarray(1, end);
}

/**
 * Looks for a sound answer to `request` anywhere in the bytes: behind late answers and noise.
 *
 * @param exceptionCounts  an exception to this function is an answer to this very request
 */
export function findAnswer(
  request: ModbusRequest,
  unitId: number,
  bytes: Uint8Array,
  exceptionCounts: boolean,
): Uint8Array | undefined {
  for (let at = 0; at + EXCEPTION_BYTES <= bytes.length; at++) {
    const rest = bytes.subarray(at);
    if (!exceptionCounts && rest[1] === (request.functionCode | 0x80)) continue;
    const length = measureAnswer(request, unitId, rest);
    if (typeof length !== "number") continue;
    const end = length - 2;
    const crc = (rest[end] as number) | ((rest[end + 1] as number) << 8);
    if (crc === crc16(rest, 0, end)) return rest.subarray(1, end);
  }
  return undefined;
}

/** A byte count that is not the one asked for is no ground to wait for more or fewer bytes. */
function expectedLength(request: ModbusRequest, bytes: Uint8Array): number | "partial" | "shapeless" {
  if (bytes[1] === (request.functionCode | 0x80)) return EXCEPTION_BYTES;
  if (bytes[1] !== request.functionCode) return "shapeless";
  const length = answerLength(request);
  if (length === undefined) {
    if (bytes.length > 2 && bytes[2] !== 14) return "shapeless";
    const told = identificationLength(bytes.subarray(1));
    return told === undefined ? "partial" : told + ENVELOPE_BYTES;
  }
  const isRead = request.functionCode <= 4;
  if (isRead && bytes.length > 2 && bytes[2] !== length - 2) return "shapeless";
  return length + ENVELOPE_BYTES;
}
