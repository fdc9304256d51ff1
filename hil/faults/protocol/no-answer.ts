/** A device that listens and says nothing. */
import type { FaultKind } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const noAnswer: FaultKind = answerFault({
  name: "no-answer",
  effect: "requests are carried out, and nothing is answered",
  receipt: "requests not answered, and the answer that the last should have had",
  tell: () => ({ inject: "no-answer" }),
});
