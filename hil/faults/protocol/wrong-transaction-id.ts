/** An answer to nobody's question. */
import { type FaultKind, setting } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const wrongTransactionId: FaultKind = answerFault({
  name: "wrong-transaction-id",
  effect: "answers carry a transaction id that is so much further on",
  protocols: ["modbus-tcp"],
  parameters: { by: { setting: "by", measure: "count", min: -32768, max: 32767, example: "1000" } },
  receipt: "answers changed, the last as it would have been and as it was",
  tell: (fault) => ({ inject: "wrong-transaction-id", by: setting(fault, "by") }),
});
