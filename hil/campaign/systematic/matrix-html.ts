/** The coverage matrix as one HTML file that needs nothing else. */
import { batchAge } from "../../expectations/finding.ts";
import type { Box, CoverageMatrix } from "./matrix.ts";

/** Faults by name in a reason; more are counted. */
const MOST_NAMED = 8;

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#1b1f23;background:#fff}
table{border-collapse:collapse}thead th{position:sticky;top:0;background:#fff}th,td{border:1px solid #c5ccd3;padding:.35em .6em;text-align:left}
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
      `<th scope="col">${text(step)}<br>${atS === undefined ? "" : `<small>${batchAge(atS)}</small>`}</th>`,
  );
  const rows = faults.map((name) => {
    const cells = boxes.filter(({ inject }) => inject === name).map(cell);
    return `<tr><th scope="row">${text(name)}</th>${cells.join("")}</tr>`;
  });
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${text(scenario)}: I/O steps and faults</title>`,
    `<style>${STYLE}</style></head><body><h1>${text(scenario)}</h1>`,
    `<p>Instrument ${text(instrument)}, seed ${seed}: ${tested} of ${boxes.length} boxes tested. Under each step, when the calm run took it.</p>`,
    section("What did not pass", failures(boxes)),
    section("What was not tested", reasons(boxes)),
    `<table><thead><tr><th scope="col">fault</th>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`,
    "</body></html>",
    "",
  ].join("\n");
}

const cell = ({ verdict, reason, summary }: Box) =>
  `<td class="${verdict}" title="${text(reason ?? summary ?? "")}">${verdict}</td>`;

const section = (title: string, items: readonly string[]) =>
  items.length === 0 ? "" : `<h2>${title}</h2><ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;

/** A run that tests several steps is told once. */
function failures(boxes: readonly Box[]): string[] {
  const runs = new Map<string, Box[]>();
  for (const box of boxes) {
    if (box.replay === undefined || box.verdict === "pass" || box.verdict === "untested") continue;
    runs.set(box.replay, [...(runs.get(box.replay) ?? []), box]);
  }
  return [...runs].map(([replay, [first, ...others]]) => {
    const steps = [first, ...others].map((box) => box?.step).join(", ");
    const { inject = "", verdict = "", summary = "" } = first ?? {};
    return `<b>${text(inject)}</b> at ${text(steps)}: ${verdict}. ${text(summary)}<br><code>${text(replay)}</code>`;
  });
}

function reasons(boxes: readonly Box[]): string[] {
  const faultsOf = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const { reason, inject } of boxes) {
    if (reason === undefined) continue;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    faultsOf.set(reason, (faultsOf.get(reason) ?? new Set()).add(inject));
  }
  return [...counts].map(([reason, count]) => {
    const named = [...(faultsOf.get(reason) ?? [])];
    const which = named.length > MOST_NAMED ? `${named.length} faults` : named.join(", ");
    return `${count} ${count === 1 ? "box" : "boxes"} (${text(which)}): ${text(reason)}`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (plain: string) => plain.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
