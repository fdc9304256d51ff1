/**
 * An instrument's status over the run as a strip of states: thin and grey while it streams, tall
 * and named where it does not.
 */
import type { StatusLine } from "@helix/run-record";
import { batchAge, durationText } from "../../figures.ts";
import { html, type Markup } from "../markup.ts";
import { commandLines, faultBands, hourLines, stretch, type TimeFrame } from "./overlays.ts";
import { coordinate, FRAME } from "./scale.ts";

const HEIGHT = 40;
/** The state in which an instrument does its work. */
const NORMAL = "Streaming";

/** @param statuses of one instrument, in order */
export function statusRow(statuses: readonly StatusLine[], frame: TimeFrame): Markup {
  const stays = statuses
    .map((status, index) => ({ status, endS: statuses[index + 1]?.t ?? frame.time.to }))
    .filter(({ status, endS }) => endS >= frame.time.from && status.t <= frame.time.to);
  // Those that call for attention are drawn last: at the least width they would vanish under the others.
  const drawn = stays
    .toSorted((a, b) => Number(b.status.status === NORMAL) - Number(a.status.status === NORMAL))
    .map(({ status, endS }) => stay(status, endS, frame));
  const elsewhereS = stays
    .filter(({ status }) => status.status !== NORMAL)
    .reduce((sum, { status, endS }) => sum + (endS - Math.max(status.t, frame.time.from)), 0);
  const away =
    statuses.length === 0
      ? html`<p class="abnormal">not recorded</p>`
      : elsewhereS > 0
        ? html`<p class="abnormal">${durationText(elsewhereS)} not ${NORMAL}</p>`
        : undefined;
  const changes = `${stays.length} states; ${durationText(elsewhereS)} not ${NORMAL}.`;
  return html`<div class="row status"><div class="channel"><h4>status</h4>${away}</div><div class="plot"><svg class="trend" viewBox="0 0 ${FRAME.width} ${HEIGHT}" role="img"><title>Status of the instrument</title><desc>${changes}</desc>${faultBands(frame, HEIGHT, undefined)}${hourLines(frame, HEIGHT)}${drawn}${commandLines(frame, HEIGHT, undefined)}<line class="hair" x1="0" x2="0" y1="0" y2="${HEIGHT}"/></svg></div></div>
`;
}

/** No data can come in these. */
const CUT_OFF: ReadonlySet<string> = new Set(["Disconnected", "FaultIsolated", "Uninitialized"]);
/** Width of a letter of a state's name on paper, where it is set largest, drawing units. */
const LETTER = 9;

function stay({ t, status, reason }: StatusLine, endS: number, frame: TimeFrame): Markup | undefined {
  const place = stretch(frame.time, t, endS, 3);
  if (!place) return undefined;
  const look = status === NORMAL ? "normal" : CUT_OFF.has(status) ? "off" : "away";
  const [y, height, baseline] = look === "normal" ? [17, 8, 13] : [7, 26, 24];
  const label =
    place.width > (status.length + 1) * LETTER
      ? html`<text class="state ${look}" x="${coordinate(place.x + 5)}" y="${baseline}">${status}</text>`
      : undefined;
  const title = `${status}, ${batchAge(t)} to ${batchAge(endS)}${reason === undefined ? "" : `: ${reason}`}`;
  return html`<g><title>${title}</title><rect class="stay ${look}" x="${coordinate(place.x)}" y="${y}" width="${coordinate(place.width)}" height="${height}"/>${label}</g>`;
}
