/**
 * Small parts that every section uses: verdict badges, times, tables with a caption.
 */
import type { Verdict } from "@helix/run-record";
import { batchAge } from "../figures.ts";
import { type Content, html, type Markup } from "./markup.ts";

/** Mark and word: a verdict is told by shape and text, colour comes third. */
const VERDICT_LOOK: Readonly<Record<Verdict, { mark: string; word: string }>> = {
  pass: { mark: "✓", word: "Pass" },
  fail: { mark: "✕", word: "Fail" },
  inconclusive: { mark: "?", word: "Inconclusive" },
  invalid: { mark: "!", word: "Invalid" },
  "not-run": { mark: "–", word: "Not run" },
};

export const verdictWord = (verdict: Verdict): string => VERDICT_LOOK[verdict].word;
export const verdictMark = (verdict: Verdict): string => VERDICT_LOOK[verdict].mark;

export const verdictBadge = (verdict: Verdict): Markup =>
  html`<span class="badge ${verdict}"><span aria-hidden="true">${verdictMark(verdict)}</span> ${verdictWord(verdict)}</span>`;

/** `look`: "calm" for what is as it should be, "fail", "inconclusive" or "invalid" for what is not. */
export const badge = (look: "calm" | "fail" | "inconclusive" | "invalid", text: string): Markup =>
  html`<span class="badge ${look}">${text}</span>`;

export const age = (seconds: number): Markup => html`<span class="time">${batchAge(seconds)}</span>`;

/** A name that a narrow column may break between its words. */
export const breakable = (name: string): Markup =>
  html`${name.split(/(?<=_)|(?<=[a-z])(?=[A-Z])/).map((part, i) => (i === 0 ? part : html`<wbr/>${part}`))}`;

/** Rows that a table of events shows; the record holds the rest. */
const MOST_ROWS = 500;

/**
 * @param heads names of the columns; one that ends in "|" is set to the right, for figures
 * @param rows cells, as many as heads
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly Content[])[],
  className = "",
): Markup {
  const isFigure = heads.map((head) => head.endsWith("|"));
  const cell = (content: Content, index: number): Markup =>
    isFigure[index]
      ? html`<td class="figure" data-head="${headText(heads[index])}">${content}</td>`
      : html`<td data-head="${headText(heads[index])}">${content}</td>`;
  const left = rows.length - MOST_ROWS;
  return html`<table class="${className}"><thead><tr>${heads.map((head, i) => html`<th scope="col"${isFigure[i] ? html` class="figure"` : undefined}>${headText(head)}</th>`)}</tr></thead>
<tbody>
${rows.slice(0, MOST_ROWS).map(
  (cells) => html`<tr>${cells.map(cell)}</tr>
`,
)}</tbody></table>
${left > 0 ? html`<p class="note">The first ${MOST_ROWS} of ${rows.length} rows; the run record holds all.</p>` : undefined}`;
}

const headText = (head: string | undefined): string => (head ?? "").replace(/\|$/, "");
