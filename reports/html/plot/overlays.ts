/**
 * What lies over and under every plot alike: hours, fault bands, command lines. Each is drawn at
 * least a few units wide, or a cut of 20 s would vanish in a picture of 12 h.
 */
import type { CommandLine, FaultLine } from "@helix/run-record";
import { batchAge } from "../../figures.ts";
import { html, type Markup } from "../markup.ts";
import { coordinate, FRAME, type Scale, timeTicks } from "./scale.ts";

/** A report's faults, commands and time axis, as every plot of it shows them. */
export interface TimeFrame {
  readonly time: Scale;
  readonly faults: readonly FaultLine[];
  readonly commands: readonly CommandLine[];
}

/** Hours written along the axis, at most. */
const MOST_TICKS = 13;
export const axisTicks = ({ time }: TimeFrame): number[] => timeTicks(time.from, time.to, MOST_TICKS);

/** Left edge and width of a stretch of time, clipped to the plot and at least `least` units wide. */
export function stretch(
  time: Scale,
  fromS: number,
  toS: number,
  least: number,
): { x: number; width: number } | undefined {
  const left = Math.max(FRAME.left, time.at(fromS));
  const right = Math.min(FRAME.right, time.at(toS));
  if (right < FRAME.left || left > FRAME.right) return undefined;
  if (right - left >= least) return { x: left, width: right - left };
  const middle = Math.min(Math.max((left + right) / 2, FRAME.left + least / 2), FRAME.right - least / 2);
  return { x: middle - least / 2, width: least };
}

/** @param target name of what the plot shows ("brx-07.dissolved_oxygen"); a fault on it is drawn stronger */
export function faultBands(frame: TimeFrame, height: number, target: string | undefined): Markup[] {
  return frame.faults.flatMap((fault) => {
    const band = stretch(frame.time, fault.beginS, fault.endS, 3);
    if (!band) return [];
    const isTarget = fault.on === target;
    return html`<rect class="fault${isTarget ? " on" : ""}" x="${coordinate(band.x)}" y="0" width="${coordinate(band.width)}" height="${height}"><title>fault ${fault.id}: ${fault.inject} on ${fault.on}, ${batchAge(fault.beginS)} to ${batchAge(fault.endS)}</title></rect>`;
  });
}

export function commandLines(frame: TimeFrame, height: number, target: string | undefined): Markup[] {
  return frame.commands.flatMap((command, index) => {
    if (!isShown(frame, command.t)) return [];
    const x = coordinate(frame.time.at(command.t));
    const isTarget = `${command.instrument}.${command.channel ?? ""}` === target;
    return html`<line class="command${isTarget ? " on" : ""}" x1="${x}" x2="${x}" y1="0" y2="${height}"><title>command ${index + 1}: ${command.description}, ${batchAge(command.t)}, ${command.outcome}</title></line>`;
  });
}

/** An instrument's clock may put a command a little outside of the run. */
export const isShown = ({ time }: TimeFrame, t: number): boolean => t >= time.from && t <= time.to;

export function hourLines(frame: TimeFrame, height: number): Markup[] {
  return axisTicks(frame).map((t) => {
    const x = coordinate(frame.time.at(t));
    return html`<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${height}"/>`;
  });
}
