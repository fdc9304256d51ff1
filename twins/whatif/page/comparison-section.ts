/** Strategies against the first: how probable it is that one gives more, and how much more. */
import { figure, percent, unitText } from "../figures.ts";
import type { Comparison } from "../what-if.ts";
import { roundAxis } from "./axis.ts";
import { escaped, px, table } from "./markup.ts";
import { lineOf } from "./style.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT] = [720, 92, 44, 44];

/** @param s position of the strategy among all */
export function comparisonSection(own: readonly Comparison[], target: string, s: number): string {
  const lead = own.find(({ quantity }) => quantity === target) ?? own[0];
  if (!lead) return "";
  const rows = own.map((one) => [
    `${escaped(one.quantity)} <span class="unit">${escaped(unitText(one.unit))}</span>`,
    one.probabilityMore ? percent(one.probabilityMore.value) : "none",
    one.probabilityMore ? `${percent(one.probabilityMore.low)} to ${percent(one.probabilityMore.high)}` : "",
    signed(one.mean.value),
    `${signed(one.mean.low)} to ${signed(one.mean.high)}`,
    `${signed(one.quantiles[0] ?? Number.NaN)} to ${signed(one.quantiles[4] ?? Number.NaN)}`,
  ]);
  const head = [
    "at the end",
    "gives more in",
    "95 % interval",
    "mean difference",
    "95 % interval",
    "90 % of runs",
  ];
  return `<p>${escaped(verdict(lead))}</p>${differencePlot(lead, s)}${table(head, rows)}`;
}

/** For the head of the page: which way, and how probably. */
export function shortVerdict({ strategy, quantity, probabilityMore, probabilityLess }: Comparison): string {
  if (!probabilityMore || !probabilityLess) return "";
  const isMore = probabilityMore.value >= probabilityLess.value;
  const { value } = isMore ? probabilityMore : probabilityLess;
  if (value === 0) return `With ${strategy} it is the same.`;
  return `With ${strategy} there is ${isMore ? "more" : "less"} ${quantity} in ${percent(value)} of the draws.`;
}

/** One sentence: is it better? */
export function verdict({
  strategy,
  quantity,
  unit,
  probabilityMore,
  probabilityLess,
  mean,
  pairs,
}: Comparison): string {
  if (!probabilityMore || !probabilityLess)
    return `No draw finished under both, so nothing can be said of ${strategy}.`;
  const isMore = probabilityMore.value >= probabilityLess.value;
  const share = isMore ? probabilityMore : probabilityLess;
  if (share.value === 0) return `${strategy} gives the same ${quantity} in all of ${pairs} draws.`;
  return `${strategy} gives ${isMore ? "more" : "less"} ${quantity} with probability ${percent(share.value)} (95 % interval ${percent(share.low)} to ${percent(share.high)}, ${pairs} draws met by both): ${signed(mean.value)} ${unitText(unit)} on the average (${signed(mean.low)} to ${signed(mean.high)}).`;
}

/** The differences of the pairs: box from 25 to 75 %, line from 5 to 95 %, against no difference. */
function differencePlot({ quantiles, quantity, unit }: Comparison, s: number): string {
  const [low = 0, quarter = 0, middle = 0, upper = 0, high = 0] = quantiles;
  const axis = roundAxis(Math.min(0, low), Math.max(0, high), 6);
  const x = (value: number) => px(LEFT + axis.at(value) * (WIDTH - LEFT - RIGHT));
  const { colour } = lineOf(s);
  const ticks = axis.ticks.map(
    (tick) =>
      `<path class="grid" d="M${x(tick)} 6V62"/><text x="${x(tick)}" y="78" text-anchor="middle">${tick === 0 ? "no difference" : signed(tick)}</text>`,
  );
  return `<figure class="wide"><figcaption><span class="text">What it gives more of ${escaped(quantity)}, ${escaped(unitText(unit))}: median, half of the draws, 90 % of the draws</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${escaped(`median ${signed(middle)}, 90 % between ${signed(low)} and ${signed(high)}`)}</title>${ticks.join("")}<path d="M${x(0)} 2V64" stroke="var(--ink)"/><path d="M${x(low)} 34H${x(high)}M${x(low)} 27v14M${x(high)} 27v14" stroke="${colour}" stroke-width="2"/><rect x="${x(quarter)}" y="22" width="${px(Math.max(1, Number(x(upper)) - Number(x(quarter))))}" height="24" fill="${colour}" opacity=".45"/><path d="M${x(middle)} 18v32" stroke="${colour}" stroke-width="3"/></svg></figure>`;
}

export const signed = (value: number): string => (value > 0 ? `+${figure(value)}` : figure(value));
