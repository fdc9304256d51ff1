/**
 * What was run, on what, and how to run it again.
 */
import type { RecordedInstrument } from "@helix/run-record";
import { countText, hoursText, significant, utcText } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { ORIGIN_WORD } from "./banner.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { table } from "./parts.ts";

export function facts(record: RunRecord): Markup {
  const { run } = record;
  const covers: Content =
    run.covers.length === 0 ? "none named" : run.covers.map((id) => html`<code class="tag">${id}</code> `);
  const entries: [string, Content][] = [
    ["Scenario", html`${run.scenario}`],
    ["Scenario file, SHA-256", html`<code class="hash">${run.scenarioHash}</code>`],
    ["Covers", covers],
    ["Rig", RIG_TEXT[run.rig]],
    ...(run.originBasis === undefined ? [] : [["Origin", run.originBasis] as [string, Content]]),
    ["Twin", html`<code>${run.twin}</code>`],
    ["Seed", html`<code>${run.seed}</code>`],
    ["Batch age", `${hoursText(run.beginS)} h to ${hoursText(run.endS)} h`],
    ["Plant clock", `${utcText(run.inoculation, run.beginS)} to ${utcText(run.inoculation, run.endS)}`],
    ["Began", utcText(run.startedAt, 0)],
    ["Speed", `at most ${significant(run.speed)} plant seconds per second`],
    ["Software", `HELIX ${run.helixVersion}, Node ${run.node}`],
  ];
  return html`<section id="run"><h2>Run</h2>
<dl class="facts">${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<h3>To run it again</h3>
<pre class="copy"><code>${run.replay}</code></pre>
<h3>Instruments</h3>
${table(
  ["Instrument", "Name and id", "Driver", "Other end", "Origin", "Samples|", "Samples by origin"],
  run.instruments.map((instrument) => instrumentRow(instrument, record)),
)}</section>
`;
}

const RIG_TEXT = {
  virtual: "virtual: virtual time, in-memory network, simulators",
  wire: "wire: real time, real sockets, simulators",
  physical: "physical: real time, instruments as helix.toml reaches them",
} as const;

function instrumentRow(instrument: RecordedInstrument, { samples }: RunRecord): Content[] {
  const own = samples.filter((sample) => sample.instrument === instrument.key);
  const byOrigin = Map.groupBy(own, (sample) => sample.origin);
  const origins = [...byOrigin].map(([origin, list]) => `${origin} ${countText(list.length)}`).join(", ");
  return [
    html`<code>${instrument.key}</code>`,
    html`${instrument.displayName}<br/><code>${instrument.instrumentId}</code>`,
    html`<code>${instrument.driver}</code>`,
    instrument.simulator === undefined
      ? "whatever answers at the configured address"
      : html`simulator <code>${instrument.simulator}</code>`,
    html`<span class="origin ${instrument.origin}"><strong>${ORIGIN_WORD[instrument.origin]}</strong></span>`,
    countText(own.length),
    origins === "" ? "none" : origins,
  ];
}
