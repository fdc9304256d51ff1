/**
 * A record's body: one event as deterministic CBOR (RFC 8949 section 4.2.1). On top of it, so that
 * types survive: a bigint is always a bignum (tag 2 or 3), a Map is tag 259, a property that is
 * undefined is left out, -0 is a float. Written by cbor-encode.ts, read by cborg.
 */
import { decode } from "cborg";
import {
  bigIntDecoder,
  bigNegIntDecoder,
  mapDecoder,
  TAG_BIGINT_NEG,
  TAG_BIGINT_POS,
  TAG_MAP,
} from "cborg/taglib";
import { encodeCbor } from "./cbor-encode.ts";

const DECODE = {
  rejectDuplicateMapKeys: true,
  tags: {
    [TAG_BIGINT_POS]: bigIntDecoder,
    [TAG_BIGINT_NEG]: bigNegIntDecoder,
    [TAG_MAP]: mapDecoder,
  },
};

/**
 * @param room bytes to leave before it, for the caller to fill
 * @throws Error for a value that has no form here, such as a function or a Date
 */
export const encodeEvent = (event: { readonly type: string }, room = 0): Uint8Array =>
  encodeCbor(event, room);

/** An event as it was written; types unknown to this version included. */
export interface RecordedEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** @throws Error when the bytes are not an event */
export function decodeEvent(bytes: Uint8Array): RecordedEvent {
  const value: unknown = decode(bytes, DECODE);
  if (typeof value !== "object" || value === null || typeof (value as RecordedEvent).type !== "string") {
    throw new Error("record body is not an event: no text field `type`");
  }
  return value as RecordedEvent;
}
