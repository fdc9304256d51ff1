/**
 * What the device answers to a request, by the standard: functions 1 to 6, 15, 16 and 43/14.
 * Source: Modbus Application Protocol 1.1b3, section 6. A message here begins with the function code.
 */
import type { Device } from "../device/device.ts";

/** Section 7. */
export const EXCEPTION = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  deviceFailure: 4,
} as const;

export const exceptionTo = (request: Buffer, code: number): Buffer =>
  Buffer.of((request[0] ?? 0) | 0x80, code);

export function answerTo(device: Device, request: Buffer): Buffer {
  const handler = HANDLERS[request[0] ?? 0];
  if (handler === undefined) return exceptionTo(request, EXCEPTION.illegalFunction);
  const answer = handler(device, request);
  return typeof answer === "number" ? exceptionTo(request, answer) : answer;
}

/** An answer, or the code of an exception. */
type Handler = (device: Device, request: Buffer) => Buffer | number;

const HANDLERS: Readonly<Record<number, Handler>> = {
  1: (device, request) => readBits(request, (address) => device.bit("coil", address)),
  2: (device, request) => readBits(request, (address) => device.bit("discrete", address)),
  3: (device, request) => readRegisters(request, (address, count) => device.holding.read(address, count)),
  4: (device, request) => readRegisters(request, (address, count) => device.input.read(address, count)),
  5: writeCoil,
  6: (device, request) => {
    if (request.length !== 5) return EXCEPTION.illegalValue;
    return writeRegisters(device, request.readUInt16BE(1), [request.readUInt16BE(3)], request);
  },
  15: writeCoils,
  16: (device, request) => {
    const count = quantity(request, 123);
    if (count === undefined || !hasData(request, 2 * count)) return EXCEPTION.illegalValue;
    const words = Array.from({ length: count }, (_, at) => request.readUInt16BE(6 + 2 * at));
    return writeRegisters(device, request.readUInt16BE(1), words, request.subarray(0, 5));
  },
  43: identify,
};

function readBits(request: Buffer, bit: (address: number) => boolean | undefined): Buffer | number {
  const count = quantity(request, 2000);
  if (count === undefined || request.length !== 5) return EXCEPTION.illegalValue;
  const data = Buffer.alloc(Math.ceil(count / 8));
  for (let at = 0; at < count; at++) {
    const value = bit(request.readUInt16BE(1) + at);
    if (value === undefined) return EXCEPTION.illegalAddress;
    if (value) data[at >> 3] = (data[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return Buffer.concat([Buffer.of(request[0] ?? 0, data.length), data]);
}

function readRegisters(
  request: Buffer,
  read: (address: number, count: number) => readonly number[] | undefined,
): Buffer | number {
  const count = quantity(request, 125);
  if (count === undefined || request.length !== 5) return EXCEPTION.illegalValue;
  const words = read(request.readUInt16BE(1), count);
  if (words === undefined) return EXCEPTION.illegalAddress;
  const answer = Buffer.alloc(2 + 2 * count);
  answer[0] = request[0] ?? 0;
  answer[1] = 2 * count;
  for (const [at, word] of words.entries()) answer.writeUInt16BE(word, 2 + 2 * at);
  return answer;
}

function writeRegisters(
  device: Device,
  address: number,
  words: readonly number[],
  echo: Buffer,
): Buffer | number {
  const outcome = device.holding.write(address, words);
  if (outcome === "no-such-register") return EXCEPTION.illegalAddress;
  return outcome === "written" ? Buffer.from(echo) : EXCEPTION.illegalValue;
}

function writeCoil(device: Device, request: Buffer): Buffer | number {
  const value = request.length === 5 ? request.readUInt16BE(3) : -1;
  if (value !== 0 && value !== 0xff00) return EXCEPTION.illegalValue;
  const isThere = device.setCoil(request.readUInt16BE(1), value !== 0);
  return isThere ? Buffer.from(request) : EXCEPTION.illegalAddress;
}

function writeCoils(device: Device, request: Buffer): Buffer | number {
  const count = quantity(request, 1968);
  if (count === undefined || !hasData(request, Math.ceil(count / 8))) return EXCEPTION.illegalValue;
  const begin = request.readUInt16BE(1);
  const isThere = Array.from({ length: count }, (_, at) => device.bit("coil", begin + at) !== undefined);
  if (isThere.includes(false)) return EXCEPTION.illegalAddress;
  for (let at = 0; at < count; at++) {
    device.setCoil(begin + at, (((request[6 + (at >> 3)] ?? 0) >> (at & 7)) & 1) === 1);
  }
  return Buffer.from(request.subarray(0, 5));
}

/** Basic identification: vendor, product code, revision. 0x81: in streams and one by one. */
function identify({ settings }: Device, request: Buffer): Buffer | number {
  const [, mei, category = 0, objectId = 0] = request;
  if (mei !== 14) return EXCEPTION.illegalFunction;
  if (request.length !== 4 || category < 1 || category > 4) return EXCEPTION.illegalValue;
  const objects = ["HELIX", "MODBUS-DEVICE", settings.firmware].map((text, id) => ({ id, text }));
  if (category === 4 && objectId > 2) return EXCEPTION.illegalAddress;
  // A stream that begins at an unknown object begins at the first.
  const from = objectId > 2 ? 0 : objectId;
  const told = objects.filter(({ id }) => (category === 4 ? id === objectId : id >= from));
  const header = Buffer.of(43, 14, category, 0x81, 0, 0, told.length);
  const bodies = told.map(({ id, text }) =>
    Buffer.concat([Buffer.of(id, text.length), Buffer.from(text, "latin1")]),
  );
  return Buffer.concat([header, ...bodies]);
}

/** Undefined unless it is from 1 to `most`. */
function quantity(request: Buffer, most: number): number | undefined {
  const count = request.length >= 5 ? request.readUInt16BE(3) : 0;
  return count >= 1 && count <= most ? count : undefined;
}

const hasData = (request: Buffer, bytes: number) => request[5] === bytes && request.length === 6 + bytes;
