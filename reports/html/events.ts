/**
 * What went on beside the values: changes of status, gaps, drops, errors. Plots show when; these
 * tables say what.
 */
import { countText } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { age, breakable, table } from "./parts.ts";

const TIME = "Batch age, h:min:s";

export function events(record: RunRecord): Markup {
  const part = (
    title: string,
    none: string,
    heads: readonly string[],
    rows: readonly (readonly Content[])[],
  ): Markup => html`<h3>${title}</h3>
${rows.length === 0 ? html`<p>${none}</p>` : table(heads, rows)}
`;
  return html`<section id="events"><h2>Gaps, errors and status</h2>
${part(
  "Gaps",
  "No sample is missing.",
  [TIME, "Instrument", "Channel", "Last sequence|", "Next sequence|", "Missing samples|", "Ledger record|"],
  record.gaps.map((gap) => [
    age(gap.t),
    gap.instrument,
    breakable(gap.channel),
    gap.lastSequence,
    gap.nextSequence,
    countText(gap.missing),
    gap.ledgerSequence,
  ]),
)}${part(
  "Drops",
  "No sample was dropped.",
  [TIME, "Instrument", "Channel", "Sequence|", "Reason"],
  record.drops.map((drop) => [
    age(drop.t),
    drop.instrument,
    breakable(drop.channel),
    drop.sequence,
    drop.reason,
  ]),
)}${part(
  "Errors",
  "No error was reported.",
  [TIME, "Instrument", "Kind", "Message", "Recovery"],
  record.errors.map((error) => [
    age(error.t),
    error.instrument,
    breakable(error.errorKind),
    error.message,
    breakable(error.recovery),
  ]),
)}${part(
  "Status",
  "No change of status was recorded.",
  [TIME, "Instrument", "Status", "Reason"],
  record.statuses.map((status) => [age(status.t), status.instrument, status.status, status.reason ?? "–"]),
)}</section>
`;
}
