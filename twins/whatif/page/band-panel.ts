/** One state over time: bands of every strategy, their medians, and single runs where they were asked for. */
import type { Band } from "../../ensemble/ensemble.ts";
import { figure, unitText } from "../figures.ts";
import { roundAxis, timeAxis } from "./axis.ts";
import { escaped, px } from "./markup.ts";
import { lineOf } from "./style.ts";

export interface Panel {
  readonly name: string;
  readonly unit: string;
  readonly text: string;
  readonly timeUnit: string;
  readonly strategies: readonly {
    readonly name: string;
    readonly bands: readonly Band[];
    /** One line per run: values at the bands' times. */
    readonly courses: readonly (readonly number[])[];
  }[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, ABOVE, BELOW] = [360, 196, 48, 14, 8, 24];

export function bandPanel(panel: Panel): string {
  const { strategies, timeUnit, unit } = panel;
  const times = strategies[0]?.bands.map((band) => band.time) ?? [];
  const values = strategies
    .flatMap(({ bands, courses }) => [...bands.flatMap((band) => band.quantiles), ...courses.flat()])
    .filter(Number.isFinite);
  const yAxis = roundAxis(
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    5,
  );
  const xAxis = timeAxis(times[0] ?? 0, times.at(-1) ?? 1, timeUnit);
  const x = (time: number) => px(LEFT + xAxis.at(time) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => px(HEIGHT - BELOW - yAxis.at(value) * (HEIGHT - ABOVE - BELOW));
  const points = (list: readonly { time: number; value: number }[]) =>
    list
      .filter(({ value }) => Number.isFinite(value))
      .map(({ time, value }) => `${x(time)},${y(value)}`)
      .join(" ");
  const along = (bands: readonly Band[], q: number) =>
    bands.map((band) => ({ time: band.time, value: band.quantiles[q] ?? Number.NaN }));
  const area = (bands: readonly Band[], low: number, high: number, colour: string, opacity: number) =>
    `<polygon points="${points([...along(bands, low), ...along(bands, high).toReversed()])}" fill="${colour}" opacity="${opacity}"/>`;
  const drawn = strategies.map(({ bands, courses }, s) => {
    const { colour, dashes } = lineOf(s);
    const lines = courses
      .map((course) => points(course.map((value, k) => ({ time: times[k] as number, value }))))
      .map(
        (line) =>
          `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width=".6" opacity="${strategies.length > 1 ? 0.25 : 0.4}"/>`,
      );
    const median = `<polyline points="${points(along(bands, 2))}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"${dashes ? ` stroke-dasharray="${dashes}"` : ""}/>`;
    return [area(bands, 0, 4, colour, 0.16), area(bands, 1, 3, colour, 0.28), ...lines, median].join("");
  });
  const yTicks = yAxis.ticks.map(
    (tick) =>
      `<path class="grid" d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${y(tick)}" dy=".35em" text-anchor="end">${figure(tick)}</text>`,
  );
  const xTicks = xAxis.ticks.map(
    (tick, i) =>
      `<path class="axis" d="M${x(tick)} ${HEIGHT - BELOW}v4"/><text x="${x(tick)}" y="${HEIGHT - BELOW + 15}" text-anchor="middle">${figure(tick / xAxis.scale)}${i === xAxis.ticks.length - 1 ? ` ${escaped(xAxis.unit)}` : ""}</text>`,
  );
  const end = strategies
    .map(({ name, bands }) => {
      const [low, , middle, , high] = bands.at(-1)?.quantiles ?? [];
      return `${name}: ${figure(middle ?? Number.NaN)}, 90 % between ${figure(low ?? Number.NaN)} and ${figure(high ?? Number.NaN)}`;
    })
    .join("; ");
  return `<figure><figcaption><b>${escaped(panel.name)}</b> <span class="text">${escaped([panel.text, unitText(unit)].filter(Boolean).join(", "))}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${escaped(`${panel.name} at the end: ${end}`)}</title>${yTicks.join("")}${drawn.join("\n")}<path class="axis" d="M${LEFT} ${HEIGHT - BELOW}H${WIDTH - RIGHT}" fill="none"/>${xTicks.join("")}</svg></figure>`;
}
