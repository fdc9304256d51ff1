/**
 * All plots of a report, in blocks that stay on one printed page: per instrument its state over
 * the run and its channels, then the twin's true states.
 */
import type { RecordedInstrument, SampleLine } from "@helix/run-record";
import type { RunRecord } from "../read-record.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { labelStrip, timeAxis } from "./plot/axis.ts";
import type { TimeFrame } from "./plot/overlays.ts";
import { FRAME, timeScale } from "./plot/scale.ts";
import { statusRow } from "./plot/status-strip.ts";
import { trendRow } from "./plot/trend.ts";

/** Rows that fit on one A4 page with labels and axis. */
const ROWS_IN_A_BLOCK = 5;

export function trends(record: RunRecord): Markup {
  const { run, faults, commands } = record;
  const frame: TimeFrame = { time: timeScale(run.beginS, run.endS), faults, commands };
  const block = (title: string, rows: readonly Markup[]): Markup =>
    html`<figure class="block"><figcaption>${title}</figcaption><div class="axis">${labelStrip(frame)}</div>
${rows}<div class="axis">${timeAxis(frame, run.inoculation)}</div></figure>
`;
  const blocks = [
    ...run.instruments.flatMap((instrument) => instrumentBlocks(record, instrument, frame, block)),
    ...truthBlocks(record, frame, block),
  ];
  return html`<section id="trends"><h2>Trends</h2>
${legend()}
<div class="scroll" tabindex="0" role="group" aria-label="Trend plots">${blocks}</div>
</section>
`;
}

type Block = (title: string, rows: readonly Markup[]) => Markup;

function instrumentBlocks(
  record: RunRecord,
  instrument: RecordedInstrument,
  frame: TimeFrame,
  block: Block,
): Markup[] {
  const byChannel = Map.groupBy(
    record.samples.filter((sample) => sample.instrument === instrument.key),
    (sample) => sample.channel,
  );
  const states = statusRow(
    record.statuses.filter((status) => status.instrument === instrument.key),
    frame,
  );
  const rows = instrument.channels.map((channel) =>
    trendRow(channel, byChannel.get(channel.name) ?? [], frame, `${instrument.key}.${channel.name}`),
  );
  return inBlocks([states, ...rows], (part, of) => {
    const which = of === 1 ? "" : `, ${part} of ${of}`;
    return `${instrument.key}: ${instrument.displayName} (${instrument.origin}${which})`;
  }).map(([title, part]) => block(title, part));
}

/** The truth has plots of its own: beside a reading it would look like one. */
function truthBlocks({ run, truths }: RunRecord, frame: TimeFrame, block: Block): Markup[] {
  const names = new Set(truths.flatMap(({ states }) => Object.keys(states)));
  const rows = [...names].map((name) => {
    const samples = truths.flatMap(({ t, states }, index) =>
      Object.hasOwn(states, name) ? truthSample(name, t, states[name] ?? null, index) : [],
    );
    return trendRow(
      { name, unit: run.truthUnits[name] ?? "unit not recorded", range: { min: 0, max: 0 } },
      samples,
      frame,
      `twin.${name}`,
    );
  });
  return inBlocks(rows, (part, of) => {
    const which = of === 1 ? "" : `, ${part} of ${of}`;
    return `twin ${run.twin}: true state, which no instrument sees${which}`;
  }).map(([title, part]) => block(title, part));
}

const truthSample = (channel: string, t: number, value: number | null, index: number): SampleLine => ({
  kind: "sample",
  t,
  instrument: "",
  channel,
  value,
  quality: 0xc0,
  sequence: String(index),
  setpoint: null,
  origin: "simulated",
});

function inBlocks(
  rows: readonly Markup[],
  title: (part: number, of: number) => string,
): [string, readonly Markup[]][] {
  const count = Math.ceil(rows.length / ROWS_IN_A_BLOCK);
  // Evenly filled: nine channels and the states make five and five, not nine and one.
  const size = Math.ceil(rows.length / Math.max(count, 1));
  return Array.from({ length: count }, (_, i) => [title(i + 1, count), rows.slice(i * size, (i + 1) * size)]);
}

function legend(): Markup {
  const item = (drawing: Content, text: string): Markup =>
    html`<li><svg viewBox="0 0 36 14" width="36" height="14" aria-hidden="true">${drawing}</svg>${text}</li>`;
  return html`<ul class="legend">
${item(html`<path class="value good" d="M1 10L12 5L22 9L35 4"/>`, "value, quality good")}
${item(html`<path class="value uncertain" d="M1 7H35"/><rect class="rug uncertain" x="0" y="11" width="36" height="3"/>`, "quality uncertain")}
${item(html`<path class="value bad" d="M1 6H35"/><rect class="rug bad" x="0" y="9" width="36" height="5"/>`, "quality bad")}
${item(html`<path class="setpoint" d="M1 7H35"/>`, "setpoint")}
${item(html`<rect class="hatch" x="12" y="0" width="12" height="14"/>`, "no data")}
${item(html`<rect class="fault" x="0" y="0" width="17" height="14"/><rect class="fault on" x="19" y="0" width="17" height="14"/>`, "fault injected; darker on its target")}
${item(html`<line class="command" x1="10" x2="10" y1="0" y2="14"/><line class="command on" x1="26" x2="26" y1="0" y2="14"/>`, "command; solid on its channel")}
</ul>
<p class="note">Every point that stands out is drawn: of each pixel column the first, lowest, highest and last sample. Marks shorter than a few pixels are drawn wider, to be seen. Time is batch age (since inoculation); the clock below it is UTC. Axes do not begin at zero.</p>`;
}

/** What the plots of the page share: hatching, and the limits of what they draw. */
export const patterns: Markup = html`<svg class="patterns" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatchline" x1="0" x2="0" y1="0" y2="4"/></pattern><clipPath id="plotarea"><rect x="${FRAME.left}" y="-2" width="${FRAME.right - FRAME.left}" height="${FRAME.height + 4}"/></clipPath></defs></svg>
`;
