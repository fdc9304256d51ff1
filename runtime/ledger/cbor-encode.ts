/**
 * Deterministic CBOR (RFC 8949 section 4.2.1) for a record's body, written for speed: callers pay for
 * it. Numbers in their shortest form, map keys in bytewise order of their encoding. A bigint is
 * always a bignum (tag 2 or 3), a Map is tag 259, a property that is undefined is left out.
 */

/** One buffer for all: an event is encoded in one go and copied out. */
let buffer = Buffer.allocUnsafe(64 * 1024);
let at = 0;
const floats = new DataView(new ArrayBuffer(8));

/** @throws Error for a value that has no form here, such as a function or a Date */
export function encodeCbor(value: unknown): Uint8Array {
  at = 0;
  write(value);
  return Uint8Array.prototype.slice.call(buffer, 0, at);
}

function reserve(bytes: number): void {
  if (at + bytes <= buffer.length) return;
  const grown = Buffer.allocUnsafe(Math.max(2 * buffer.length, at + bytes));
  buffer.copy(grown, 0, 0, at);
  buffer = grown;
}

function write(value: unknown): void {
  switch (typeof value) {
    case "string":
      return writeText(value);
    case "number":
      return writeNumber(value);
    case "boolean":
      return writeByte(value ? 0xf5 : 0xf4);
    case "bigint":
      return writeBigint(value);
    case "undefined":
      return writeByte(0xf7);
    case "object":
      return writeObject(value);
    default:
      throw new Error(`unsupported type: ${typeof value}`);
  }
}

function writeObject(value: object | null): void {
  if (value === null) return writeByte(0xf6);
  if (Array.isArray(value)) {
    writeHead(4, value.length);
    for (const item of value) write(item);
    return;
  }
  if (value instanceof Uint8Array) return writeBytes(value);
  if (value instanceof Map) return writeMap(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`unsupported type: ${value.constructor?.name ?? "an object of its own class"}`);
  }
  writeFields(value as Readonly<Record<string, unknown>>);
}

function writeByte(byte: number): void {
  reserve(1);
  buffer[at++] = byte;
}

/** Major type and length, the length in its shortest form. */
function writeHead(major: number, length: number): void {
  reserve(9);
  const high = major << 5;
  if (length < 24) {
    buffer[at++] = high | length;
  } else if (length < 0x100) {
    buffer[at++] = high | 24;
    buffer[at++] = length;
  } else if (length < 0x10000) {
    buffer[at++] = high | 25;
    at = buffer.writeUInt16BE(length, at);
  } else if (length < 0x1_0000_0000) {
    buffer[at++] = high | 26;
    at = buffer.writeUInt32BE(length, at);
  } else {
    buffer[at++] = high | 27;
    at = buffer.writeBigUInt64BE(BigInt(length), at);
  }
}

function writeText(text: string): void {
  // Short texts, nearly always ASCII: one loop, no call out of JavaScript.
  if (text.length < 24) {
    reserve(text.length + 1);
    const start = at;
    buffer[at++] = 0x60 | text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        at = start;
        return writeUtf8(text);
      }
      buffer[at++] = code;
    }
    return;
  }
  writeUtf8(text);
}

function writeUtf8(text: string): void {
  const length = Buffer.byteLength(text);
  writeHead(3, length);
  reserve(length);
  at += buffer.write(text, at, "utf8");
}

function writeBytes(bytes: Uint8Array): void {
  writeHead(2, bytes.length);
  reserve(bytes.length);
  buffer.set(bytes, at);
  at += bytes.length;
}

function writeNumber(value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return writeFloat(value);
  if (value >= 0) writeHead(0, value);
  else writeHead(1, -1 - value);
}

/** The shortest of half, single and double precision that is equal. */
function writeFloat(value: number): void {
  reserve(9);
  if (Number.isNaN(value)) {
    buffer[at++] = 0xf9;
    at = buffer.writeUInt16BE(0x7e00, at);
    return;
  }
  const half = halfOf(value);
  if (half !== undefined) {
    buffer[at++] = 0xf9;
    at = buffer.writeUInt16BE(half, at);
  } else if (Math.fround(value) === value) {
    buffer[at++] = 0xfa;
    at = buffer.writeFloatBE(value, at);
  } else {
    buffer[at++] = 0xfb;
    at = buffer.writeDoubleBE(value, at);
  }
}

/** Bits of the half-precision number that equals `value`; undefined when none does. */
function halfOf(value: number): number | undefined {
  if (Math.fround(value) !== value) return undefined;
  floats.setFloat32(0, value);
  const bits = floats.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return fraction === 0 ? sign | 0x7c00 : undefined;
  if (exponent === 0) return fraction === 0 ? sign : undefined;
  const halfExponent = exponent - 112;
  if (halfExponent > 0) {
    if (halfExponent >= 31 || (fraction & 0x1fff) !== 0) return undefined;
    return sign | (halfExponent << 10) | (fraction >>> 13);
  }
  // Below 2^-14: the leading one becomes part of the fraction.
  const shift = 14 - halfExponent;
  const whole = fraction | 0x800000;
  if (shift > 24 || (whole & ((1 << shift) - 1)) !== 0) return undefined;
  return sign | (whole >>> shift);
}

function writeBigint(value: bigint): void {
  const negative = value < 0n;
  let magnitude = negative ? -1n - value : value;
  writeByte(negative ? 0xc3 : 0xc2);
  if (magnitude < 0x1_0000_0000_0000_0000n) {
    writeShortMagnitude(magnitude);
    return;
  }
  const bytes: number[] = [];
  for (; magnitude > 0n; magnitude >>= 8n) bytes.push(Number(magnitude & 0xffn));
  writeBytes(Uint8Array.from(bytes.reverse()));
}

/** Up to eight bytes without leading zeros, one at least. */
function writeShortMagnitude(magnitude: bigint): void {
  reserve(9);
  floats.setBigUint64(0, magnitude);
  let skip = 0;
  while (skip < 7 && floats.getUint8(skip) === 0) skip += 1;
  buffer[at++] = 0x40 | (8 - skip);
  for (; skip < 8; skip++) buffer[at++] = floats.getUint8(skip);
}

/** Keys of a kind of event, sorted once; looked up by the keys as they come. */
interface Shape {
  readonly keys: readonly string[];
  readonly encoded: readonly Uint8Array[];
}
const shapes = new Map<string, Shape>();
/** Events have a few dozen shapes; more would be a caller that puts data into keys. */
const MAX_SHAPES = 2000;

function writeFields(fields: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(fields);
  const { keys: sorted, encoded } = shapeOf(keys);
  let present = 0;
  for (const key of keys) if (fields[key] !== undefined) present += 1;
  writeHead(5, present);
  for (let i = 0; i < sorted.length; i++) {
    const value = fields[sorted[i] as string];
    if (value === undefined) continue;
    const name = encoded[i] as Uint8Array;
    reserve(name.length);
    buffer.set(name, at);
    at += name.length;
    write(value);
  }
}

function shapeOf(keys: readonly string[]): Shape {
  // Length-prefixed, so that no two lists of keys look the same.
  let id = "";
  for (const key of keys) id += `${key.length}:${key}`;
  const known = shapes.get(id);
  if (known !== undefined) return known;
  const sorted = keys.map((key) => ({ key, bytes: encodedKey(key) })).sort(byEncoding);
  const shape = { keys: sorted.map(({ key }) => key), encoded: sorted.map(({ bytes }) => bytes) };
  if (shapes.size >= MAX_SHAPES) shapes.clear();
  shapes.set(id, shape);
  return shape;
}

/** Encodes one value aside, without disturbing what is being written. */
function encodedKey(key: unknown): Uint8Array {
  const start = at;
  write(key);
  const bytes = Uint8Array.prototype.slice.call(buffer, start, at);
  at = start;
  return bytes;
}

const byEncoding = (a: { bytes: Uint8Array }, b: { bytes: Uint8Array }): number =>
  Buffer.compare(a.bytes, b.bytes);

function writeMap(map: ReadonlyMap<unknown, unknown>): void {
  writeHead(6, 259);
  writeHead(5, map.size);
  const entries = [...map].map(([key, value]) => ({ bytes: encodedKey(key), value })).sort(byEncoding);
  for (const { bytes, value } of entries) {
    reserve(bytes.length);
    buffer.set(bytes, at);
    at += bytes.length;
    write(value);
  }
}
