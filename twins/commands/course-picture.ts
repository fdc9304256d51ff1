/** One run as a picture (SVG, complete in itself): a small panel for every state, with its scale, unit and meaning. */
import type { State, TwinModel } from "../language/model.ts";
import { unitText } from "../whatif/figures.ts";
import { type Axis, roundAxis, timeAxis } from "../whatif/page/axis.ts";
import { escaped, px } from "../whatif/page/markup.ts";
import type { Course } from "./course.ts";

const ACROSS = 3;
const [WIDTH, HEIGHT, HEAD] = [300, 176, 44];
const [LEFT, RIGHT, ABOVE, BELOW] = [58, 18, 30, 26];
/** Of a state's size: what changes by less stands still, and is not drawn as if it moved. */
const STILL = 1e-6;

/** @param remark what was run, under the title */
export function coursePicture(model: TwinModel, course: Course, remark: string): string {
  const down = Math.ceil(model.states.length / ACROSS);
  const panels = model.states.map((state, i) => {
    const [x, y] = [(i % ACROSS) * WIDTH, HEAD + Math.floor(i / ACROSS) * HEIGHT];
    const values = course.states.map((at) => at[i] as number);
    return `<g transform="translate(${x} ${y})">${panel(model, state, course, values)}</g>`;
  });
  const [width, height] = [ACROSS * WIDTH, HEAD + down * HEIGHT + 6];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="10" fill="#444">
<rect width="100%" height="100%" fill="#fff"/><text x="16" y="20" font-size="14" fill="#111">${escaped(model.title)}</text>
<text x="16" y="36">${escaped([remark, ...eventsText(course, model)].join("; "))}</text>
${panels.join("\n")}
</svg>
`;
}

function eventsText({ outcome }: Course, { time }: TwinModel): string[] {
  const told = outcome.events.map(
    ({ name, time: at }) => `${name} at ${Number(at.toPrecision(4))} ${time.unit}`,
  );
  return told.length === 0 ? [] : [`dashed: ${told.join(", ")}`];
}

function panel(model: TwinModel, state: State, course: Course, values: readonly number[]): string {
  const { times } = course;
  const [low, high] = extent(values);
  const vertical = roundAxis(low, high, 4);
  const across = timeAxis(times[0] ?? 0, times.at(-1) ?? 1, model.time.unit);
  const x = (time: number) => px(LEFT + across.at(time) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => px(HEIGHT - BELOW - vertical.at(value) * (HEIGHT - ABOVE - BELOW));
  const power = powerOf(vertical);
  const unit = unitText(power === 0 ? state.unit : `10*${power}${state.unit === "1" ? "" : state.unit}`);
  const meaning = [state.text, unit].filter(Boolean).join(", ");
  const yTicks = vertical.ticks.map(
    (tick) =>
      `<path d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}" stroke="#e3e6e9"/><text x="${LEFT - 5}" y="${y(tick)}" dy=".35em" text-anchor="end">${tickText(tick / 10 ** power)}</text>`,
  );
  const xTicks = across.ticks.map((tick, i) => {
    const last = i === across.ticks.length - 1 ? ` ${across.unit}` : "";
    return `<path d="M${x(tick)} ${HEIGHT - BELOW}v4" stroke="#888"/><text x="${x(tick)}" y="${HEIGHT - BELOW + 15}" text-anchor="middle">${tickText(tick / across.scale)}${escaped(last)}</text>`;
  });
  const events = course.outcome.events.map(
    ({ time }) => `<path d="M${x(time)} ${ABOVE}V${HEIGHT - BELOW}" stroke="#999" stroke-dasharray="3 3"/>`,
  );
  const line = values.map((value, k) => `${x(times[k] as number)},${y(value)}`).join(" ");
  return [
    `<text x="16" y="20"><tspan font-weight="bold" fill="#111">${escaped(state.name)}</tspan> ${escaped(meaning)}</text>`,
    ...yTicks,
    ...events,
    `<path d="M${LEFT} ${HEIGHT - BELOW}H${WIDTH - RIGHT}" stroke="#888"/>`,
    ...xTicks,
    `<polyline points="${line}" fill="none" stroke="#0060a0" stroke-width="1.5" stroke-linejoin="round"/>`,
  ].join("");
}

function extent(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const middle = (low + high) / 2;
  return high - low <= STILL * Math.abs(middle) ? [middle, middle] : [low, high];
}

/** Power of ten in front of the unit, where the numbers would be too long: a multiple of 3. */
function powerOf({ low, high }: Axis): number {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const power = size === 0 ? 0 : Math.floor(Math.log10(size * (1 + 1e-12)));
  return power >= 5 || power < -3 ? 3 * Math.floor(power / 3) : 0;
}

const tickText = (value: number): string => String(Number(value.toPrecision(9))).replace("-", "\u2212");
