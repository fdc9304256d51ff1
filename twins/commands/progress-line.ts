/** One line that a person watches: how much is done, how fast, and how long it will take. */
import type { CliContext } from "@helix/cli";
import type { Progress } from "../ensemble/ensemble.ts";
import { figure } from "../whatif/figures.ts";
import type { SearchProgress } from "../whatif/optimise.ts";
import type { Step } from "../whatif/what-if.ts";

export interface ProgressLine {
  show(step: Step, progress: Progress | SearchProgress): void;
  clear(): void;
}

/** `now` in ns. Nothing is written where nobody watches. */
export function whatIfProgress(context: CliContext, now: () => bigint): ProgressLine {
  if (!context.terminal.isTty || context.json) return { show: () => undefined, clear: () => undefined };
  let step: Step | undefined;
  let began = 0n;
  return {
    show: (current, progress) => {
      if (current !== step) began = now();
      step = current;
      const seconds = Math.max(1e-3, Number(now() - began) / 1e9);
      context.err.write(
        `\r${"done" in progress ? ensembleText(current, progress, seconds) : searchText(progress)}\u001B[K`,
      );
    },
    clear: () => context.err.write("\r\u001B[K"),
  };
}

function ensembleText(step: Step, { done, runs, failed }: Progress, seconds: number): string {
  const left = ((runs - done) * seconds) / Math.max(1, done);
  const trouble = failed > 0 ? `, ${failed} failed` : "";
  const what = step === "ranking" ? "ranking: " : "";
  return `${what}${done} of ${runs}${trouble}, ${Math.round(done / seconds)} a second, ${left.toFixed(0)} s left`;
}

function searchText({ search, searches, generation, generations, best }: SearchProgress): string {
  const found = Number.isNaN(best) ? "nothing within the limits yet" : `best mean ${figure(best)}`;
  return `search ${search + 1} of ${searches}: generation ${generation} of at most ${generations}, ${found}`;
}
