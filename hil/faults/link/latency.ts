/** Everything takes longer on the way. */
import type { FaultKind } from "../fault-kind.ts";
import { counted, milliseconds } from "../wording.ts";
import { shapeFault, shapeNumbers } from "./link-fault.ts";

export const latency: FaultKind = shapeFault(
  {
    name: "latency",
    effect:
      "every segment takes so long on the way, in each direction; on a serial cable beside the time of its bytes",
    parameters: {
      delay: { setting: "delayMs", measure: { unit: "ms" }, min: 1, max: 600_000, example: "250 ms" },
    },
    receipt: "segments delayed, shortest and longest time on the way",
  },
  "latencyUs",
  "delayMs",
  1000,
  (figures, delayUs) =>
    figures.shortestUs < delayUs
      ? undefined
      : {
          summary: `${counted(figures.segments, figures.piece)} took ${milliseconds(figures.shortestUs)} or longer`,
          before: `${milliseconds(figures.before.latencyUs)} on the way`,
          after: `${milliseconds(figures.shortestUs)} to ${milliseconds(figures.longestUs)} on the way`,
          figures: shapeNumbers(figures),
        },
);
