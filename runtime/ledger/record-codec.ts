/**
 * One record: 104 bytes of header, little-endian, then the event (FORMAT.md section 4).
 */
import { ORIGINS, type Origin } from "@helix/hal";
import { CLOCK_QUALITIES, type ClockQuality } from "@helix/platform";
import { uint32At, viewOf } from "./bytes.ts";
import { HASH_BYTES } from "./hashing.ts";

export const RECORD_HEADER_BYTES = 104;
/** Longest event, in bytes of CBOR. */
export const MAX_EVENT_BYTES = 1024 * 1024;
/** Where a record repeats the hash of the one before it. */
export const PREVIOUS_HASH_AT = 72;
const SEQUENCE_AT = 8;
export const UTC_AT = 16;
const ZONE_AT = 64;
const QUALITY_AT = 66;
const DURABILITY_AT = 67;
const ORIGIN_AT = 68;
const SCHEMA_AT = 69;
const VERSION = 1;
/** Of the events' fields (FORMAT.md section 4.1); counted up when a field changes its meaning. */
export const EVENT_SCHEMA = 1;
const ID_BYTES = 16;

/**
 * How the caller wanted it kept. A: acknowledged under a synced high-water mark. B: after the
 * batch is on the medium. C: nobody waits.
 */
export const DURABILITY_CLASSES = { A: 1, B: 2, C: 3 } as const;
export type DurabilityClass = keyof typeof DURABILITY_CLASSES;

/** A code that this version has no word for. */
export type UnknownCode = `code ${number}`;

/** What is fixed when the caller hands the event over. */
export interface RecordContent {
  /** ns since 1970 UTC (POSIX), i64 */
  readonly utcNs: bigint;
  /** ns of the clock that only this boot knows, u64 */
  readonly monotonicNs: bigint;
  /** 16 bytes, new at every opening of the ledger */
  readonly bootId: Uint8Array;
  /** 16 bytes, UUIDv7 */
  readonly eventId: Uint8Array;
  readonly durability: DurabilityClass;
  readonly body: Uint8Array;
}

/** By whose clock, and from what kind of plant. */
export interface RecordSource {
  /** Minutes that local time was ahead of UTC, i16. */
  readonly zoneMinutes: number;
  readonly clockQuality: ClockQuality | UnknownCode;
  /** Undefined where it was not stated. */
  readonly origin: Origin | UnknownCode | undefined;
}

/** What its place in the chain adds. */
export interface RecordPlace {
  readonly sequence: bigint;
  readonly previousHash: Uint8Array;
}

export interface StoredRecord extends RecordContent, RecordSource, RecordPlace {
  /** Of the event's fields; 0 where it was not stated. */
  readonly schema: number;
}

const NOTHING_STATED: RecordSource = { zoneMinutes: 0, clockQuality: "not-stated", origin: undefined };

/** A whole record but for its place in the chain, which the writer fills in. */
export function draftRecord(content: RecordContent, source = NOTHING_STATED): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + content.body.length);
  bytes.set(content.body, RECORD_HEADER_BYTES);
  writeDraftHeader(bytes, content, source);
  return bytes;
}

/** Where headers are put together: a view of its own for each would cost as much as the rest of it. */
const header = new Uint8Array(RECORD_HEADER_BYTES);
const headerView = viewOf(header);

/** Makes a draft of bytes that have the body where it belongs. */
export function writeDraftHeader(
  draft: Uint8Array,
  content: Omit<RecordContent, "body">,
  source: RecordSource,
): void {
  headerView.setUint32(0, draft.length, true);
  headerView.setUint16(4, VERSION, true);
  // 6: u16 type code; 0 says that the body names the type.
  headerView.setBigInt64(UTC_AT, content.utcNs, true);
  headerView.setBigUint64(24, content.monotonicNs, true);
  header.set(content.bootId, 32);
  header.set(content.eventId, 48);
  headerView.setInt16(ZONE_AT, source.zoneMinutes, true);
  header[QUALITY_AT] = CLOCK_QUALITIES.indexOf(source.clockQuality as ClockQuality);
  header[DURABILITY_AT] = DURABILITY_CLASSES[content.durability];
  header[ORIGIN_AT] = ORIGINS.indexOf(source.origin as Origin) + 1;
  header[SCHEMA_AT] = EVENT_SCHEMA;
  draft.set(header);
}

/** Completes the draft that stands at `offset`. */
export function placeRecord(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
  { sequence, previousHash }: RecordPlace,
): void {
  view.setBigUint64(offset + SEQUENCE_AT, sequence, true);
  bytes.set(previousHash, offset + PREVIOUS_HASH_AT);
}

export const isClassA = (record: Uint8Array): boolean => record[DURABILITY_AT] === DURABILITY_CLASSES.A;

/** Undefined when the length field cannot be one. */
export function recordLengthAt(bytes: Uint8Array, offset: number): number | undefined {
  if (bytes.length - offset < RECORD_HEADER_BYTES) return undefined;
  const length = uint32At(bytes, offset);
  const fits = length >= RECORD_HEADER_BYTES && length <= bytes.length - offset;
  return fits ? length : undefined;
}

/** @param record exactly one record */
export const placeOf = (record: Uint8Array): RecordPlace => ({
  sequence: viewOf(record).getBigUint64(SEQUENCE_AT, true),
  previousHash: record.subarray(PREVIOUS_HASH_AT, PREVIOUS_HASH_AT + HASH_BYTES),
});

/** Version, durability class, and zeros where this version has nothing: any other header is of a later one. */
export function isKnownHeader(record: Uint8Array): boolean {
  const durability = record[DURABILITY_AT] as number;
  const isKnown = durability >= 1 && durability <= 3 && (record[70] as number) === 0 && record[71] === 0;
  // Version, and the type code after it, which is 0.
  return isKnown && uint32At(record, 4) === VERSION;
}

/** Does it number itself so? @param sequence of a record, below 2^53 */
export function isNumbered(record: Uint8Array, sequence: number): boolean {
  const [low, high] = [uint32At(record, SEQUENCE_AT), uint32At(record, SEQUENCE_AT + 4)];
  // What is lost beyond 2^53 makes no number below it.
  return high * 2 ** 32 + low === sequence;
}

/** @throws Error when the header is not one that this version knows */
export function decodeRecord(record: Uint8Array): StoredRecord {
  const view = viewOf(record);
  const version = view.getUint16(4, true);
  if (version !== VERSION) throw new Error(`record of version ${version}; this HELIX knows ${VERSION}`);
  const code = view.getUint8(DURABILITY_AT);
  const durability = (Object.keys(DURABILITY_CLASSES) as DurabilityClass[]).find(
    (name) => DURABILITY_CLASSES[name] === code,
  );
  if (durability === undefined) throw new Error(`record of unknown durability class ${code}`);
  return {
    ...placeOf(record),
    utcNs: view.getBigInt64(16, true),
    monotonicNs: view.getBigUint64(24, true),
    bootId: record.slice(32, 32 + ID_BYTES),
    eventId: record.slice(48, 48 + ID_BYTES),
    durability,
    zoneMinutes: view.getInt16(ZONE_AT, true),
    clockQuality: wordFor(CLOCK_QUALITIES, view.getUint8(QUALITY_AT)),
    origin: wordFor([undefined, ...ORIGINS], view.getUint8(ORIGIN_AT)),
    schema: view.getUint8(SCHEMA_AT),
    body: record.subarray(RECORD_HEADER_BYTES),
  };
}

/** A later version may know more words; what it wrote is shown as it is. */
const wordFor = <Word>(words: readonly Word[], code: number): Word | UnknownCode =>
  code < words.length ? (words[code] as Word) : `code ${code}`;
