/** A sound frame with the neighbour's value in it. */
import { type FaultKind, setting } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const wrongRegister: FaultKind = answerFault({
  name: "wrong-register",
  effect:
    "each register that is read comes from so much further on, with a right checksum; where there is none, it stays",
  parameters: { by: { setting: "by", measure: "count", min: -1000, max: 1000, example: "2" } },
  falsifies: "instrument",
  receipt: "answers changed, the last as it would have been and as it was",
  tell: (fault) => ({ inject: "wrong-register", by: setting(fault, "by") }),
});
