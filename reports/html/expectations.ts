/**
 * What the scenario expects and what came of it, with where to look.
 */
import type { RunRecord } from "../read-record.ts";
import { type Content, html, type Markup } from "./markup.ts";
import { table, verdictBadge } from "./parts.ts";

export function expectations(record: RunRecord): Markup {
  const body =
    record.expectations.length === 0
      ? html`<p>The record holds no expectation.</p>`
      : table(
          ["#|", "Expectation", "Expected", "Actual", "Evidence", "Verdict"],
          record.expectations.map((line) => [
            line.index + 1,
            html`<span class="statement">${line.text}</span>`,
            line.expected,
            line.actual,
            evidence(line.evidence, record),
            html`${verdictBadge(line.verdict)}${line.cause === undefined ? undefined : html`<br/>cause: ${line.cause}`}`,
          ]),
          "wide",
        );
  return html`<section id="expectations"><h2>Expectations</h2>
${body}</section>
`;
}

/** An id of a fault or command becomes a link to it, by the name that it has in this report. */
function evidence(items: readonly string[], { faults, commands }: RunRecord): Content {
  if (items.length === 0) return "none";
  const targets = new Map<string, { href: string; name: string }>([
    ...faults.flatMap(({ id }, i) => entries("fault", id, { href: `#fault-${i + 1}`, name: `fault ${id}` })),
    ...commands.flatMap(({ id }, i) =>
      entries("command", id, { href: `#command-${i + 1}`, name: `command C${i + 1}` }),
    ),
  ]);
  return html`<ul class="evidence">${items.map((item) => {
    const target = targets.get(item);
    return html`<li>${target === undefined ? item : html`<a href="${target.href}">${target.name}</a>`}</li>`;
  })}</ul>`;
}

/** Scenarios name a fault or command by its id alone, or with the word before it. */
const entries = <Target>(word: string, id: string, target: Target): [string, Target][] => [
  [id, target],
  [`${word} ${id}`, target],
];
