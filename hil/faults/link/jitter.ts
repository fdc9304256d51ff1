/** The time on the way varies. */
import type { FaultKind } from "../fault-kind.ts";
import { counted, milliseconds } from "../wording.ts";
import { shapeFault, shapeNumbers } from "./link-fault.ts";

export const jitter: FaultKind = shapeFault(
  {
    name: "jitter",
    effect: "the time on the way varies by so much, evenly spread, from segment to segment",
    parameters: {
      spread: { setting: "spreadMs", measure: { unit: "ms" }, min: 1, max: 600_000, example: "80 ms" },
    },
    receipt: "segments, shortest and longest time on the way",
  },
  "jitterUs",
  "spreadMs",
  1000,
  (figures) =>
    figures.longestUs === figures.shortestUs
      ? undefined
      : {
          summary: `${counted(figures.segments, figures.piece)} varied by ${milliseconds(figures.longestUs - figures.shortestUs)}`,
          before: `${milliseconds(figures.before.jitterUs)} of jitter`,
          after: `${milliseconds(figures.shortestUs)} to ${milliseconds(figures.longestUs)} on the way`,
          figures: shapeNumbers(figures),
        },
);
