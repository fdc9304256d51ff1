/** What matters most, as bars: the share alone, the share with interactions, and the latter's 95 % interval. */
import { percent } from "../figures.ts";
import type { Cause, RankedQuantity } from "../ranking.ts";
import { escaped, px, table } from "./markup.ts";

const [WIDTH, LEFT, RIGHT, ROW, BAR, ABOVE] = [720, 130, 150, 26, 14, 4];
const MOST_BARS = 12;
/** Shares below it are told apart from nothing only by many more runs. */
const SMALL = 0.005;

export function rankingChart(causes: readonly Cause[]): string {
  const shown = causes.filter((cause, i) => i < 3 || cause.total.value >= SMALL).slice(0, MOST_BARS);
  const largest = Math.max(1e-9, ...shown.map(({ total }) => Math.max(total.value, total.high)));
  const scale = Math.max(0.2, Math.min(1, Math.ceil(largest * 10) / 10));
  const x = (share: number) =>
    px(LEFT + (Math.min(Math.max(share, 0), scale) / scale) * (WIDTH - LEFT - RIGHT));
  const bars = shown.map(({ label, first, total }, i) => {
    const top = ABOVE + i * ROW;
    const middle = px(top + BAR / 2);
    const width = (share: number) => px(Number(x(share)) - LEFT);
    return `<text class="ink" x="${LEFT - 10}" y="${middle}" dy=".35em" text-anchor="end">${escaped(label)}</text><rect x="${LEFT}" y="${top}" width="${width(total.value)}" height="${BAR}" fill="var(--s0)" opacity=".32"/><rect x="${LEFT}" y="${top}" width="${width(first.value)}" height="${BAR}" fill="var(--s0)"/><path d="M${x(total.low)} ${middle}H${x(total.high)}m0 -4v8M${x(total.low)} ${px(top + BAR / 2 - 4)}v8" stroke="var(--ink)" fill="none"/><text x="${px(Number(x(Math.max(first.value, total.value, total.high))) + 8)}" y="${middle}" dy=".35em">${percent(Math.max(0, total.value))}, alone ${percent(Math.max(0, first.value))}</text>`;
  });
  const height = ABOVE + shown.length * ROW;
  return `<figure class="wide"><svg viewBox="0 0 ${WIDTH} ${height}" role="img"><title>${escaped(shown.map((cause) => `${cause.label} ${percent(Math.max(0, cause.total.value))}`).join(", "))}</title><path class="axis" d="M${LEFT} 0V${height}"/>${bars.join("\n")}</svg></figure>`;
}

/** Total shares of every quantity as a table, darker where they are larger. */
export function rankingTable(quantities: readonly RankedQuantity[], target: string): string {
  const varying = quantities.filter((quantity) => quantity.causes);
  const lead = varying.find(({ quantity }) => quantity === target) ?? varying[0];
  if (!lead?.causes) return "";
  const weight = (label: string) =>
    Math.max(
      ...varying.map(({ causes }) => causes?.find((cause) => cause.label === label)?.total.value ?? 0),
    );
  const labels = lead.causes.map(({ label }) => label).filter((label) => weight(label) >= 0.05);
  const cell = (share: number) => {
    const depth = Math.round(Math.min(1, Math.max(0, share)) * 75);
    const ink = depth > 45 ? ";color:var(--paper)" : "";
    return `<span style="display:block;margin:-5px -8px;padding:5px 8px;background:color-mix(in srgb,var(--s0) ${depth}%,var(--paper))${ink}">${share < SMALL ? "\u00b7" : Math.min(100, Math.round(100 * share))}</span>`;
  };
  const rows = labels.map((label) => [
    escaped(label),
    ...varying.map(({ causes }) => cell(causes?.find((cause) => cause.label === label)?.total.value ?? 0)),
  ]);
  return table(["% with interactions", ...varying.map(({ quantity }) => escaped(quantity))], rows, "shares");
}
