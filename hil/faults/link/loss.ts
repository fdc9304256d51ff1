/** Segments are lost; TCP repairs it, and what was lost comes late. */
import type { FaultKind } from "../fault-kind.ts";
import { counted, milliseconds } from "../wording.ts";
import { shapeFault, shapeNumbers } from "./link-fault.ts";

export const loss: FaultKind = shapeFault(
  {
    name: "loss",
    effect:
      "a share of the segments is lost; TCP sends them again after 0.2 s, 0.4 s and so on, so they come late; on a serial cable a share of the bytes is lost for good",
    parameters: {
      share: { setting: "chance", measure: { unit: "1" }, min: 0.0001, max: 0.9, example: "5 %" },
    },
    receipt: "segments or bytes lost, and the longest time that repairing one took",
  },
  "loss",
  "chance",
  1,
  (figures) =>
    figures.losses === 0
      ? undefined
      : figures.piece === "byte"
        ? {
            summary: `${counted(figures.losses, "byte")} lost of ${figures.segments}`,
            before: "none lost",
            after: `${figures.losses} lost`,
            figures: shapeNumbers(figures),
          }
        : {
            summary: `${counted(figures.losses, "segment")} lost of ${figures.segments}, and sent again`,
            before: "none lost",
            after: `${figures.losses} lost; ${milliseconds(figures.longestUs)} on the way at the longest`,
            figures: shapeNumbers(figures),
          },
);
