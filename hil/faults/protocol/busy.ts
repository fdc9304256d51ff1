/** An instrument that has other things to do. */

import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

export const busy: FaultKind = instrumentFault({
  name: "busy",
  effect: "every request is answered so much later, in order",
  parameters: {
    delay: { setting: "delayMs", measure: { unit: "ms" }, min: 1, max: 600_000, example: "2 s" },
  },
  pace: "real",
  receipt: "requests answered late, and by how much",
  tell: (fault) => ({ inject: "busy", delayMs: setting(fault, "delayMs") }),
});
