/**
 * Which records stand under a key that others had, after how many the root key trusts: told wherever a record is
 * shown, since nothing in the record itself tells it from the rest.
 */
import type { UntrustedRecords } from "./key-history.ts";
import type { LedgerPolicy } from "./policy.ts";
import type { LedgerRecord } from "./read.ts";

export interface WithTrust {
  /** Epoch of the compromised key that signed it; not there for a record that is trusted. */
  readonly untrustedKey?: number;
}

/** Puts it to records, for showing. */
export function trustMarker({ keys }: Pick<LedgerPolicy, "keys">) {
  const { untrusted } = keys;
  return <R extends LedgerRecord>(record: R): R & WithTrust => {
    const { sequence } = record;
    const range = untrusted.find(({ from, to }) => sequence >= from && sequence < to);
    return range === undefined ? record : { ...record, untrustedKey: range.epoch };
  };
}

/** Of one record. */
export const untrustedText = (epoch: number): string =>
  `UNTRUSTED: key ${epoch}, which signed this record, was compromised`;

/** Of all that one key signed. */
export const untrustedRangeText = ({ from, to, epoch }: UntrustedRecords): string =>
  `records ${from} to ${to - 1n}: key ${epoch}, which signed them, was compromised; the root key trusts what is before`;
