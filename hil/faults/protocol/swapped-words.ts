/** A device whose words come in the other order. */
import type { FaultKind } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const swappedWords: FaultKind = answerFault({
  name: "swapped-words",
  effect: "the two words of every pair of registers change places in what is read",
  falsifies: "instrument",
  receipt: "answers changed, the last as it would have been and as it was",
  tell: () => ({ inject: "swapped-words" }),
});
