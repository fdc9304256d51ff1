/**
 * Shows a run while it goes on: on a terminal one line that is redrawn (plant time, pace, latest
 * values) with the events above it; elsewhere the events alone.
 */
import { type CliContext, hang } from "@helix/cli";
import type { SampleLine } from "@helix/run-record";
import { batchAge } from "../expectations/finding.ts";
import type { RunWatch } from "../rigs/run-watch.ts";
import type { Plan } from "../scenario/plan.ts";

export interface Progress extends RunWatch {
  /** Takes the redrawn line away. */
  end(): void;
}

const REDRAW_NS = 100_000_000n;
const BAR_WIDTH = 24;
const TIME_WIDTH = 20;
const WIPE = "\r\x1b[2K";

export function createProgress(plan: Plan, { err, terminal, platform: { clock } }: CliContext): Progress {
  const latest = new Map<string, string>();
  let drawnNs = 0n;
  let isDrawn = false;
  let timeS = plan.beginS;

  // One write each: a terminal never shows half of it.
  const wiped = () => {
    const wipe = isDrawn ? WIPE : "";
    isDrawn = false;
    return wipe;
  };
  const draw = () => {
    const now = clock.monotonicNs();
    if (!terminal.isTty || now - drawnNs < REDRAW_NS) return;
    drawnNs = now;
    err.write(`${wiped()}${progressLine(plan, timeS, latest, terminal.columns)}`);
    isDrawn = true;
  };
  const say = (text: string) => err.write(`${wiped()}${text}\n`);
  const column = TIME_WIDTH + 4;
  const told = (text: string) => (terminal.isTty ? hang(text, terminal.columns, column) : text);
  return {
    stage: (text) => say(`${plan.scenario}: ${text}`),
    time(plantTimeS) {
      timeS = plantTimeS;
      draw();
    },
    sample({ channel, value }: SampleLine) {
      latest.set(channel, value === null ? "-" : `${Number(value.toPrecision(4))}`);
    },
    event: (plantTimeS, text) => say(`  ${batchAge(plantTimeS).padEnd(TIME_WIDTH)}  ${told(text)}`),
    end: () => err.write(wiped()),
  };
}

/** One line, no longer than the terminal is wide. */
export function progressLine(
  plan: Pick<Plan, "beginS" | "endS">,
  timeS: number,
  latest: ReadonlyMap<string, string>,
  columns: number,
): string {
  const share = Math.min(1, Math.max(0, (timeS - plan.beginS) / (plan.endS - plan.beginS)));
  const done = Math.round(share * BAR_WIDTH);
  const bar = `[${"#".repeat(done)}${"-".repeat(BAR_WIDTH - done)}]`;
  const hours = `${(timeS / 3600).toFixed(2)} h`;
  const values = [...latest].map(([channel, value]) => `${channel} ${value}`);
  let line = `${bar} ${hours}`;
  for (const value of values) {
    if (line.length + value.length + 2 >= columns) break;
    line += `  ${value}`;
  }
  return line.slice(0, Math.max(0, columns - 1));
}
