/**
 * What a reader must see first: the verdict, where the values come from, and the run in figures.
 */
import type { RunLine } from "@helix/run-record";
import { countText, durationText } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { html, type Markup } from "./markup.ts";
import { verdictMark, verdictWord } from "./parts.ts";

const CAUSE_TEXT = {
  driver: "the driver",
  device: "the device",
  twin: "the twin",
  bench: "the bench",
  test: "the test itself",
} as const;

export function banner({ run, end }: RunRecord): Markup {
  const cause =
    end.cause === undefined ? undefined : html`<p class="cause">Put down to ${CAUSE_TEXT[end.cause]}</p>`;
  return html`<header>
<p class="kind">HELIX run report</p>
<h1>${run.title}</h1>
<p class="scenario"><code>${run.scenario}</code> on the ${run.rig} rig, seed <code>${run.seed}</code></p>
<div class="verdict ${end.verdict}"><p class="word"><span class="mark" aria-hidden="true">${verdictMark(end.verdict)}</span>${verdictWord(end.verdict)}</p><div><p class="summary">${end.summary}</p>${cause}</div></div>
${originNotice(run)}
</header>
`;
}

/** A simulated value must never be taken for a measured one. */
function originNotice(run: RunLine): Markup {
  const byOrigin = Map.groupBy(run.instruments, (instrument) => instrument.origin);
  const parts = [...byOrigin].map(([origin, instruments]) => {
    const who = instruments.map((instrument) => instrument.key).join(", ");
    return html`<li class="origin ${origin}"><strong>${ORIGIN_WORD[origin]}</strong> ${who}: ${ORIGIN_TEXT[origin]}</li>`;
  });
  return html`<ul class="origins">${parts}</ul>`;
}

export const ORIGIN_WORD = {
  physical: "PHYSICAL",
  simulated: "SIMULATED",
  replayed: "REPLAYED",
  faulted: "FAULTED",
} as const;

const ORIGIN_TEXT = {
  physical: "values measured by a real instrument, if helix.toml leads to one.",
  simulated: "values computed by a simulator. No statement about a real batch can rest on them.",
  replayed: "values replayed from an earlier recording.",
  faulted: "values falsified on purpose.",
} as const;

export function keyFigures(record: RunRecord): Markup {
  const { run, end, expectations, faults, commands, errors, ledger } = record;
  const met = expectations.filter((expectation) => expectation.verdict === "pass").length;
  const withReceipt = faults.filter((fault) => fault.receipt !== undefined).length;
  const acknowledged = commands.filter((command) => command.outcome === "acknowledged").length;
  const figures: [name: string, value: string, isAbnormal: boolean][] = [
    ["expectations met", `${met} of ${expectations.length}`, met < expectations.length],
    ["faults with receipt", `${withReceipt} of ${faults.length}`, withReceipt < faults.length],
    ["commands acknowledged", `${acknowledged} of ${commands.length}`, acknowledged < commands.length],
    ["frames", countText(end.frames), false],
    ["gaps recorded", countText(end.gaps), end.gaps > 0],
    ["drops", countText(end.drops), end.drops > 0],
    ["errors", countText(errors.length), errors.length > 0],
    ["ledger", ledger?.verdict ?? "none", ledger?.verdict !== "CLEAN"],
    ["plant time", durationText(run.endS - run.beginS), false],
    ["took", durationText(end.wallSeconds), false],
  ];
  return html`<dl class="keyfigures">${figures.map(
    ([name, value, isAbnormal]) =>
      html`<div${isAbnormal ? html` class="abnormal"` : undefined}><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>
`;
}
