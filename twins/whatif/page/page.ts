/** The answer of a what-if as one self-contained page: no script, nothing fetched, fit for paper. */
import { QUANTILES } from "../../ensemble/ensemble.ts";
import type { TwinModel } from "../../language/model.ts";
import { figure, percent, unitText } from "../figures.ts";
import type { Optimisation } from "../optimise.ts";
import type { WhatIfAnswer } from "../what-if.ts";
import { bandPanel } from "./band-panel.ts";
import { comparisonSection, shortVerdict } from "./comparison-section.ts";
import { escaped, table } from "./markup.ts";
import { profileChart } from "./profile-chart.ts";
import { rankingChart, rankingTable } from "./ranking-chart.ts";
import { lineOf, STYLE } from "./style.ts";

export interface Told {
  readonly target: string;
  /** Name and value, for the foot of the page: how this came about, and how to have it again. */
  readonly provenance: readonly (readonly [string, string])[];
  /** What was measured and what is modelled, where it began from a run. */
  readonly start: StartTold | undefined;
  readonly optimisation: Optimisation | undefined;
}

export interface StartTold {
  readonly summary: string;
  readonly rows: readonly (readonly string[])[];
}

export const START_HEAD = ["at the start", "value", "unit", "from", "measured at"] as const;

export function whatIfPage(model: TwinModel, answer: WhatIfAnswer, told: Told): string {
  const sections = [
    ...partial(answer),
    `<p class="answer">${lead(answer, told.target)}</p>`,
    legend(answer),
    `<div class="panels">${panels(model, answer)}</div>`,
    ...startSection(told.start),
    ...comparisons(answer, told),
    ...optimum(model, answer, told),
    ...ranking(answer, told.target),
    `<section><h2>At the end</h2>${endTables(answer)}</section>`,
    ...failures(model, answer),
    `<section><h2>How this came about</h2><dl class="provenance">${told.provenance.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl></section>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>What if: ${escaped(model.title)}</title>
<style>${STYLE}</style></head>
<body><main><p class="kind">What if</p><h1>${escaped(model.title)}</h1>
${sections.join("\n")}
</main></body></html>
`;
}

function partial({ result, complete, optimum, ranking: ranked }: WhatIfAnswer): string[] {
  if (complete) return [];
  const what = [
    ...(optimum && !optimum.complete ? ["the search was stopped"] : []),
    ...(result.complete ? [] : [`stopped after ${result.done} of ${result.runs} draws`]),
    ...(ranked && !ranked.complete ? ["the ranking was stopped"] : []),
  ];
  return [`<p class="partial">Partial: ${escaped(what.join(", "))}.</p>`];
}

/** The one sentence that a reader takes away. */
function lead({ quantities, result, comparisons: all }: WhatIfAnswer, target: string): string {
  const verdicts = all.filter((one) => one.quantity === target).map(shortVerdict);
  const quantity = quantities.find(({ name }) => name === target);
  const end = result.ends[quantities.findIndex(({ name }) => name === target)];
  if (!quantity || !end) return `${result.finished} of ${result.done} runs came to their end.`;
  const unit = escaped(unitText(quantity.unit));
  const [low, , middle, , high] = end.map(figure);
  return `At the end <b>${escaped(target)}</b> is <b>${middle} ${unit}</b>, the median of ${result.finished} runs; in 90 % of them it is between <b>${low}</b> and <b>${high} ${unit}</b>.${verdicts.map((text) => ` ${escaped(text)}`).join("")}`;
}

function legend({ strategies }: WhatIfAnswer): string {
  const items = strategies.map(({ name }, s) => {
    const { colour, dashes } = lineOf(s);
    return `<li><svg viewBox="0 0 34 14" aria-hidden="true"><rect width="34" height="14" fill="${colour}" opacity=".16"/><rect y="3.5" width="34" height="7" fill="${colour}" opacity=".28"/><path d="M0 7H34" stroke="${colour}" stroke-width="2"${dashes ? ` stroke-dasharray="${dashes}"` : ""}/></svg>${escaped(name)}</li>`;
  });
  return `<ul class="legend">${items.join("")}<li class="note">line: median; dark: half of the runs; pale: 90 % of the runs</li></ul>`;
}

function panels(model: TwinModel, { result, strategies }: WhatIfAnswer): string {
  const all = [result, ...result.others];
  return model.states
    .map((state, i) =>
      bandPanel({
        ...state,
        timeUnit: model.time.unit,
        strategies: all.map((one, s) => ({
          name: strategies[s]?.name ?? one.name,
          bands: one.bands[state.name] ?? [],
          courses: one.courses.map(({ states }) =>
            Array.from(
              { length: states.length / model.states.length },
              (_, k) => states[k * model.states.length + i] as number,
            ),
          ),
        })),
      }),
    )
    .join("\n");
}

function startSection(start: StartTold | undefined): string[] {
  if (!start) return [];
  const rows = start.rows.map((row) => row.map(escaped));
  return [
    `<section><h2>Where it starts</h2><p>${escaped(start.summary)}</p>${table(START_HEAD, rows)}</section>`,
  ];
}

function comparisons({ strategies, comparisons: all }: WhatIfAnswer, { target }: Told): string[] {
  return strategies.slice(1).map(({ name }, i) => {
    const own = all.filter((comparison) => comparison.strategy === name);
    return `<section><h2>${escaped(name)}, against ${escaped(strategies[0]?.name ?? "")}</h2>${comparisonSection(own, target, i + 1)}</section>`;
  });
}

function optimum(model: TwinModel, answer: WhatIfAnswer, { optimisation }: Told): string[] {
  if (!optimisation) return [];
  const { optimum: found } = answer;
  if (!found) {
    const limits = optimisation.limits.map((limit) => limit.text).join(", ");
    return [
      `<section><h2>Optimum</h2><p>No candidate was found that keeps to ${escaped(limits || "the end of its runs")}.</p></section>`,
    ];
  }
  const groups = Map.groupBy(
    optimisation.decisions.map((decision, i) => ({ decision, value: found.values[i] as number })),
    ({ decision }) => decision.target.name,
  );
  const charts = [...groups].map(([name, group]) => {
    const unit =
      [...model.inputs, ...model.parameters].find((quantity) => quantity.name === name)?.unit ?? "1";
    return profileChart(
      group.map(({ decision }) => decision),
      group.map(({ value }) => value),
      unit,
      answer.strategies.length - 1,
    );
  });
  return [
    `<section><h2>The best ${escaped(optimisation.decisions.length > 1 ? "profile" : "value")} found</h2>${charts.join("")}${optimumText(
      answer,
      optimisation,
    )
      .map((line) => `<p>${escaped(line)}</p>`)
      .join("")}</section>`,
  ];
}

/** How sure it is: on draws that the search has not seen, against its limits, and whether its searches agree. */
export function optimumText({ optimum: found }: WhatIfAnswer, { quantity, limits }: Optimisation): string[] {
  if (!found) return [];
  const bests = found.searches.map(({ best }) => best).filter(Number.isFinite);
  const apart = Math.abs((bests[0] ?? Number.NaN) / (bests[1] ?? Number.NaN) - 1);
  const agreement =
    bests.length < 2
      ? "only one search came to an end, so nothing says whether there is a better one"
      : `two searches from different starts found means of ${bests.map(figure).join(" and ")}, ${percent(apart)} apart`;
  return [
    `The search judged ${found.trajectories} runs by the mean of ${quantity} at the end; ${agreement}.`,
    ...(found.kept
      ? [
          `On draws that the search has not seen it keeps to ${limits.map((limit) => limit.text).join(", ")} in ${percent(found.kept.value)} of the runs (95 % interval ${percent(found.kept.low)} to ${percent(found.kept.high)}).`,
        ]
      : []),
    "What it is worth, above, rests on draws that the search has not seen.",
  ];
}

function ranking({ ranking: ranked }: WhatIfAnswer, target: string): string[] {
  if (!ranked) return [];
  const own = ranked.quantities.find(({ quantity }) => quantity === target);
  const text = own?.causes
    ? `${rankingChart(own.causes)}<p class="note">Sobol indices of ${escaped(target)} at the end, from ${ranked.trajectories} runs. Full: share of the variance from this alone; pale: with its interactions; bar: 95 % interval of the latter.${own.left > 0 ? ` ${own.left} of ${ranked.rows} rows are left out because a run failed or was not reached.` : ""}</p>${rankingTable(ranked.quantities, target)}`
    : `<p>${escaped(target)} does not vary at the end, so nothing can be ranked.</p>`;
  return [`<section><h2>What matters most for ${escaped(target)}</h2>${text}</section>`];
}

function endTables({ result, quantities, strategies }: WhatIfAnswer): string {
  const head = ["", ...QUANTILES.map((quantile) => `${100 * quantile} %`)];
  return [result, ...result.others]
    .map((one, s) => {
      const rows = quantities.map(({ name, unit }, q) => [
        `${escaped(name)} <span class="unit">${escaped(unitText(unit))}</span>`,
        ...(one.ends[q] ?? []).map(figure),
      ]);
      const title = strategies.length > 1 ? `<h3>${escaped(strategies[s]?.name ?? one.name)}</h3>` : "";
      return `${title}${table(head, rows)}`;
    })
    .join("");
}

const MOST_FAILED_SHOWN = 20;

function failures(model: TwinModel, { result, strategies }: WhatIfAnswer): string[] {
  const failed = [result, ...result.others].flatMap((one) => one.failed);
  const count = result.failedCount + result.others.reduce((sum, one) => sum + one.failedCount, 0);
  if (count === 0) return [];
  const rows = failed
    .slice(0, MOST_FAILED_SHOWN)
    .map((run) => [
      `${run.index}${strategies.length > 1 ? `, ${escaped(strategies[run.strategy]?.name ?? "")}` : ""}`,
      `${figure(run.time)} ${escaped(model.time.unit)}`,
      escaped(`${run.reason}: ${run.detail}`),
    ]);
  const more = count > rows.length ? `<p class="note">and ${count - rows.length} more</p>` : "";
  return [`<section><h2>${count} runs failed</h2>${table(["run", "at", "why"], rows)}${more}</section>`];
}
