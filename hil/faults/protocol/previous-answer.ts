/** Each request gets what the one before it asked for. */
import type { FaultKind } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const previousAnswer: FaultKind = answerFault({
  name: "previous-answer",
  effect: "each request is given the answer to the one before, as if it were its own",
  falsifies: "instrument",
  receipt: "requests answered so, the right and the given answer of the last",
  tell: () => ({ inject: "previous-answer" }),
});
