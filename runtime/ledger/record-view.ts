/** A record as people and programs outside HELIX see it: JSON without loss of numbers, and table cells. */
import { toHex } from "./bytes.ts";
import type { LedgerRecord } from "./read.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Bigint as decimal text, bytes as hex, a Map as an object, NaN and infinities by name. */
export function toJson(value: unknown): Json {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === "object") {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [String(key), toJson(item)]));
  }
  return value as string | boolean;
}

/** ISO 8601 with nanoseconds, UTC. */
export function utcText(utcNs: bigint): string {
  const ns = BigInt.asUintN(64, ((utcNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const seconds = Number((utcNs - ns) / 1_000_000_000n);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${ns.toString().padStart(9, "0")}Z`;
}

export interface RecordJson {
  readonly sequence: string;
  readonly time: string;
  readonly utcNs: string;
  readonly monotonicNs: string;
  readonly bootId: string;
  readonly eventId: string;
  readonly durability: string;
  readonly recordHash: string;
  readonly event: Json;
}

export const recordJson = (record: LedgerRecord): RecordJson => ({
  sequence: record.sequence.toString(),
  time: utcText(record.utcNs),
  utcNs: record.utcNs.toString(),
  monotonicNs: record.monotonicNs.toString(),
  bootId: record.bootId,
  eventId: record.eventId,
  durability: record.durability,
  recordHash: record.recordHash,
  event: toJson(record.event),
});

/** What an audit trail is asked for: who, what, when, why, where. Empty text where it does not say. */
export interface AuditColumns {
  readonly when: string;
  readonly what: string;
  readonly who: string;
  readonly role: string;
  readonly instrument: string;
  readonly batch: string;
  readonly why: string;
}

/** Works for types that this version does not know, too: by the fields that events share. */
export function auditColumns({ utcNs, event }: Pick<LedgerRecord, "utcNs" | "event">): AuditColumns {
  const actor = fieldsOf(event.actor ?? event.user ?? event.signer);
  const command = fieldsOf(event.command);
  return {
    when: utcText(utcNs),
    what: event.type,
    who: textOf(actor.id ?? actor.name ?? event.user ?? event.signer ?? event.actor),
    role: textOf(actor.role ?? event.role),
    instrument: textOf(event.instrument),
    batch: textOf(event.batch ?? event.batchId ?? command.batch),
    why: textOf(event.reason ?? event.rationale ?? command.rationale ?? event.description ?? event.message),
  };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
