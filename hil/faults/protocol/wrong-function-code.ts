/** An answer to another kind of question. */
import { type FaultKind, setting } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const wrongFunctionCode: FaultKind = answerFault({
  name: "wrong-function-code",
  effect: "answers carry another function code",
  parameters: { code: { setting: "functionCode", measure: "count", min: 1, max: 127, example: "1" } },
  receipt: "answers changed, the last as it would have been and as it was",
  tell: (fault) => ({ inject: "wrong-function-code", functionCode: setting(fault, "functionCode") }),
});
