/** One line that a person watches: how much is done, how fast, and how long it will take. */
import type { CliContext } from "@helix/cli";
import type { Progress } from "../ensemble/ensemble.ts";

/** `elapsed` in ns. Nothing is written where nobody watches. */
export function progressLine(
  context: CliContext,
  elapsed: () => bigint,
): { show: (progress: Progress) => void; clear: () => void } {
  if (!context.terminal.isTty || context.json) return { show: () => undefined, clear: () => undefined };
  return {
    show: ({ done, runs, failed }) => {
      const seconds = Math.max(1e-3, Number(elapsed()) / 1e9);
      const left = ((runs - done) * seconds) / Math.max(1, done);
      const trouble = failed > 0 ? `, ${failed} failed` : "";
      context.err.write(
        `\r${done} of ${runs}${trouble}, ${Math.round(done / seconds)} a second, ${left.toFixed(0)} s left\u001B[K`,
      );
    },
    clear: () => context.err.write("\r\u001B[K"),
  };
}
