/** Bits turn on the way, past TCP's checksum. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { shapeFault, shapeNumbers } from "./link-fault.ts";

const hex = (byte: number) => `0x${byte.toString(16).padStart(2, "0")}`;

export const corruptBytes: FaultKind = shapeFault(
  {
    name: "corrupt-bytes",
    effect:
      "a share of the segments, on a serial cable of the bytes, arrives with one bit turned, past TCP's checksum as behind bad hardware; on rig physical only what comes from the instrument",
    parameters: {
      share: { setting: "chance", measure: { unit: "1" }, min: 0.0001, max: 1, example: "2 %" },
    },
    // Over a protocol without a checksum a turned bit is another value.
    falsifies: "instrument",
    receipt: "segments or bytes changed, and the first changed byte before and after",
  },
  "corruption",
  "chance",
  1,
  (figures) => {
    const { firstCorrupted: first } = figures;
    if (first === undefined) return undefined;
    return {
      summary: `one bit turned in ${counted(figures.corrupted, figures.piece)} of ${figures.segments}`,
      before: `${hex(first.before)} at byte ${first.at}`,
      after: `${hex(first.after)} at byte ${first.at}`,
      figures: shapeNumbers(figures),
    };
  },
);
