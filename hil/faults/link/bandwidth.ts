/** The link carries only so much. */
import type { FaultKind } from "../fault-kind.ts";
import { counted, milliseconds, number } from "../wording.ts";
import { shapeFault, shapeNumbers } from "./link-fault.ts";

export const bandwidth: FaultKind = shapeFault(
  {
    name: "bandwidth",
    effect: "the link carries no more than so many bytes per second, in each direction",
    parameters: {
      rate: { setting: "bytesPerS", measure: "data rate", min: 1, max: 1e9, example: "9600 bit/s" },
    },
    receipt: "bytes that went, and the longest time on the way",
  },
  "bandwidth",
  "bytesPerS",
  1,
  (figures, bytesPerS) =>
    figures.bytes === 0
      ? undefined
      : {
          summary: `${counted(figures.bytes, "byte")} at ${number(bytesPerS)} By/s; a segment took ${milliseconds(figures.longestUs)} at the longest`,
          before: figures.before.bandwidth === 0 ? "unlimited" : `${number(figures.before.bandwidth)} By/s`,
          after: `${number(bytesPerS)} By/s`,
          figures: shapeNumbers(figures),
        },
);
