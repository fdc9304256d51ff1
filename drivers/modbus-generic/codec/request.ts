/**
 * Requests of a Modbus client, and the answer that each one calls for: function codes 1 to 6, 15, 16
 * and 43/14 (device identification). Source: Modbus Application Protocol 1.1b3, section 6.
 */

export type ModbusRequest =
  /** Coils, discrete inputs: 1 to 2000; holding, input registers: 1 to 125. */
  | { readonly functionCode: 1 | 2 | 3 | 4; readonly address: number; readonly quantity: number }
  | { readonly functionCode: 5; readonly address: number; readonly value: boolean }
  | { readonly functionCode: 6; readonly address: number; readonly value: number }
  /** 1 to 1968 */
  | { readonly functionCode: 15; readonly address: number; readonly values: readonly boolean[] }
  /** 1 to 123 */
  | { readonly functionCode: 16; readonly address: number; readonly values: readonly number[] }
  /** Stream access from `objectId` on; category 1 basic, 2 regular, 3 extended, 4 this object alone. */
  | { readonly functionCode: 43; readonly category: 1 | 2 | 3 | 4; readonly objectId: number };

export type ReadFunction = 1 | 2 | 3 | 4;

export const MAX_READ_REGISTERS = 125;

/** The largest message without address and checksum, bytes. */
export const MAX_PDU_BYTES = 253;

const MEI_DEVICE_IDENTIFICATION = 14;

/** @throws RangeError for a quantity that the protocol does not allow */
export function encodeRequest(request: ModbusRequest): Uint8Array {
  switch (request.functionCode) {
    case 5:
      return words(5, request.address, request.value ? 0xff00 : 0);
    case 6:
      return words(6, request.address, request.value);
    case 15:
      return withData(15, request.address, request.values.length, 1968, packedBits(request.values));
    case 16:
      return withData(16, request.address, request.values.length, 123, packedWords(request.values));
    case 43:
      return Uint8Array.of(43, MEI_DEVICE_IDENTIFICATION, request.category, request.objectId);
    default: {
      const { functionCode, address, quantity } = request;
      demandQuantity(quantity, functionCode <= 2 ? 2000 : MAX_READ_REGISTERS);
      return words(functionCode, address, quantity);
    }
  }
}

/** Bytes of data in the answer to a reading request. */
export const dataBytes = (functionCode: ReadFunction, quantity: number): number =>
  functionCode <= 2 ? Math.ceil(quantity / 8) : 2 * quantity;

/** Length of a good answer, function code included; undefined where only the answer itself tells. */
export function answerLength(request: ModbusRequest): number | undefined {
  switch (request.functionCode) {
    case 43:
      return undefined;
    case 5:
    case 6:
    case 15:
    case 16:
      return 5;
    default:
      return 2 + dataBytes(request.functionCode, request.quantity);
  }
}

/** For people, e.g. "function 3, registers 10 to 13". */
export function describeRequest(request: ModbusRequest): string {
  if (request.functionCode === 43) return "function 43, device identification";
  const count = "quantity" in request ? request.quantity : "values" in request ? request.values.length : 1;
  const last = request.address + count - 1;
  const what = [1, 2, 5, 15].includes(request.functionCode) ? "bit" : "register";
  const range = count === 1 ? `${what} ${request.address}` : `${what}s ${request.address} to ${last}`;
  return `function ${request.functionCode}, ${range}`;
}

const words = (functionCode: number, first: number, second: number): Uint8Array =>
  Uint8Array.of(functionCode, first >> 8, first, second >> 8, second);

function withData(
  functionCode: number,
  address: number,
  quantity: number,
  most: number,
  data: Uint8Array,
): Uint8Array {
  demandQuantity(quantity, most);
  const bytes = new Uint8Array(6 + data.length);
  bytes.set(words(functionCode, address, quantity));
  bytes[5] = data.length;
  bytes.set(data, 6);
  return bytes;
}

function demandQuantity(quantity: number, most: number): void {
  if (quantity >= 1 && quantity <= most) return;
  throw new RangeError(`a request for ${quantity} values is not allowed: 1 to ${most}`);
}

/** First value in the lowest bit of the first byte. */
function packedBits(values: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  for (const [at, value] of values.entries()) {
    if (value) bytes[at >> 3] = (bytes[at >> 3] as number) | (1 << (at & 7));
  }
  return bytes;
}

const packedWords = (values: readonly number[]): Uint8Array =>
  Uint8Array.from(values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]));
