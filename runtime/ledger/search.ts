/** Which records somebody asks for: who, what, when, why, instrument, batch. */
import type { NamedRecord } from "./people/known-names.ts";
import { auditColumns } from "./record-view.ts";

/** All that are given must hold; texts are found anywhere in the field, whatever their case. */
export interface Selection {
  /** A person's id, name or role. */
  readonly who?: string;
  /** The event's type; several joined by commas. */
  readonly what?: string;
  readonly why?: string;
  readonly instrument?: string;
  readonly batch?: string;
  /** ns since 1970 UTC: from then on, and before then. */
  readonly since?: bigint;
  readonly until?: bigint;
  /** Sequences: from there on, and before there. */
  readonly from?: bigint;
  readonly to?: bigint;
}

export function isSelected(record: NamedRecord, wanted: Selection): boolean {
  const { who, name, role, instrument, batch, why, what } = auditColumns(record);
  return (
    (wanted.since === undefined || record.utcNs >= wanted.since) &&
    (wanted.until === undefined || record.utcNs < wanted.until) &&
    (wanted.from === undefined || record.sequence >= wanted.from) &&
    (wanted.to === undefined || record.sequence < wanted.to) &&
    isOneOf(what, wanted.what) &&
    [who, name, role].some((text) => holds(text, wanted.who)) &&
    holds(instrument, wanted.instrument) &&
    holds(batch, wanted.batch) &&
    holds(why, wanted.why)
  );
}

const holds = (text: string, part: string | undefined): boolean =>
  part === undefined || text.toLowerCase().includes(part.toLowerCase());

const isOneOf = (type: string, types: string | undefined): boolean =>
  types === undefined || types.split(",").some((one) => one.trim().toLowerCase() === type.toLowerCase());

/**
 * A time as people give it: `2026-11-20`, `2026-11-20T08:00`, both UTC, or with `Z` or an offset.
 *
 * @throws RangeError
 */
export function parseUtc(text: string): bigint {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/;
  const [, time, , , zone] = form.exec(text) ?? [];
  const ms = form.test(text)
    ? new Date(time !== undefined && zone === undefined ? `${text}Z` : text).getTime()
    : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new RangeError(`"${text}" is not a time; write 2026-11-20 or 2026-11-20T08:00Z`);
  }
  return BigInt(ms) * 1_000_000n;
}
