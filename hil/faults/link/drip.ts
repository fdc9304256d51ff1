/** Bytes come one by one: whoever takes a read for a message is found out. */
import type { FaultKind } from "../fault-kind.ts";
import { counted, milliseconds } from "../wording.ts";
import { shapeFault, shapeNumbers } from "./link-fault.ts";

export const drip: FaultKind = shapeFault(
  {
    name: "drip",
    effect: "bytes arrive one by one, so far apart",
    parameters: {
      gap: { setting: "gapMs", measure: { unit: "ms" }, min: 1, max: 10_000_000, example: "2 ms" },
    },
    receipt: "bytes that came alone",
  },
  "dripUs",
  "gapMs",
  1000,
  (figures, gapUs) =>
    figures.bytes === 0
      ? undefined
      : {
          summary: `${counted(figures.bytes, "byte")} came one by one, ${milliseconds(gapUs)} apart`,
          before: "whole segments",
          after: `${counted(figures.segments, "segment")} of one byte`,
          figures: shapeNumbers(figures),
        },
);
