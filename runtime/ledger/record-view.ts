/** A record as people and programs outside HELIX see it: JSON without loss of numbers, and table cells. */
import { toHex } from "./bytes.ts";
import type { LedgerRecord } from "./read.ts";
import type { WithTrust } from "./trust.ts";

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

const NS_PER_MINUTE = 60_000_000_000n;

/** ISO 8601 with nanoseconds, UTC. */
export function utcText(utcNs: bigint): string {
  const ns = BigInt.asUintN(64, ((utcNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const seconds = Number((utcNs - ns) / 1_000_000_000n);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${ns.toString().padStart(9, "0")}Z`;
}

/** ISO 8601 with nanoseconds and the zone's offset, as a clock on the wall showed it. */
export function localText(utcNs: bigint, zoneMinutes: number): string {
  const local = utcText(utcNs + BigInt(zoneMinutes) * NS_PER_MINUTE);
  return zoneMinutes === 0 ? local : local.slice(0, -1) + zoneText(zoneMinutes);
}

/** `+01:00` */
export function zoneText(zoneMinutes: number): string {
  const minutes = Math.abs(zoneMinutes);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${zoneMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Of whoever caused the record, from beside the ledger (people/): never part of `event`. */
interface WithPersonName {
  readonly personName?: string;
}

export interface RecordJson extends WithPersonName, WithTrust {
  readonly sequence: string;
  readonly time: string;
  readonly zone: string;
  readonly utcNs: string;
  readonly monotonicNs: string;
  readonly bootId: string;
  readonly eventId: string;
  /** Of the record that this one repeats; left out where it repeats none. */
  readonly repeats?: string;
  readonly durability: string;
  readonly clockQuality: string;
  /** null: not stated */
  readonly origin: string | null;
  readonly schema: number;
  readonly recordHash: string;
  readonly event: Json;
}

export const recordJson = (record: LedgerRecord & WithPersonName & WithTrust): RecordJson => ({
  sequence: record.sequence.toString(),
  time: utcText(record.utcNs),
  zone: zoneText(record.zoneMinutes),
  utcNs: record.utcNs.toString(),
  monotonicNs: record.monotonicNs.toString(),
  bootId: record.bootId,
  eventId: record.eventId,
  ...(record.repeats === undefined ? {} : { repeats: `${record.repeats}` }),
  durability: record.durability,
  clockQuality: record.clockQuality,
  origin: record.origin ?? null,
  schema: record.schema,
  recordHash: record.recordHash,
  event: toJson(record.event),
  ...(record.personName === undefined ? {} : { personName: record.personName }),
  ...(record.untrustedKey === undefined ? {} : { untrustedKey: record.untrustedKey }),
});

/** What an audit trail is asked for: who, what, when, why, where. Empty text where it does not say. */
export interface AuditColumns {
  /** With the zone. */
  readonly when: string;
  readonly what: string;
  readonly who: string;
  /** The name of `who`, where it is known and was not erased. */
  readonly name: string;
  readonly role: string;
  readonly instrument: string;
  readonly batch: string;
  /** `feed_rate: 0.02 L/h -> 0.024 L/h`; of an outcome what it is. */
  readonly change: string;
  readonly why: string;
  /** Of a signature: what it says, by its printed name, and of which record. */
  readonly signature: string;
}

/** Works for types that this version does not know, too: by the fields that events share. */
export function auditColumns({
  utcNs,
  zoneMinutes,
  event,
  personName = "",
}: Pick<LedgerRecord, "utcNs" | "zoneMinutes" | "event"> & WithPersonName): AuditColumns {
  const actor = fieldsOf(event["actor"] ?? event["user"] ?? event["signer"]);
  const command = fieldsOf(event["command"]);
  const why = [event["reason"], event["rationale"], command["rationale"], event["comment"]];
  return {
    when: localText(utcNs, zoneMinutes),
    what: event.type,
    who: textOf(actor["id"] ?? actor["name"] ?? event["user"] ?? event["signer"] ?? event["actor"]),
    name: personName,
    role: textOf(actor["role"] ?? event["role"]),
    instrument: textOf(event["instrument"]),
    batch: textOf(event["batch"] ?? event["batchId"] ?? command["batch"]),
    change: changeText(event["change"]) || happenedText(event),
    why: textOf([...why, event["description"], event["message"]].find((text) => textOf(text) !== "")),
    signature: signatureText(event),
  };
}

function changeText(change: unknown): string {
  const { of, old, new: next } = fieldsOf(change);
  return next === undefined ? "" : `${textOf(of)}: ${valueText(old)} -> ${valueText(next)}`;
}

/** What a record changes, for a table; empty texts where it changes nothing. */
export interface ChangeColumns {
  readonly changed: string;
  readonly old: string;
  readonly oldUnit: string;
  readonly next: string;
  readonly nextUnit: string;
}

/** "not known" for an old value that nobody knew. */
export function changeColumns({ change }: LedgerRecord["event"]): ChangeColumns {
  const { of, old, new: next } = fieldsOf(change);
  if (next === undefined) return { changed: "", old: "", oldUnit: "", next: "", nextUnit: "" };
  const [before, after] = [valueParts(old), valueParts(next)];
  return {
    changed: textOf(of),
    old: before.value,
    oldUnit: before.unit,
    next: after.value,
    nextUnit: after.unit,
  };
}

function valueParts(value: unknown): { readonly value: string; readonly unit: string } {
  const { value: number, unit } = fieldsOf(value);
  return typeof number === "number"
    ? { value: String(number), unit: textOf(unit) }
    : { value: valueText(value), unit: "" };
}

/** Of records that report a value or a state instead of changing one. */
export function happenedText(event: LedgerRecord["event"]): string {
  const {
    outcome,
    acknowledgedValue,
    executed,
    readBack,
    unit,
    stepNs,
    quality,
    previous,
    records,
    stampedUtcNs,
  } = event;
  const of = (value: unknown) => (typeof value === "number" ? ` ${value} ${textOf(unit)}`.trimEnd() : "");
  if (event.type.startsWith("DRIVER_")) return driverText(event);
  if (typeof outcome === "string") return outcome + of(acknowledgedValue);
  if (typeof executed === "boolean")
    return `${executed ? "executed" : "not executed"}, read back${of(readBack)}`;
  if (typeof stepNs === "bigint") return `clock stepped by ${Number(stepNs) / 1e9} s`;
  if (typeof stampedUtcNs === "bigint")
    return `${String(records)} records were there at ${utcText(stampedUtcNs)}`;
  if (typeof quality === "string") return `clock: ${textOf(previous)} -> ${quality}`;
  return "";
}

/** Of a record about a driver: which code, by as much of its hash as a person compares. */
function driverText(event: LedgerRecord["event"]): string {
  const named = (version: unknown, hash: unknown) => `${textOf(version)} (${textOf(hash).slice(0, 12)})`;
  const {
    driverName,
    driverVersion,
    moduleHash,
    oldDriverVersion,
    oldModuleHash,
    newDriverVersion,
    newModuleHash,
  } = event;
  const name = textOf(driverName);
  if (newModuleHash !== undefined)
    return `${name} ${named(oldDriverVersion, oldModuleHash)} -> ${named(newDriverVersion, newModuleHash)}`;
  const failure = textOf(event["failure"]);
  return `${name} ${named(driverVersion, moduleHash)}${failure === "" ? "" : ` stays: ${failure}`}`;
}

function valueText(value: unknown): string {
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  const { value: number, unit } = fieldsOf(value);
  return typeof number === "number" ? `${number} ${textOf(unit)}`.trimEnd() : "not known";
}

/** What a signature must show wherever it is shown (21 CFR 11.50); empty text where it does not say. */
export function signatureParts(event: LedgerRecord["event"]) {
  const { name, role } = fieldsOf(event["signer"]);
  return { name: textOf(name), role: textOf(role), meaning: textOf(event["meaning"]) };
}

function signatureText(event: LedgerRecord["event"]): string {
  const { name, meaning } = signatureParts(event);
  const { sequence } = fieldsOf(event["signed"]);
  return name === "" || typeof sequence !== "bigint" ? "" : `${name}: ${meaning} record ${sequence}`;
}

/** `Marie Curie <account:curie>`; the id alone where the name is not known. */
export const whoText = ({ who, name }: AuditColumns): string => (name === "" ? who : `${name} <${who}>`);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
