/** A sound frame with less in it than was asked for. */
import { type FaultKind, setting } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const shortAnswer: FaultKind = answerFault({
  name: "short-answer",
  effect: "what is read lacks so many bytes at its end, with a byte count that says so",
  parameters: { bytes: { setting: "bytes", measure: "count", min: 1, max: 250, example: "2" } },
  receipt: "answers cut, the last as it would have been and as it was",
  tell: (fault) => ({ inject: "short-answer", bytes: setting(fault, "bytes") }),
});
