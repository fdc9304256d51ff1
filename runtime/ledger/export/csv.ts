/** The records as a table: RFC 4180, UTF-8 with a byte order mark, so that a spreadsheet reads it right. */
import type { NamedRecord } from "../people/known-names.ts";
import { auditColumns, recordJson } from "../record-view.ts";

const COLUMNS = [
  "sequence",
  "time_utc",
  "time_local",
  "clock",
  "origin",
  "type",
  "who",
  "role",
  "instrument",
  "batch",
  "change",
  "why",
  "signature",
  "durability",
  "event_id",
  "event",
  "record_hash",
  "name",
];

export function recordsCsv(records: readonly NamedRecord[]): string {
  const rows = records.map((record) => {
    const { when, what, who, name, role, instrument, batch, change, why, signature } = auditColumns(record);
    const { sequence, time, clockQuality, origin, durability, eventId, event, recordHash } =
      recordJson(record);
    return [
      sequence,
      time,
      when,
      clockQuality,
      origin ?? "not-stated",
      what,
      who,
      role,
      instrument,
      batch,
      change,
      why,
      signature,
      durability,
      eventId,
      JSON.stringify(event),
      recordHash,
      name,
    ];
  });
  return `\uFEFF${[COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
