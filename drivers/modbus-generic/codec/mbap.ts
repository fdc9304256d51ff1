/**
 * Modbus TCP framing: a header of seven bytes before each message. The stream may cut and join
 * messages at any byte. Source: Modbus Messaging on TCP/IP 1.0b, 3.1.3.
 */
import { MAX_PDU_BYTES } from "./request.ts";
import { WireFault } from "./wire-fault.ts";

export interface MbapMessage {
  readonly transactionId: number;
  readonly unitId: number;
  readonly pdu: Uint8Array;
  /** Header included. */
  readonly bytes: Uint8Array;
}

const HEADER_BYTES = 7;

export function encodeMbap(transactionId: number, unitId: number, pdu: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + pdu.length);
  const length = pdu.length + 1;
  bytes.set([transactionId >> 8, transactionId & 0xff, 0, 0, length >> 8, length & 0xff, unitId]);
  bytes.set(pdu, HEADER_BYTES);
  return bytes;
}

/** Puts the messages of a stream together. */
export class MbapReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** Bytes that wait for the rest of their message. */
  get pending(): Uint8Array {
    return this.#rest;
  }

  /** @throws WireFault for a header that none can be; the stream cannot be read on after that */
  push(chunk: Uint8Array): MbapMessage[] {
    let bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    const messages: MbapMessage[] = [];
    while (bytes.length >= HEADER_BYTES) {
      const length = headerLength(bytes);
      if (bytes.length < length) break;
      messages.push({
        transactionId: word(bytes, 0),
        unitId: bytes[6] as number,
        pdu: bytes.subarray(HEADER_BYTES, length),
        bytes: bytes.subarray(0, length),
      });
      bytes = bytes.subarray(length);
    }
    this.#rest = bytes;
    return messages;
  }
}

/** Length of the whole message, by its header. */
function headerLength(bytes: Uint8Array): number {
  const protocol = word(bytes, 2);
  const length = word(bytes, 4);
  if (protocol !== 0) throw new WireFault(`protocol id ${protocol}`, "protocol id 0", bytes);
  if (length < 2 || length > MAX_PDU_BYTES + 1) {
    throw new WireFault(`length ${length} in the header`, `2 to ${MAX_PDU_BYTES + 1}`, bytes);
  }
  return 6 + length;
}

const word = (bytes: Uint8Array, at: number) => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
