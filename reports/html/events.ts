/**
 * What went on beside the values: deaths of the runtime, changes of status, gaps, drops, errors. Plots show when; these
 * tables say what.
 */
import { countText } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { type Content, html, type Markup, nothing } from "./markup.ts";
import { age, breakable, table } from "./parts.ts";

const TIME = "Batch age, h:min:s";

export function events(record: RunRecord): Markup {
  return html`<section id="events"><h2>Gaps, errors and status</h2>
${restarts(record)}${part(
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

function part(
  title: string,
  none: string,
  heads: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  return html`<h3>${title}</h3>
${rows.length === 0 ? html`<p>${none}</p>` : table(heads, rows)}
`;
}

/** Nothing where the runtime lived all along: few runs kill it. */
function restarts({ runtimes, interruptions }: RunRecord): Markup {
  if (runtimes.length === 0 && interruptions.length === 0) return nothing;
  return html`${part(
    "Deaths and starts of the runtime",
    "None was recorded.",
    [TIME, "The runtime", "How, or what it found"],
    runtimes.map(({ t, is, reason }) => [age(t), is === "dead" ? "died" : "started again", reason]),
  )}${part(
    "Interruptions: of what lies between, readings may be missing",
    "No instrument was read again after a death.",
    [TIME, "Instrument", "Since", "Until", "Ledger record|"],
    interruptions.map((line) => [
      age(line.t),
      line.instrument,
      age(line.sinceS),
      age(line.untilS),
      line.ledgerSequence,
    ]),
  )}`;
}
