/** What the optimiser decides, beside what the base strategy does, within the bounds given. */
import { figure, unitText } from "../figures.ts";
import type { Decision } from "../optimise.ts";
import { roundAxis } from "./axis.ts";
import { escaped, px } from "./markup.ts";
import { lineOf } from "./style.ts";

const [WIDTH, HEIGHT, LEFT, RIGHT, ABOVE, BELOW] = [720, 230, 56, 10, 10, 28];

/** Decisions over the same quantity, side by side. `s`: position of the optimised strategy. */
export function profileChart(
  decisions: readonly Decision[],
  values: readonly number[],
  unit: string,
  timeUnit: string,
  s: number,
): string {
  const low = Math.min(0, ...decisions.map((decision) => decision.low));
  const high = Math.max(...decisions.map((decision) => decision.high), ...values);
  const axis = roundAxis(
    low,
    Math.min(high, Math.max(...values, ...decisions.map(({ base }) => base)) * 1.15 || high),
  );
  const y = (value: number) => px(HEIGHT - BELOW - Math.min(1.04, axis.at(value)) * (HEIGHT - ABOVE - BELOW));
  const slot = (WIDTH - LEFT - RIGHT) / decisions.length;
  const width = slot * 0.36;
  const ticks = axis.ticks.map(
    (tick) =>
      `<path class="grid" d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${y(tick)}" dy=".35em" text-anchor="end">${figure(tick)}</text>`,
  );
  const bars = decisions.map(({ label, base }, i) => {
    const left = LEFT + i * slot + slot * 0.12;
    const bar = (x: number, value: number, fill: string) =>
      `<rect x="${px(x)}" y="${y(value)}" width="${px(width)}" height="${px(Number(y(low)) - Number(y(value)))}" ${fill}/>`;
    return `${bar(left, base, 'fill="var(--s0)" opacity=".45"')}${bar(left + width + 2, values[i] ?? Number.NaN, `fill="${lineOf(s).colour}"`)}<text x="${px(left + width)}" y="${HEIGHT - BELOW + 15}" text-anchor="middle">${escaped(label.replace(/^.*\[(.*)\]$/, "$1"))}</text>`;
  });
  const name = decisions[0]?.label.replace(/\[.*$/, "") ?? "";
  return `<figure class="wide"><figcaption><b>${escaped(name)}</b> <span class="text">${escaped([unitText(unit), piecesText(decisions, timeUnit), "pale: as it is, full: optimised"].filter(Boolean).join("; "))}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${escaped(decisions.map((d, i) => `${d.label} ${figure(values[i] ?? Number.NaN)}`).join(", "))}</title>${ticks.join("")}<path class="axis" d="M${LEFT} ${y(low)}H${WIDTH - RIGHT}"/>${bars.join("\n")}</svg></figure>`;
}

/** What the numbers under the bars count. */
function piecesText([first]: readonly Decision[], timeUnit: string): string {
  const span = first?.target.span;
  if (!span) return "";
  const length = span.to - span.from;
  return timeUnit === "h" && length === 24 ? "day by day" : `in pieces of ${figure(length)} ${timeUnit}`;
}
