/**
 * Every calibration: when, of what, who and why, what came of it. The ledger holds one record of each
 * and no intent before it, so nothing has to be joined: the plan's own id names it.
 */
import type { CalibrationLine } from "@helix/run-record";
import type { RunRecord } from "../read-record.ts";
import { type Content, html, type Markup, nothing } from "./markup.ts";
import { age, badge, breakable, table } from "./parts.ts";

/** Nothing where nothing was calibrated: most runs do not. */
export function calibrations(record: RunRecord): Markup {
  if (record.calibrations.length === 0) return nothing;
  const heads = ["", "Batch age, h:min:s", "Channel", "Calibration", "Who and why", "Outcome"];
  return html`<h3>Calibrations</h3>
${table(heads, record.calibrations.map(calibrationRow), "wide")}`;
}

function calibrationRow(calibration: CalibrationLine): Content[] {
  const { t, scheduled, instrument, channel, description, actor, rationale } = calibration;
  return [
    html`<code>${scheduled}</code>`,
    age(t),
    html`${instrument}: ${breakable(channel)}`,
    description,
    html`${actor}<br/>${rationale}`,
    outcome(calibration),
  ];
}

function outcome({ outcome: came, reason }: CalibrationLine): Markup {
  const why = reason === undefined ? nothing : html`<br/>${reason}`;
  if (came === "Pass") return html`${badge("calm", "Passed")}${why}`;
  if (came === "PassWithWarning") return html`${badge("inconclusive", "! Passed with a warning")}${why}`;
  return html`${badge("fail", came === "Fail" ? "✕ Failed" : "✕ Not done")}${why}`;
}
