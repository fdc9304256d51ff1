/**
 * One channel over the run: value, setpoint, holes in the data, quality. Drawn for the whole
 * width of the page; the axis belongs to the block of plots around it.
 */
import type { RecordedChannel, SampleLine } from "@helix/run-record";
import { batchAge, countText, decimalsFor, fixed, unitText } from "../../figures.ts";
import { type Content, html, type Markup, nothing } from "../markup.ts";
import { holeMark, qualityRug, setpointPath, valuePath } from "./marks.ts";
import { commandLines, faultBands, hourLines, type TimeFrame } from "./overlays.ts";
import { coordinate, FRAME, linearScale, roundTicks, type Scale } from "./scale.ts";
import { qualityClass, readSeries, type Series } from "./series.ts";

const HEIGHT = FRAME.height;
/** An axis never spans less than this part of the channel's range: noise is not to look like an event. */
const LEAST_SPAN_OF_RANGE = 0.01;

/** @param target "<instrument>.<channel>", unique in the report */
export function trendRow(
  channel: Pick<RecordedChannel, "name" | "unit" | "range">,
  samples: readonly SampleLine[],
  frame: TimeFrame,
  target: string,
): Markup {
  const series = readSeries(samples);
  const bounds = boundsOf(series);
  const unit = unitText(channel.unit);
  if (!bounds) {
    return row(channel.name, unit, html`<p class="abnormal">no value in this run</p>`, nothing);
  }
  const values = valueScale(bounds, channel.range);
  const decimals = decimalsFor(values.to - values.from);
  const last = series.segments.at(-1)?.points.at(-1)?.value ?? bounds.lowest;
  const facts: Content = [
    fact("last", fixed(last, decimals)),
    fact("min", fixed(bounds.lowest, decimals)),
    fact("max", fixed(bounds.highest, decimals)),
  ];
  const picture = drawing(series, values, decimals, frame, target, `${channel.name}, ${unit}`, [
    `${countText(samples.length)} samples, ${fixed(bounds.lowest, decimals)} to ${fixed(bounds.highest, decimals)} ${unit}, last ${fixed(last, decimals)}.`,
    series.holes.length === 0
      ? "No data missing."
      : `Data missing ${series.holes.length} times, first after ${batchAge(series.holes[0]?.fromS ?? 0)}.`,
  ]);
  return row(channel.name, unit, html`<dl>${facts}</dl><dl>${exceptions(samples, series)}</dl>`, picture);
}

function row(name: string, unit: string, facts: Markup, picture: Markup): Markup {
  return html`<div class="row"><div class="channel"><h4>${name}</h4><span class="unit">${unit}</span><output></output><div class="facts-of">${facts}</div></div><div class="plot">${picture}</div></div>
`;
}

const fact = (name: string, value: string): Markup => html`<dt>${name}</dt><dd>${value}</dd>`;

/** Counts that are not zero, of what should be. */
function exceptions(samples: readonly SampleLine[], series: Series): Markup[] {
  const byClass = Map.groupBy(samples, (sample) => qualityClass(sample.quality));
  const counts: [string, number][] = [
    ["no data", series.holes.length],
    ["uncertain", byClass.get("uncertain")?.length ?? 0],
    ["bad", byClass.get("bad")?.length ?? 0],
  ];
  return counts
    .filter(([, count]) => count > 0)
    .map(
      ([name, count]) => html`<dt class="abnormal">${name}</dt><dd class="abnormal">${countText(count)}</dd>`,
    );
}

interface Bounds {
  /** Of the values. */
  readonly lowest: number;
  readonly highest: number;
  /** Of the values and the setpoints. */
  readonly from: number;
  readonly to: number;
}

function boundsOf(series: Series): Bounds | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const { points } of series.segments) {
    for (const { value } of points) {
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
  }
  if (highest < lowest) return undefined;
  let [from, to] = [lowest, highest];
  for (const { value } of series.setpoints) {
    if (value === undefined) continue;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return { lowest, highest, from, to };
}

function valueScale({ from: low, to: high }: Bounds, { min, max }: RecordedChannel["range"]): Scale {
  const ofRange = min === null || max === null ? 0 : Math.abs(max - min) * LEAST_SPAN_OF_RANGE;
  const least = ofRange > 0 ? ofRange : Math.max(Math.abs(high) * LEAST_SPAN_OF_RANGE, 1e-9);
  const span = Math.max((high - low) * 1.1, least);
  const middle = (low + high) / 2;
  // A quantity that cannot be negative is not given a negative axis by the margin.
  const from = min !== null && min >= 0 && low >= 0 ? Math.max(0, middle - span / 2) : middle - span / 2;
  return linearScale(from, from + span, FRAME.bottom, FRAME.top);
}

function drawing(
  series: Series,
  values: Scale,
  decimals: number,
  frame: TimeFrame,
  target: string,
  title: string,
  description: readonly string[],
): Markup {
  const ticks = roundTicks(values.from, values.to, 3);
  const grid = ticks.values.map((value) => {
    const y = coordinate(values.at(value));
    return html`<line class="grid" x1="${FRAME.left}" x2="${FRAME.right}" y1="${y}" y2="${y}"/><text class="value" x="${FRAME.left - 6}" y="${coordinate(values.at(value) + 3.5)}">${fixed(value, ticks.decimals)}</text>`;
  });
  return html`<svg class="trend" viewBox="0 0 ${FRAME.width} ${HEIGHT}" role="img" data-v0="${values.from}" data-v1="${values.to}" data-d="${decimals}"><title>${title}</title><desc>${description.join(" ")}</desc>${grid}${hourLines(frame, HEIGHT)}${setpointPath(series, values, frame)}${series.segments.map((segment) => valuePath(segment, values, frame))}${series.holes.map((hole) => holeMark(hole, frame))}${qualityRug(series, frame)}${faultBands(frame, HEIGHT, target)}${commandLines(frame, HEIGHT, target)}<line class="hair" x1="0" x2="0" y1="0" y2="${HEIGHT}"/></svg>`;
}
