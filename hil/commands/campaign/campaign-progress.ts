/** Shows how far a campaign is: on a terminal one line that is redrawn; failures as they come. */

import type { Terminal, Writer } from "@helix/cli";
import type { Clock } from "@helix/hal";
import type { JobLine } from "../../campaign/job.ts";

export interface CampaignProgress {
  done(line: JobLine): void;
  /** Takes the redrawn line away. */
  end(): void;
}

export interface ProgressOptions {
  /** Jobs in all, and those that were done before. */
  readonly total: number;
  readonly before: number;
  readonly clock: Clock;
  readonly err: Writer;
  readonly terminal: Terminal;
}

/** Reports of a whole campaign where no terminal is. */
const REPORTS = 10;

export function createCampaignProgress(options: ProgressOptions): CampaignProgress {
  const { total, before, clock, err, terminal } = options;
  const startNs = clock.monotonicNs();
  let done = before;
  let failures = 0;
  let isDrawn = false;
  const wipe = () => {
    if (isDrawn) err.write("\r\x1b[2K");
    isDrawn = false;
  };
  return {
    done(line) {
      done += 1;
      wipe();
      if (line.verdict !== "pass") {
        failures += 1;
        err.write(`  ${line.verdict.toUpperCase()}  ${line.id}: ${line.summary}\n`);
      }
      const elapsedS = Number(clock.monotonicNs() - startNs) / 1e9;
      const text = progressText({ done, total, failures, ranHere: done - before, elapsedS });
      isDrawn = terminal.isTty;
      if (isDrawn) err.write(text.slice(0, Math.max(0, terminal.columns - 1)));
      else if (done === total || isReportDue(done, total)) err.write(`  ${text}\n`);
    },
    end: wipe,
  };
}

const isReportDue = (done: number, total: number) =>
  Math.floor((done * REPORTS) / total) > Math.floor(((done - 1) * REPORTS) / total);

export interface CampaignState {
  readonly done: number;
  readonly total: number;
  readonly failures: number;
  /** Runs that `elapsedS` were spent on. */
  readonly ranHere: number;
  readonly elapsedS: number;
}

/** `12 of 40, 3.1 a minute, 9 min left, 2 failures` */
export function progressText({ done, total, failures, ranHere, elapsedS }: CampaignState): string {
  const perMinute = elapsedS > 0 ? (60 * ranHere) / elapsedS : 0;
  const left = perMinute > 0 ? `, ${timeLeft(((total - done) / perMinute) * 60)} left` : "";
  const failed = failures === 1 ? "1 failure" : `${failures} failures`;
  return `${done} of ${total}, ${perMinute.toFixed(1)} a minute${left}, ${failed}`;
}

function timeLeft(s: number): string {
  if (s < 90) return `${Math.round(s)} s`;
  return s < 5400 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}
