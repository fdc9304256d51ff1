/**
 * The records as a table: RFC 4180, UTF-8 with a byte order mark, so that a spreadsheet reads it right. What
 * it would take for a formula (OWASP, "CSV Injection") has an apostrophe before it, and so has what begins
 * with one; without the first apostrophe each cell is what was recorded.
 */
import type { NamedRecord } from "../people/known-names.ts";
import { auditColumns, changeColumns, happenedText, recordJson } from "../record-view.ts";
import type { WithTrust } from "../trust.ts";

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
  "changed",
  "old_value",
  "old_unit",
  "new_value",
  "new_unit",
  "outcome",
  "why",
  "signature",
  "untrusted",
  "durability",
  "event_id",
  "event",
  "record_hash",
  "name",
];

export function recordsCsv(records: readonly (NamedRecord & WithTrust)[]): string {
  const rows = records.map((record) => {
    const { when, what, who, name, role, instrument, batch, why, signature } = auditColumns(record);
    const { changed, old, oldUnit, next, nextUnit } = changeColumns(record.event);
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
      changed,
      old,
      oldUnit,
      next,
      nextUnit,
      changed === "" ? happenedText(record.event) : "",
      why,
      signature,
      record.untrustedKey === undefined ? "" : `key ${record.untrustedKey} was compromised`,
      durability,
      eventId,
      JSON.stringify(event),
      recordHash,
      name,
    ];
  });
  return `\uFEFF${[COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

function cell(text: string): string {
  const shown = /^['=+\-@\t\r]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
