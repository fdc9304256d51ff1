/** A line that is held at space, as by a device that starts or has died. */
import type { FaultKind } from "../fault-kind.ts";
import { partOf } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { cableFault } from "./cable-fault.ts";

export const lineBreak: FaultKind = cableFault(
  {
    name: "break",
    effect: "the instrument holds its line at space: the driver reads one zero byte, and no answer meanwhile",
    receipt: "zero bytes read, bytes of the instrument lost",
  },
  (fault, access) => partOf("cable", fault, access).holdAtBreak((fault.endS - fault.beginS) * 1e6),
  ({ zeros, bytesLost }) =>
    zeros + bytesLost === 0
      ? undefined
      : {
          summary: `${counted(zeros, "zero byte")} read, ${counted(bytesLost, "byte")} of the instrument lost`,
          before: "an idle line",
          after: "a line at space",
          figures: { zeros, bytesLost },
        },
);
