/**
 * Every command: when, what, who, why, what came of it, and how an outcome that was not known was
 * settled; those that could not be given; and the calibrations.
 */
import type { CommandLine } from "@helix/run-record";
import { batchAge, fixed, significant, unitText } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { calibrations } from "./calibrations.ts";
import { type Content, html, type Markup, nothing } from "./markup.ts";
import { age, badge, table } from "./parts.ts";

export function commands(record: RunRecord): Markup {
  const body =
    record.commands.length === 0
      ? html`<p>No command was sent.</p>`
      : table(
          [
            "",
            "Batch age, h:min:s",
            "Command",
            "Who and why",
            "Outcome",
            "Read back",
            "Latency, ms|",
            "Ledger|",
          ],
          record.commands.map(commandRow),
          "wide",
        );
  return html`<section id="commands"><h2>Commands</h2>
${body}${notGiven(record)}${calibrations(record)}</section>
`;
}

/** Scheduled, and neither sent nor executed. */
function notGiven({ unsent }: RunRecord): Markup {
  if (unsent.length === 0) return nothing;
  return html`<h3>Commands that could not be given: nothing was sent</h3>
${table(
  ["Batch age, h:min:s", "Command", "Why not"],
  unsent.map(({ t, instrument, description, reason }) => [
    age(t),
    html`${instrument}: ${description}`,
    reason,
  ]),
)}`;
}

function commandRow(command: CommandLine, index: number): Content[] {
  return [
    html`<span id="command-${index + 1}" class="number">C${index + 1}</span>`,
    age(command.t),
    html`${command.instrument}: ${command.description}<br/><code class="hash">${command.id}</code>`,
    html`${command.actor}<br/>${command.rationale}`,
    outcome(command),
    html`<span class="nowrap">${readBack(command)}</span>`,
    command.latencyMs === undefined ? "–" : latencyText(command.latencyMs),
    html`<span class="nowrap">${command.intentLedgerSequence ?? "none"} → ${command.outcomeLedgerSequence ?? "none"}</span>`,
  ];
}

/** Tenths of a ms: what is behind them is the scheduler's, not the instrument's. */
const latencyText = (ms: number): string => fixed(ms, 1);

function outcome(command: CommandLine): Markup {
  const { resolved } = command;
  const reason = command.reason === undefined ? nothing : html`<br/>${command.reason}`;
  if (command.outcome === "acknowledged") return html`${badge("calm", "Acknowledged")}${reason}`;
  if (command.outcome === "rejected") return html`${badge("fail", "✕ Rejected")}${reason}`;
  const settled = resolved
    ? html`<br/>${badge("calm", resolved.executed ? "Resolved: executed" : "Resolved: not executed")} at ${batchAge(resolved.t)}`
    : html`<br/>${badge("invalid", "! Never resolved")}`;
  return html`${badge("inconclusive", "? Unknown")}${settled}${reason}`;
}

function readBack(command: CommandLine): string {
  const value = command.resolved?.readBack ?? command.acknowledgedValue;
  if (value === undefined) return "–";
  return `${significant(value, 5)} ${command.unit === undefined ? "" : unitText(command.unit)}`.trimEnd();
}
