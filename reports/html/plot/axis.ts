/**
 * The strips above and below a block of plots: labels of faults and commands above; below, batch
 * age in hours and the same instant by the clock (UTC).
 */
import { fixed, hoursText, utcText } from "../../figures.ts";
import { html, type Markup, nothing } from "../markup.ts";
import { axisTicks, isShown, stretch, type TimeFrame } from "./overlays.ts";
import { coordinate, FRAME } from "./scale.ts";

const LABEL_ROW = 15;
/** Width of a letter of a label on paper, where it is set largest, drawing units; or labels would overlap. */
const LETTER = 9;

/** Labels that would overlap are put on further rows. */
export function labelStrip(frame: TimeFrame): Markup {
  const labels = [...faultLabels(frame), ...commandLabels(frame)].toSorted((a, b) => a.x - b.x);
  if (labels.length === 0) return nothing;
  const rowEnds: number[] = [];
  const drawn = labels.map(({ x, text, className, mark }) => {
    const width = (text.length + 2) * LETTER;
    const begin = Math.min(x, FRAME.width - width);
    let row = rowEnds.findIndex((end) => end < begin);
    if (row < 0) row = rowEnds.length;
    rowEnds[row] = begin + width;
    const y = row * LABEL_ROW + 11;
    return html`<text class="${className}" x="${coordinate(begin)}" y="${y}">${mark} ${text}</text>`;
  });
  const height = rowEnds.length * LABEL_ROW + 3;
  return html`<svg class="strip" viewBox="0 0 ${FRAME.width} ${height}" aria-hidden="true">${drawn}</svg>`;
}

interface Label {
  readonly x: number;
  readonly text: string;
  readonly className: string;
  readonly mark: string;
}

const LONGEST_LABEL = 28;
const short = (text: string): string =>
  text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL)}…` : text;

function faultLabels(frame: TimeFrame): Label[] {
  return frame.faults.flatMap((fault) => {
    const band = stretch(frame.time, fault.beginS, fault.endS, 3);
    return band ? { x: band.x, text: `fault ${short(fault.id)}`, className: "faultlabel", mark: "▨" } : [];
  });
}

function commandLabels(frame: TimeFrame): Label[] {
  return frame.commands.flatMap((command, index) => {
    if (!isShown(frame, command.t)) return [];
    const text = `C${index + 1}${OUTCOME_NOTE[command.outcome]}`;
    return { x: frame.time.at(command.t) - 4, text, className: "commandlabel", mark: "▾" };
  });
}

const OUTCOME_NOTE = { acknowledged: "", rejected: " rejected", unknown: " unknown" } as const;

/** @param inoculation ISO 8601 UTC, batch age 0 */
export function timeAxis(frame: TimeFrame, inoculation: string): Markup {
  const ticks = axisTicks(frame);
  const isWholeHours = ticks.every((t) => t % 3600 === 0);
  const marks = ticks.map((t) => {
    const x = coordinate(frame.time.at(t));
    const hours = isWholeHours ? fixed(t / 3600, 0) : hoursText(t);
    return html`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="4"/><text class="hour" x="${x}" y="16">${hours} h</text><text class="clock" x="${x}" y="30">${utcText(inoculation, t).slice(11, 16)}</text>`;
  });
  const { left, right, width } = FRAME;
  return html`<svg class="strip" viewBox="0 0 ${width} 34" aria-hidden="true"><line class="tick" x1="${left}" x2="${right}" y1="0.5" y2="0.5"/>${marks}<text class="axisname" x="0" y="16">age</text><text class="axisname" x="0" y="30">UTC</text></svg>`;
}
