/** What stands at the end of the runs, and the runs that did not get there. */
import { QUANTILES } from "../../ensemble/ensemble.ts";
import type { Variation } from "../../ensemble/variation.ts";
import type { TwinModel } from "../../language/model.ts";
import { figure, unitText } from "../figures.ts";
import type { WhatIfAnswer } from "../what-if.ts";
import { escaped, table } from "./markup.ts";

export function endSection({ result, quantities, strategies }: WhatIfAnswer): string {
  const head = ["", ...QUANTILES.map((quantile) => `${100 * quantile} %`)];
  const tables = [result, ...result.others].map((one, s) => {
    const rows = quantities.map(({ name, unit }, q) => [
      `${escaped(name)} <span class="unit">${escaped(unitText(unit))}</span>`,
      ...(one.ends[q] ?? []).map(figure),
    ]);
    const title = strategies.length > 1 ? `<h3>${escaped(strategies[s]?.name ?? one.name)}</h3>` : "";
    return `${title}${table(head, rows)}`;
  });
  return `<section><h2>At the end</h2>${tables.join("")}</section>`;
}

const MOST_FAILED_SHOWN = 20;

/** With what was drawn for each. */
export function failedSection(
  model: TwinModel,
  { result, strategies }: WhatIfAnswer,
  variations: readonly Variation[],
): string[] {
  const failed = [result, ...result.others].flatMap((one) => one.failed);
  const count = result.failedCount + result.others.reduce((sum, one) => sum + one.failedCount, 0);
  if (count === 0) return [];
  const rows = failed
    .slice(0, MOST_FAILED_SHOWN)
    .map((run) => [
      `${run.index}${strategies.length > 1 ? `, ${escaped(strategies[run.strategy]?.name ?? "")}` : ""}`,
      `${figure(run.time)} ${escaped(model.time.unit)}`,
      escaped(`${run.reason}: ${run.detail}`),
      `<span class="drawn">${escaped(run.values.map((value, i) => `${variations[i]?.label}=${figure(value)}`).join(", "))}</span>`,
    ]);
  const more = count > rows.length ? `<p class="note">and ${count - rows.length} more</p>` : "";
  return [
    `<section><h2>${count} runs failed</h2>${table(["run", "at", "why", "drawn"], rows)}${more}</section>`,
  ];
}
