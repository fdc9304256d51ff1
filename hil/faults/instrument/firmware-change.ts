/** An instrument that is no longer the one that was qualified. */
import type { FaultKind } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

export const firmwareChange: FaultKind = instrumentFault({
  name: "firmware-change",
  effect: "the instrument shows another firmware version while it lasts",
  parameters: { version: { measure: "text", example: "4.0.0" } },
  receipt: "the version before and after",
  tell: (fault) => ({ inject: "firmware-change", version: fault.parameters["version"] ?? "" }),
});
