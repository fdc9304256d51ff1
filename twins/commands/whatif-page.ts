/** The answer of `helix whatif` as one self-contained page: a panel of bands for every state, and the table of the end. */
import { type EnsembleResult, QUANTILES } from "../ensemble/ensemble.ts";
import type { TwinModel } from "../language/model.ts";
import { shown } from "./table.ts";

const [WIDTH, HEIGHT, LEFT, BELOW] = [340, 190, 46, 22];

/** @param told what was varied, which engine ran: one sentence each */
export function whatIfPage(model: TwinModel, result: EnsembleResult, told: readonly string[]): string {
  const panels = model.states.map((state) =>
    panel(`${state.name}, ${state.unit}`, state.text, result.bands[state.name] ?? []),
  );
  const head = ["", "unit", ...QUANTILES.map((q) => `${100 * q} %`)]
    .map((cell) => `<th>${cell}</th>`)
    .join("");
  const rows = model.states.map((state) => {
    const end = (result.bands[state.name] ?? []).at(-1)?.quantiles ?? [];
    const cells = [state.name, state.unit].map(escaped).concat(end.map(shown));
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const partial = result.complete
    ? ""
    : `<p class="partial">Partial: stopped after ${result.finished + result.failedCount} of ${result.runs} runs.</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(model.title)}</title>
<style>body{font:14px system-ui,sans-serif;margin:2em;color:#222}td,th{padding:.2em .8em;text-align:right}td:first-child,th:first-child{text-align:left}
figure{display:inline-block;margin:0 1em 1em 0}.partial{color:#a00;font-weight:bold}</style></head>
<body><h1>${escaped(model.title)}</h1>
${partial}<ul>${told.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>
${panels.join("\n")}
<h2>At the end</h2><table><tr>${head}</tr>${rows.join("\n")}</table>
<p>Dark band: 25 to 75 %; light band: 5 to 95 %; line: median. ${result.finished} runs, ${result.failedCount} failed.</p>
</body></html>
`;
}

type Bands = EnsembleResult["bands"][string];

function panel(title: string, text: string, bands: Bands): string {
  const values = bands.flatMap((band) => band.quantiles);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high > low ? high - low : 1;
  const [start, end] = [bands[0]?.time ?? 0, bands.at(-1)?.time ?? 1];
  const x = (t: number) => (LEFT + ((t - start) / (end - start)) * (WIDTH - LEFT - 8)).toFixed(1);
  const y = (v: number) => (HEIGHT - BELOW - ((v - low) / span) * (HEIGHT - BELOW - 8)).toFixed(1);
  const along = (quantile: number, list: Bands) =>
    list.map((band) => `${x(band.time)},${y(band.quantiles[quantile] ?? Number.NaN)}`);
  const area = (lower: number, upper: number) =>
    [...along(lower, bands), ...along(upper, bands.toReversed())].join(" ");
  return `<figure><figcaption><b>${escaped(title)}</b> ${escaped(text)}</figcaption>
<svg width="${WIDTH}" height="${HEIGHT}" font-size="10"><polygon points="${area(0, 4)}" fill="#cfe2f3"/><polygon points="${area(1, 3)}" fill="#8ab8de"/>
<polyline points="${along(2, bands).join(" ")}" fill="none" stroke="#0b4f8a" stroke-width="1.5"/>
<path d="M${LEFT} 8V${HEIGHT - BELOW}H${WIDTH - 8}" fill="none" stroke="#888"/>
<text x="${LEFT - 4}" y="14" text-anchor="end">${shown(high)}</text><text x="${LEFT - 4}" y="${HEIGHT - BELOW}" text-anchor="end">${shown(low)}</text>
<text x="${WIDTH - 8}" y="${HEIGHT - 8}" text-anchor="end">${shown(end)}</text></svg></figure>`;
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
