/**
 * Answers of a Modbus server, checked against the request that they answer: function code, byte count,
 * echoed address and value. Source: Modbus Application Protocol 1.1b3, sections 6 and 7.
 */
import { dataBytes, describeRequest, type ModbusRequest } from "./request.ts";
import { WireFault } from "./wire-fault.ts";

export type ModbusAnswer =
  | { readonly is: "registers"; readonly values: readonly number[] }
  | { readonly is: "bits"; readonly values: readonly boolean[] }
  | { readonly is: "written" }
  | {
      readonly is: "identification";
      /** By object id: 0 vendor, 1 product code, 2 revision, 4 product name. */
      readonly objects: ReadonlyMap<number, string>;
      /** Where to go on; undefined when all is told. */
      readonly nextObjectId: number | undefined;
    }
  | { readonly is: "exception"; readonly code: number };

/**
 * @param pdu  function code and what follows, without address and checksum
 * @throws WireFault when it is no answer to `request`
 */
export function decodeAnswer(request: ModbusRequest, pdu: Uint8Array): ModbusAnswer {
  const { functionCode } = request;
  if (pdu[0] === (functionCode | 0x80) && pdu.length === 2)
    return { is: "exception", code: pdu[1] as number };
  if (pdu[0] !== functionCode) {
    const name = pdu.length === 0 ? "an empty message" : `function code ${pdu[0]}`;
    throw new WireFault(name, `an answer to ${describeRequest(request)}`, pdu);
  }
  switch (functionCode) {
    case 43:
      return identification(pdu);
    case 5:
    case 6:
    case 15:
    case 16:
      demandEcho(request, pdu);
      return { is: "written" };
    default: {
      const data = demandData(pdu, dataBytes(functionCode, request.quantity), request);
      return functionCode <= 2
        ? { is: "bits", values: bitsIn(data, request.quantity) }
        : { is: "registers", values: wordsIn(data) };
    }
  }
}

/** Codes of section 7, for people. */
export function describeException(code: number): string {
  return `${EXCEPTIONS[code] ?? "an exception that the standard does not know"} (exception ${code})`;
}

const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: "the instrument does not know the function",
  2: "the instrument has no such register",
  3: "the instrument does not accept the value",
  4: "the instrument failed while it carried out the request",
  5: "the instrument has taken the request and needs time for it",
  6: "the instrument is busy",
  8: "the instrument's memory has a parity error",
  10: "the gateway has no path to the instrument",
  11: "the instrument behind the gateway does not answer",
};

function demandData(pdu: Uint8Array, expected: number, request: ModbusRequest): Uint8Array {
  if (pdu[1] === expected && pdu.length === 2 + expected) return pdu.subarray(2);
  const description = `byte count ${pdu[1]} with ${pdu.length - 2} bytes of data`;
  throw new WireFault(description, `${expected} bytes for ${describeRequest(request)}`, pdu);
}

function demandEcho(request: Extract<ModbusRequest, { address: number }>, pdu: Uint8Array): void {
  const value = "values" in request ? request.values.length : echoedValue(request);
  const expected = [request.address >> 8, request.address & 0xff, value >> 8, value & 0xff];
  if (pdu.length === 5 && expected.every((byte, at) => pdu[at + 1] === byte)) return;
  throw new WireFault("the echo of another request", `the echo of ${describeRequest(request)}`, pdu);
}

function echoedValue(request: Extract<ModbusRequest, { address: number }>): number {
  if (request.functionCode === 5) return request.value ? 0xff00 : 0;
  return request.functionCode === 6 ? request.value : 0;
}

function bitsIn(data: Uint8Array, quantity: number): boolean[] {
  return Array.from({ length: quantity }, (_, at) => (((data[at >> 3] as number) >> (at & 7)) & 1) === 1);
}

function wordsIn(data: Uint8Array): number[] {
  const words: number[] = [];
  for (let at = 0; at + 1 < data.length; at += 2) {
    words.push(((data[at] as number) << 8) | (data[at + 1] as number));
  }
  return words;
}

/** Up to its objects: function code, 14, category, conformity, more follows, next object, count. */
const IDENTIFICATION_HEADER_BYTES = 7;

function identification(pdu: Uint8Array): ModbusAnswer {
  const length = identificationLength(pdu);
  if (length !== pdu.length || pdu[1] !== 14) {
    throw new WireFault("a device identification that is cut or misshaped", "objects as counted", pdu);
  }
  const objects = new Map<number, string>();
  let at = IDENTIFICATION_HEADER_BYTES;
  while (at < length) {
    const end = at + 2 + (pdu[at + 1] as number);
    objects.set(pdu[at] as number, new TextDecoder("latin1").decode(pdu.subarray(at + 2, end)));
    at = end;
  }
  return { is: "identification", objects, nextObjectId: pdu[4] === 0 ? undefined : pdu[5] };
}

/** Length that the identification states of itself; undefined while too little of it is there. */
export function identificationLength(pdu: Uint8Array): number | undefined {
  let at = IDENTIFICATION_HEADER_BYTES;
  if (pdu.length < at) return undefined;
  for (let left = pdu[6] as number; left > 0; left--) {
    const size = pdu[at + 1];
    if (size === undefined) return undefined;
    at += 2 + size;
  }
  return at;
}
