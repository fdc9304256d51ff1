/**
 * What is drawn of one series: its line, its setpoint, marks where there is no data or quality is
 * not good.
 */
import { batchAge, countText } from "../../figures.ts";
import { html, type Markup, nothing, trusted } from "../markup.ts";
import { stretch, type TimeFrame } from "./overlays.ts";
import { coordinate, FRAME, type Scale } from "./scale.ts";
import { type Hole, type Point, type Segment, type Series, thin } from "./series.ts";

const HEIGHT = FRAME.height;

export function valuePath({ quality, points }: Segment, values: Scale, { time }: TimeFrame): Markup {
  const kept = thin(points, (t) => Math.floor(time.at(t)));
  const at = ({ t, value }: Point): string => `${coordinate(time.at(t))} ${coordinate(values.at(value))}`;
  const [first, ...rest] = kept.map(at);
  // A lone point is a line of no length; round caps make it a dot.
  const path = rest.length === 0 ? `M${first}h0` : `M${first}L${rest.join(" ")}`;
  return html`<path class="value ${quality}" d="${trusted(path)}"/>`;
}

export function setpointPath(series: Series, values: Scale, { time }: TimeFrame): Markup {
  const lastS = series.segments.at(-1)?.points.at(-1)?.t ?? time.to;
  const path = setpointRuns(series, lastS)
    .map(({ points, endS }) => {
      const steps = thin(points, (t) => Math.floor(time.at(t)));
      return steps
        .map(({ t, value }, index) => {
          const y = coordinate(values.at(value));
          const from = index === 0 ? `M${coordinate(time.at(t))} ${y}` : `V${y}`;
          return `${from}H${coordinate(time.at(steps[index + 1]?.t ?? Math.max(endS, t)))}`;
        })
        .join("");
    })
    .join("");
  return path === "" ? nothing : html`<path class="setpoint" d="${trusted(path)}"/>`;
}

/** Stretches in which there is a setpoint: its changes, and when the last of them ended. */
function setpointRuns({ setpoints }: Series, lastS: number): { points: Point[]; endS: number }[] {
  const runs: { points: Point[]; endS: number }[] = [];
  for (const [index, { t, value }] of setpoints.entries()) {
    if (value === undefined) continue;
    const isNew = index === 0 || setpoints[index - 1]?.value === undefined;
    if (isNew) runs.push({ points: [], endS: lastS });
    const run = runs.at(-1) as { points: Point[]; endS: number };
    run.points.push({ t, value });
    run.endS = setpoints[index + 1]?.t ?? lastS;
  }
  return runs;
}

/** Wiped clear and hatched, at least 5 units wide, so that a short hole still shows as one. */
export function holeMark({ fromS, toS, missing, valueless }: Hole, frame: TimeFrame): Markup {
  const place = stretch(frame.time, fromS, toS, 5);
  if (!place) return nothing;
  const x = coordinate(place.x);
  const width = coordinate(place.width);
  const lost = missing > 0n ? `, ${countText(String(missing))} samples missing` : "";
  const empty = valueless > 0 ? `, ${countText(valueless)} samples without a value` : "";
  return html`<g class="hole"><title>no data ${batchAge(fromS)} to ${batchAge(toS)}${lost}${empty}</title><rect class="wipe" x="${x}" y="0" width="${width}" height="${HEIGHT}"/><rect class="hatch" x="${x}" y="0" width="${width}" height="${HEIGHT}"/></g>`;
}

/** A bar along the bottom wherever quality is not good: it shows even where the line is thin. */
export function qualityRug(series: Series, frame: TimeFrame): Markup[] {
  return series.segments.flatMap(({ quality, points }) => {
    const first = points[0];
    const last = points.at(-1);
    if (quality === "good" || !first || !last) return [];
    const place = stretch(frame.time, first.t, last.t, 2);
    if (!place) return [];
    const [y, height] = quality === "bad" ? [HEIGHT - 5, 5] : [HEIGHT - 3, 3];
    return html`<rect class="rug ${quality}" x="${coordinate(place.x)}" y="${y}" width="${coordinate(place.width)}" height="${height}"><title>quality ${quality}, ${batchAge(first.t)} to ${batchAge(last.t)}</title></rect>`;
  });
}
