/** Work against precision as a picture: error across, CPU time up, both logarithmic; SVG, complete in itself. */
import type { PrecisionCurve, WorkPrecision } from "./work-precision.ts";

const [WIDTH, HEIGHT] = [640, 420];
const EDGE = { left: 70, right: 190, top: 40, bottom: 50 };
/** Across, above which every second one is left out: they would touch. */
const MOST_LABELS = 10;
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

export function workPrecisionPicture(boards: readonly WorkPrecision[]): string {
  const solvers = [...new Set(boards.flatMap(({ curves }) => curves.map(({ name }) => name)))];
  const colourOf = (solver: string) => COLOURS[solvers.indexOf(solver) % COLOURS.length] as string;
  const panels = boards.map(
    (board, i) => `<g transform="translate(0 ${i * HEIGHT})">${panel(board, colourOf)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT * boards.length}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join("\n")}
</svg>
`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Whole powers of ten around `values`, from pixel `first` to pixel `last`. */
function powers(values: readonly number[], first: number, last: number): Scale {
  const logs = values.map((value) => Math.log10(value));
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs))];
  const span = Math.max(1, high - low);
  return {
    ticks: Array.from({ length: span + 1 }, (_, i) => low + i),
    at: (value) => first + ((Math.log10(value) - low) / span) * (last - first),
  };
}

/** @param colourOf the same for a solver in every panel */
function panel({ title, curves }: WorkPrecision, colourOf: (solver: string) => string): string {
  const most = Math.max(...curves.map(({ trajectories }) => trajectories));
  const points = curves.flatMap((curve) => shown(curve));
  const x = powers(
    points.map(({ error }) => error),
    EDGE.left,
    WIDTH - EDGE.right,
  );
  const y = powers(
    points.map(({ seconds }) => seconds),
    HEIGHT - EDGE.bottom,
    EDGE.top,
  );
  const vertical = x.ticks.map((tick) => {
    const place = x.at(10 ** tick);
    const label = x.ticks.length <= MOST_LABELS || tick % 2 === 0 ? `1e${tick}` : "";
    return `<path d="M${place} ${EDGE.top}V${HEIGHT - EDGE.bottom}" stroke="#ddd"/><text x="${place}" y="${HEIGHT - EDGE.bottom + 16}" text-anchor="middle">${label}</text>`;
  });
  const horizontal = y.ticks.map((tick) => {
    const place = y.at(10 ** tick);
    return `<path d="M${EDGE.left} ${place}H${WIDTH - EDGE.right}" stroke="#ddd"/><text x="${EDGE.left - 6}" y="${place + 4}" text-anchor="end">1e${tick}</text>`;
  });
  const lines = curves.map((curve, i) => {
    const colour = colourOf(curve.name);
    const places = shown(curve).map(({ error, seconds }) => [x.at(error), y.at(seconds)] as const);
    const dots = places.map(
      ([cx, cy]) => `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3" fill="${colour}"/>`,
    );
    const path = places.map(([px, py]) => `${px.toFixed(1)} ${py.toFixed(1)}`).join("L");
    const label = `<text x="${WIDTH - EDGE.right + 12}" y="${EDGE.top + 14 + 18 * i}" fill="${colour}">${escaped(curve.name + fewer(curve, most))}</text>`;
    return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots.join("")}${label}`;
  });
  return [
    `<text x="${EDGE.left}" y="20" font-size="14">${escaped(title)}</text>`,
    ...vertical,
    ...horizontal,
    ...lines,
    `<text x="${(EDGE.left + WIDTH - EDGE.right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">largest relative error at the end, of ${most} trajectories</text>`,
    `<text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">CPU seconds of one trajectory</text>`,
  ].join("\n");
}

/** The worst of a few is milder than the worst of all. */
const fewer = ({ trajectories }: PrecisionCurve, most: number): string =>
  trajectories < most ? ` (${trajectories} of ${most})` : "";

/** A logarithm has no place for an error of 0. */
const shown = ({ points }: PrecisionCurve) => points.filter(({ error }) => error > 0);

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
