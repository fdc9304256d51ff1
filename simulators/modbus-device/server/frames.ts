/**
 * Framing of the device's end, TCP and RTU: requests out of a stream of bytes, and answers into bytes.
 * Sources: Modbus Messaging on TCP/IP 1.0b, 3.1.3; Modbus over Serial Line 1.02, 2.5.1.
 */

export interface RequestFrame {
  /** Undefined on a serial line. */
  readonly transactionId: number | undefined;
  readonly unitId: number;
  /** Function code and what follows. */
  readonly message: Buffer;
}

/** What a client sends cannot be a stream of requests any more. */
export class FramingError extends Error {
  override readonly name = "FramingError";
}

export interface RequestReader {
  /** @throws FramingError; a reader of a TCP stream is of no use then */
  push(chunk: Uint8Array): RequestFrame[];
  /** The line has been silent: what is not whole will not become so. */
  silence(): void;
}

export class TcpRequestReader implements RequestReader {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Uint8Array): RequestFrame[] {
    this.#bytes =
      this.#bytes.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.#bytes, chunk]);
    const frames: RequestFrame[] = [];
    while (this.#bytes.length >= 8) {
      const protocol = this.#bytes.readUInt16BE(2);
      const length = this.#bytes.readUInt16BE(4);
      if (protocol !== 0) throw new FramingError(`protocol id ${protocol} instead of 0`);
      if (length < 2 || length > 254) throw new FramingError(`length ${length}, which is not 2 to 254`);
      if (this.#bytes.length < 6 + length) break;
      frames.push({
        transactionId: this.#bytes.readUInt16BE(0),
        unitId: this.#bytes.readUInt8(6),
        message: this.#bytes.subarray(7, 6 + length),
      });
      this.#bytes = this.#bytes.subarray(6 + length);
    }
    return frames;
  }

  silence(): void {}
}

const RTU_REQUEST_LIMIT = 256;

export class RtuRequestReader implements RequestReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** A request whose checksum is wrong is nobody's, and dropped with all that came with it. */
  push(chunk: Uint8Array): RequestFrame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: RequestFrame[] = [];
    for (;;) {
      const length = rtuRequestLength(this.#bytes);
      if (length === undefined || this.#bytes.length < length) break;
      const frame = this.#bytes.subarray(0, length);
      if (checksum(frame.subarray(0, -2)) !== frame.readUInt16LE(length - 2)) {
        this.#bytes = Buffer.alloc(0);
        break;
      }
      const unitId = frame.readUInt8(0);
      frames.push({ transactionId: undefined, unitId, message: frame.subarray(1, -2) });
      this.#bytes = this.#bytes.subarray(length);
    }
    if (this.#bytes.length > RTU_REQUEST_LIMIT) {
      const { length } = this.#bytes;
      this.#bytes = Buffer.alloc(0);
      throw new FramingError(`${length} bytes without a request in them`);
    }
    return frames;
  }

  silence(): void {
    this.#bytes = Buffer.alloc(0);
  }
}

/** By the function code; undefined while it cannot be told. Of an unknown function: 8, the commonest. */
function rtuRequestLength(bytes: Buffer): number | undefined {
  const functionCode = bytes[1];
  if (functionCode === undefined) return undefined;
  if (functionCode === 43) return 7;
  if (functionCode !== 15 && functionCode !== 16) return 8;
  const count = bytes[6];
  return count === undefined ? undefined : 9 + count;
}

export function tcpFrame(transactionId: number, unitId: number, message: Buffer): Buffer {
  const frame = Buffer.alloc(7 + message.length);
  frame.writeUInt16BE(transactionId & 0xffff, 0);
  frame.writeUInt16BE(message.length + 1, 4);
  frame.writeUInt8(unitId, 6);
  frame.set(message, 7);
  return frame;
}

export function rtuFrame(unitId: number, message: Buffer, hasWrongChecksum: boolean): Buffer {
  const frame = Buffer.alloc(message.length + 3);
  frame.writeUInt8(unitId, 0);
  frame.set(message, 1);
  const right = checksum(frame.subarray(0, -2));
  frame.writeUInt16LE(hasWrongChecksum ? right ^ 0x5555 : right, message.length + 1);
  return frame;
}

/** CRC-16/MODBUS, bit by bit as the standard tells it (appendix B): the other end has a table. */
export function checksum(bytes: Uint8Array): number {
  let register = 0xffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let shift = 0; shift < 8; shift++) {
      const carry = register & 1;
      register >>= 1;
      if (carry === 1) register ^= 0xa001;
    }
  }
  return register;
}
