/** The answer of a what-if as one self-contained page: no script, nothing fetched, fit for paper. */
import type { Variation } from "../../ensemble/variation.ts";
import type { TwinModel } from "../../language/model.ts";
import { figure, unitText } from "../figures.ts";
import type { Optimisation } from "../optimise.ts";
import type { WhatIfAnswer } from "../what-if.ts";
import { bandPanel } from "./band-panel.ts";
import { comparisonSection, shortVerdict } from "./comparison-section.ts";
import { endSection, failedSection } from "./end-section.ts";
import { escaped, table } from "./markup.ts";
import { optimumSection } from "./optimum-section.ts";
import { rankingSection } from "./ranking-section.ts";
import { lineOf, STYLE } from "./style.ts";

export interface Told {
  readonly target: string;
  /** Name and value, for the foot of the page: how this came about, and how to have it again. */
  readonly provenance: readonly (readonly [string, string])[];
  /** What was measured and what is modelled, where it began from a run. */
  readonly start: StartTold | undefined;
  readonly optimisation: Optimisation | undefined;
  readonly variations: readonly Variation[];
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
    ...optimumSection(model, answer, told.optimisation),
    ...rankingSection(answer, told.target),
    endSection(answer),
    ...failedSection(model, answer, told.variations),
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
