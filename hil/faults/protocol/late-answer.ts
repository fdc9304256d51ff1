/** Each answer comes when it is no longer waited for. */
import type { FaultKind } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const lateAnswer: FaultKind = answerFault({
  name: "late-answer",
  effect: "each answer is held back until the next request has come, and goes out before that one's own",
  receipt: "answers held back, and the last of them",
  tell: () => ({ inject: "late-answer" }),
});
