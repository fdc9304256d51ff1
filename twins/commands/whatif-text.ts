/** The answer of `helix whatif` in a terminal. */
import { type EnsembleResult, QUANTILES } from "../ensemble/ensemble.ts";
import type { Variation } from "../ensemble/variation.ts";
import type { TwinModel } from "../language/model.ts";
import type { EstimatedStart } from "../whatif/estimated-start.ts";
import { figure, percent } from "../whatif/figures.ts";
import type { Optimisation } from "../whatif/optimise.ts";
import { verdict } from "../whatif/page/comparison-section.ts";
import { optimumText } from "../whatif/page/optimum-section.ts";
import type { RecordedRun } from "../whatif/recorded-run.ts";
import type { WhatIfAnswer } from "../whatif/what-if.ts";
import { alignedTable, shown } from "./table.ts";

const plain = (value: number): string => figure(value).replace("\u2212", "-");

export function endText({ result, quantities, strategies }: WhatIfAnswer): string {
  return [result, ...result.others]
    .map((one, s) => {
      const head = [
        strategies.length > 1 ? (strategies[s]?.name ?? "") : "at the end",
        "unit",
        ...QUANTILES.map((q) => `${100 * q} %`),
      ];
      const rows = quantities.map(({ name, unit }, q) => [name, unit, ...(one.ends[q] ?? []).map(plain)]);
      return alignedTable([head, ...rows]);
    })
    .join("\n");
}

const MOST_FAILED_SHOWN = 10;

export function failedText({ result, strategies }: WhatIfAnswer, variations: readonly Variation[]): string {
  const count = failedCount(result);
  if (count === 0) return "";
  const failed = [result, ...result.others].flatMap((one) => one.failed);
  const lines = failed.slice(0, MOST_FAILED_SHOWN).map((run) => {
    const values = run.values.map((value, i) => `${variations[i]?.label}=${shown(value)}`).slice(0, 4);
    const under = strategies.length > 1 ? ` under ${strategies[run.strategy]?.name}` : "";
    return `  run ${run.index}${under}: ${run.reason}, ${run.detail} (${values.join(", ")}${run.values.length > 4 ? ", ..." : ""})\n`;
  });
  const more = count > MOST_FAILED_SHOWN ? `  and ${count - MOST_FAILED_SHOWN} more\n` : "";
  const again = `  --replay ${failed[0]?.index} runs the first of them again, with all that was drawn for it\n`;
  return `\n${count} run${count === 1 ? "" : "s"} failed\n${lines.join("")}${more}${again}`;
}

export const failedCount = (result: EnsembleResult): number =>
  result.failedCount + result.others.reduce((sum, one) => sum + one.failedCount, 0);

export function comparisonText({ strategies, comparisons }: WhatIfAnswer, target: string): string {
  const lines = strategies.slice(1).flatMap(({ name }) => {
    const own = comparisons.filter((one) => one.strategy === name);
    const lead = own.find(({ quantity }) => quantity === target) ?? own[0];
    return lead ? [`${verdict(lead)}\n`] : [];
  });
  return lines.length > 0 ? `\n${lines.join("").replaceAll("\u2212", "-")}` : "";
}

export function optimumTextOf(answer: WhatIfAnswer, optimisation: Optimisation | undefined): string {
  if (!optimisation) return "";
  const { optimum } = answer;
  if (!optimum) {
    const limits = optimisation.limits.map((limit) => limit.text).join(", ");
    return `\nNo candidate was found that keeps to ${limits || "the end of its runs"}.\n`;
  }
  const rows = optimisation.decisions.map(({ label, base, low, high }, i) => [
    label,
    plain(base),
    plain(optimum.values[i] ?? Number.NaN),
    `${plain(low)} .. ${plain(high)}`,
  ]);
  const table = alignedTable([["decided", "as it is", "optimised", "within"], ...rows]);
  return `\n${table}${optimumText(answer, optimisation)
    .map((line) => `${line}\n`)
    .join("")}`;
}

const MOST_CAUSES = 8;

export function rankingText({ ranking }: WhatIfAnswer, target: string): string {
  if (!ranking) return "";
  const own = ranking.quantities.find(({ quantity }) => quantity === target);
  if (!own?.causes) return `\n${target} does not vary at the end: nothing can be ranked\n`;
  const share = (value: number) => percent(Math.max(0, value));
  const rows = own.causes
    .slice(0, MOST_CAUSES)
    .map(({ label, first, total }) => [
      label,
      share(total.value),
      `${share(total.low)} .. ${share(total.high)}`,
      share(first.value),
    ]);
  const more = own.causes.length > MOST_CAUSES ? `and ${own.causes.length - MOST_CAUSES} with less\n` : "";
  const partial = ranking.complete ? "" : `PARTIAL: ${ranking.rows - own.left} of ${ranking.rows} rows; `;
  return `\n${alignedTable([[`what matters for ${target}`, "share", "95 % interval", "alone"], ...rows])}${more}${partial}Sobol indices from ${ranking.trajectories} runs\n`;
}

export const START_HEAD = ["at the start", "value", "unit", "from", "measured at"] as const;

export function startRows({ states }: EstimatedStart, model: TwinModel): string[][] {
  return states.map(({ name, value, unit, measured }) => [
    name,
    plain(value),
    unit,
    measured
      ? `${measured.channel} (${measured.origin}), ${measured.readings} readings, scatter ${plain(measured.scatter)}`
      : "the twin, carried along",
    measured ? `${plain(measured.time)} ${model.time.unit}` : "",
  ]);
}

export function startSummary(run: RecordedRun, start: EstimatedStart, model: TwinModel): string {
  const { unit } = model.time;
  const measured = start.states.filter((state) => state.measured).map(({ name }) => name);
  const modelled = start.states.filter((state) => !state.measured).map(({ name }) => name);
  const inputs = model.inputs.map(({ name }) => {
    const channel = run.inputs.get(name);
    return channel ? `${name} as ${channel.name} recorded it` : `${name} as the model has it`;
  });
  const left = [...run.states.values(), ...run.inputs.values()].reduce(
    (sum, channel) => sum + channel.left,
    0,
  );
  return [
    `The runs begin at ${plain(start.start.time)} ${unit} from the record of ${run.scenario}, which covers ${plain(run.begin)} to ${plain(run.end)} ${unit}${run.isComplete ? "" : " and was cut short"}.`,
    `Measured: ${measured.join(", ")}; modelled: ${modelled.join(", ") || "nothing"}, with ${inputs.join(", ")}${run.begin > 0 ? `, and by the model's own schedule before ${plain(run.begin)} ${unit}` : ""}.`,
    ...(run.twin === model.name ? [] : [`The plant ran ${run.twin}, not ${model.name}.`]),
    ...(left > 0 ? [`${left} readings are left out: bad quality, or falsified on purpose.`] : []),
    ...(run.unused.length > 0 ? [`Not used: ${run.unused.join("; ")}.`] : []),
    "From then on the inputs are the model's schedule. Measured states are drawn with the scatter of their readings; modelled ones have no spread of their own.",
  ].join(" ");
}
