/** `helix twin plot`: one run as a picture, a small panel for every state. */
import { resolve } from "node:path";
import { type CliContext, type CommandOutcome, EXIT } from "@helix/cli";
import type { TwinModel } from "../language/model.ts";
import type { Course } from "./course.ts";
import { shown } from "./table.ts";
import { type RunOptions, runOnce } from "./twin-run.ts";

export async function plotTwin(
  given: string,
  options: RunOptions & { readonly out: string },
  context: CliContext,
): Promise<CommandOutcome> {
  const { given: read, course, reason, method } = await runOnce(given, options, context);
  const path = resolve(context.cwd, options.out);
  await context.platform.disk.writeFile(path, new TextEncoder().encode(picture(read.model, course)), 0o644);
  context.out.write(`${reason}\n${read.model.states.length} panels in ${options.out}\n`);
  const exitCode = course.outcome.failure ? EXIT.fail : EXIT.pass;
  return { exitCode, result: { model: read.model.name, method, reason, out: path, ...course.outcome } };
}

const [WIDTH, HEIGHT, MARGIN, ACROSS] = [280, 150, 26, 3];

/** Self-contained SVG. */
export function picture(model: TwinModel, course: Course): string {
  const down = Math.ceil(model.states.length / ACROSS);
  const panels = model.states.map((state, i) => {
    const values = course.states.map((y) => y[i] as number);
    const title = escaped(`${state.name}, ${state.unit}`);
    return `<g transform="translate(${(i % ACROSS) * WIDTH} ${30 + Math.floor(i / ACROSS) * HEIGHT})">${panel(title, course.times, values)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${ACROSS * WIDTH}" height="${30 + down * HEIGHT}" font-family="sans-serif" font-size="10">
<rect width="100%" height="100%" fill="white"/><text x="${MARGIN}" y="18" font-size="13">${escaped(model.title)}</text>
${panels.join("\n")}
</svg>
`;
}

function panel(title: string, times: readonly number[], values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high > low ? high - low : 1;
  const end = times.at(-1) ?? 1;
  const x = (t: number) => (MARGIN + (t / end) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const y = (v: number) => (HEIGHT - MARGIN - ((v - low) / span) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const line = values.map((value, k) => `${x(times[k] as number)},${y(value)}`).join(" ");
  return (
    `<text x="${MARGIN}" y="16">${title}</text>` +
    `<path d="M${MARGIN} ${MARGIN}V${HEIGHT - MARGIN}H${WIDTH - MARGIN}" fill="none" stroke="#999"/>` +
    `<polyline points="${line}" fill="none" stroke="#1f6fb4" stroke-width="1.5"/>` +
    `<text x="${MARGIN + 3}" y="${MARGIN + 8}" fill="#666">${shown(high)}</text>` +
    `<text x="${MARGIN + 3}" y="${HEIGHT - MARGIN - 4}" fill="#666">${shown(low)}</text>` +
    `<text x="${WIDTH - MARGIN}" y="${HEIGHT - MARGIN + 12}" text-anchor="end" fill="#666">${shown(end)}</text>`
  );
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
