/** The coverage matrix as one HTML file that needs nothing else. */
import type { Box, CoverageMatrix } from "./matrix.ts";

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#1b1f23;background:#fff}
table{border-collapse:collapse}th,td{border:1px solid #c5ccd3;padding:.35em .6em;text-align:left}
th[scope=row]{font-weight:600}.pass{background:#d9f0dd}.fail{background:#f6c9c5}.invalid,.inconclusive{background:#fbe6b5}
.untested,.not-run{background:repeating-linear-gradient(45deg,#fff,#fff 6px,#e4e8ec 6px,#e4e8ec 12px)}
code{font-size:12px}`;

export function matrixHtml({
  scenario,
  seed,
  instrument,
  steps,
  faults,
  boxes,
  tested,
}: CoverageMatrix): string {
  const heads = steps.map(
    ({ step, atS }) =>
      `<th scope="col">${text(step)}<br>${atS === undefined ? "" : `<small>${atS.toFixed(1)} s</small>`}</th>`,
  );
  const rows = faults.map((name) => {
    const cells = boxes.filter(({ inject }) => inject === name).map(cell);
    return `<tr><th scope="row">${text(name)}</th>${cells.join("")}</tr>`;
  });
  const failed = boxes.filter(({ verdict, replay }) => replay !== undefined && verdict !== "pass");
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(scenario)}: I/O steps and faults</title>`,
    `<style>${STYLE}</style></head><body><h1>${text(scenario)}</h1>`,
    `<p>Instrument ${text(instrument)}, seed ${seed}: ${tested} of ${boxes.length} boxes tested.</p>`,
    `<table><thead><tr><th scope="col">fault</th>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`,
    failed.length === 0 ? "" : `<h2>What did not pass</h2><ul>${failed.map(failure).join("")}</ul>`,
    "</body></html>",
    "",
  ].join("\n");
}

const cell = ({ verdict, reason, summary }: Box) =>
  `<td class="${verdict}" title="${text(reason ?? summary ?? "")}">${verdict}</td>`;

const failure = ({ inject, step, verdict, summary, replay }: Box) =>
  `<li>${text(inject)} at ${text(step)}: ${verdict}. ${text(summary ?? "")}<br><code>${text(replay ?? "")}</code></li>`;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (plain: string) => plain.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
