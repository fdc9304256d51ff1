/** DER, as much of it as a time-stamp needs (ITU-T X.690): writing a value, and reading a tree of values. */
import { concat, toHex } from "../bytes.ts";

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  generalizedTime: 0x18,
  /** [0], constructed */
  context0: 0xa0,
} as const;

export class DerError extends Error {
  override readonly name = "DerError";
}

/** Tag, length, content. @param content of less than 65536 bytes */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = concat(...content);
  const { length } = body;
  const short =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.of(tag, ...short), body);
}

export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly whole: Uint8Array;
}

/** The one value that `bytes` are. @throws DerError */
export function readDer(bytes: Uint8Array): DerNode {
  const [node, ...more] = readAll(bytes);
  if (node === undefined || more.length > 0) throw new DerError("not one DER value");
  return node;
}

/** @throws DerError when it has another tag */
export function childrenOf(node: DerNode | undefined, tag: number): DerNode[] {
  return readAll(contentOf(node, tag));
}

/** @throws DerError when it has another tag */
export function contentOf(node: DerNode | undefined, tag: number): Uint8Array {
  if (node?.tag !== tag) throw new DerError(`no value of tag ${tag.toString(16)} where one belongs`);
  return node.content;
}

/** Content of an object identifier in hex: enough to compare it. @throws DerError */
export const oidOf = (node: DerNode | undefined): string => toHex(contentOf(node, TAG.oid));

function readAll(bytes: Uint8Array): DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length; ) {
    const node = readAt(bytes, at);
    nodes.push(node);
    at += node.whole.length;
  }
  return nodes;
}

function readAt(bytes: Uint8Array, at: number): DerNode {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) throw new DerError("DER value is cut short");
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || more > 4) throw new DerError("length in a form that DER does not have");
  let length = more === 0 ? first : 0;
  for (let i = 0; i < more; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + more;
  if (start + length > bytes.length) throw new DerError("DER value is cut short");
  return {
    tag,
    content: bytes.subarray(start, start + length),
    whole: bytes.subarray(at, start + length),
  };
}
