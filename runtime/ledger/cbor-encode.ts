/**
 * Deterministic CBOR (RFC 8949 section 4.2.1) for a record's body, written for speed: callers pay for
 * it. Numbers in their shortest form, map keys in bytewise order of their encoding. A bigint is
 * always a bignum (tag 2 or 3), a Map is tag 259, a property that is undefined is left out.
 */

/**
 * Values are encoded where they stay, one after the other: memory for each of its own costs as much as
 * encoding it. What is full is left to those who hold a part of it.
 */
const SLAB_BYTES = 64 * 1024;
let buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
/** Where the value in hand starts, its room before it included; and how far it is written. */
let start = 0;
let at = 0;
const floats = new DataView(new ArrayBuffer(8));

/**
 * @param room bytes to leave before it, for the caller to fill: what they hold is not defined
 * @throws Error for a value that has no form here, such as a function or a Date
 */
export function encodeCbor(value: unknown, room = 0): Uint8Array {
  at = start;
  reserve(room);
  at += room;
  write(value);
  const bytes = new Uint8Array(buffer.buffer, start, at - start);
  start = at;
  return bytes;
}

function reserve(bytes: number): void {
  if (at + bytes <= buffer.length) return;
  const written = at - start;
  const next = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, 2 * (written + bytes)));
  buffer.copy(next, 0, start, at);
  buffer = next;
  start = 0;
  at = written;
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
    let end = at;
    buffer[end++] = 0x60 | text.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return writeUtf8(text);
      buffer[end++] = code;
    }
    at = end;
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

/** Keys of a kind of event, sorted once. */
interface Shape {
  readonly keys: readonly string[];
  readonly encoded: readonly Uint8Array[];
}
/** Looked up by the keys as they come, one after the other. */
interface Branch {
  readonly next: Map<string, Branch>;
  shape: Shape | undefined;
}
const newBranch = (): Branch => ({ next: new Map(), shape: undefined });
let root = newBranch();
let branches = 0;
/** Events have a few dozen shapes; more would be a caller that puts data into keys. */
const MAX_BRANCHES = 10_000;

function writeFields(fields: Readonly<Record<string, unknown>>): void {
  const keys = Object.keys(fields);
  let branch = root;
  let present = 0;
  for (const key of keys) {
    branch = branch.next.get(key) ?? grow(branch, key);
    if (fields[key] !== undefined) present += 1;
  }
  branch.shape ??= shapeOf(keys);
  writeHead(5, present);
  const { keys: sorted, encoded } = branch.shape;
  for (let i = 0; i < sorted.length; i++) {
    const value = fields[sorted[i] as string];
    if (value === undefined) continue;
    writeKey(encoded[i] as Uint8Array);
    write(value);
  }
}

function grow(branch: Branch, key: string): Branch {
  const grown = newBranch();
  branch.next.set(key, grown);
  branches += 1;
  if (branches < MAX_BRANCHES) return grown;
  root = newBranch();
  branches = 0;
  return grown;
}

function shapeOf(keys: readonly string[]): Shape {
  const sorted = keys.map((key) => ({ key, bytes: encodedKey(key) })).sort(byEncoding);
  return { keys: sorted.map(({ key }) => key), encoded: sorted.map(({ bytes }) => bytes) };
}

/** Byte by byte: for so few a call out of JavaScript takes longer. */
function writeKey(name: Uint8Array): void {
  reserve(name.length);
  for (let i = 0; i < name.length; i++) buffer[at++] = name[i] as number;
}

/** Encodes one value aside, without disturbing what is being written. */
function encodedKey(key: unknown): Uint8Array {
  const written = at - start;
  write(key);
  const bytes = Uint8Array.prototype.slice.call(buffer, start + written, at);
  at = start + written;
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
