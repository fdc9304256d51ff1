/** A sound frame from somebody else. */
import { type FaultKind, setting } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const wrongUnitId: FaultKind = answerFault({
  name: "wrong-unit-id",
  effect: "answers come from another unit id, with a right checksum",
  parameters: { unit_id: { setting: "unitId", measure: "count", min: 1, max: 247, example: "9" } },
  receipt: "answers changed, the last as it would have been and as it was",
  tell: (fault) => ({ inject: "wrong-unit-id", unitId: setting(fault, "unitId") }),
});
