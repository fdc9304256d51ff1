/** What matters most, as a chart for the target and a table for everything. */
import type { WhatIfAnswer } from "../what-if.ts";
import { escaped } from "./markup.ts";
import { rankingChart, rankingTable } from "./ranking-chart.ts";

export function rankingSection({ ranking: ranked }: WhatIfAnswer, target: string): string[] {
  if (!ranked) return [];
  const own = ranked.quantities.find(({ quantity }) => quantity === target);
  const text = own?.causes
    ? `${rankingChart(own.causes)}<p class="note">Sobol indices of ${escaped(target)} at the end, from ${ranked.trajectories} runs. Full: share of the variance from this alone; pale: with its interactions; bar: 95 % interval of the latter.${own.left > 0 ? ` ${own.left} of ${ranked.rows} rows are left out because a run failed or was not reached.` : ""}</p>${rankingTable(ranked.quantities, target)}`
    : `<p>${escaped(target)} does not vary at the end, so nothing can be ranked.</p>`;
  return [`<section><h2>What matters most for ${escaped(target)}</h2>${text}</section>`];
}
