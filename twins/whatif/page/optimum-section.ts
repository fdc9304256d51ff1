/** What was found to be best, and how sure that is. */
import type { TwinModel } from "../../language/model.ts";
import { figure, percent } from "../figures.ts";
import type { Optimisation } from "../optimise.ts";
import type { WhatIfAnswer } from "../what-if.ts";
import { escaped } from "./markup.ts";
import { profileChart } from "./profile-chart.ts";

export function optimumSection(
  model: TwinModel,
  answer: WhatIfAnswer,
  optimisation: Optimisation | undefined,
): string[] {
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
      model.time.unit,
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
