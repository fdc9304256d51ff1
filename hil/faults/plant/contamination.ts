/** Something else that grows. */

import type { FaultKind } from "../fault-kind.ts";
import { setting } from "../fault-kind.ts";
import { plantFault } from "../simulator-fault.ts";

export const contamination: FaultKind = plantFault({
  name: "contamination",
  effect: "another organism takes oxygen, and glucose for it, and doubles again and again; gone when it ends",
  parameters: {
    demand: {
      setting: "oxygenDemand",
      measure: { unit: "mmol/L/h" },
      min: 1e-6,
      max: 100,
      example: "0.05 mmol/L/h",
    },
    doubling: { setting: "doublingS", measure: { unit: "s" }, min: 60, max: 864_000, example: "40 min" },
  },
  receipt: "seconds of it, the oxygen uptake with and without it",
  tell: (fault) => ({
    inject: "contamination",
    oxygenDemand: setting(fault, "oxygenDemand"),
    doublingS: setting(fault, "doublingS"),
  }),
});
