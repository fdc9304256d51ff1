/**
 * The faults that the scenario injects, each with the proof that it took place.
 */
import type { FaultLine, FaultReceipt } from "@helix/run-record";
import { batchAge, durationText, fixed, significant } from "../figures.ts";
import type { RunRecord } from "../read-record.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { badge } from "./parts.ts";

export function faults(record: RunRecord): Markup {
  const body =
    record.faults.length === 0
      ? html`<p>The scenario injects no fault.</p>`
      : html`${record.faults.map(faultCard)}`;
  return html`<section id="faults"><h2>Faults</h2>
${body}</section>
`;
}

function faultCard(fault: FaultLine, index: number): Markup {
  const { receipt } = fault;
  const parameters = Object.entries(fault.parameters).map(([name, value]) => `${name} ${value}`);
  return html`<article class="fault" id="fault-${index + 1}"><h3><span class="swatch" aria-hidden="true">▨</span> ${fault.id}: ${fault.inject} on <code>${fault.on}</code> ${receipt ? badge("calm", "Receipt") : badge("invalid", "! No receipt")}</h3>
<p class="when">${batchAge(fault.beginS)} to ${batchAge(fault.endS)}, for ${durationText(fault.endS - fault.beginS)}${parameters.length === 0 ? "" : `; ${parameters.join(", ")}`}</p>
${receipt ? receiptText(receipt) : html`<p class="abnormal">The fault was armed and left no trace. What it was to prove is not proven.</p>`}</article>
`;
}

function receiptText(receipt: FaultReceipt): Markup {
  const entries: [string, Content][] = [
    ["What was touched", receipt.summary],
    ["Before", receipt.before],
    ["After", receipt.after],
    ["The driver saw", receipt.driverSaw ?? "nothing"],
  ];
  const figures = Object.entries(receipt.figures);
  return html`<dl class="facts">${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}${
    figures.length === 0
      ? undefined
      : html`<dt>Figures</dt><dd><dl class="figures">${figures.map(([name, value]) => html`<dt>${spaced(name)}</dt><dd>${figureText(value)}</dd>`)}</dl></dd>`
  }</dl>`;
}

/** "connectionsRefused" reads as "connections refused". */
const spaced = (name: string): string =>
  name.replace(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );

const figureText = (value: number): string =>
  Number.isSafeInteger(value) ? fixed(value, 0) : significant(value, 5);
