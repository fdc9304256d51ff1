/** A frame that is not whole. */
import type { FaultKind } from "../fault-kind.ts";
import { answerFault } from "../simulator-fault.ts";

export const wrongChecksum: FaultKind = answerFault({
  name: "wrong-checksum",
  effect: "answers on the serial line carry a wrong CRC",
  protocols: ["modbus-rtu"],
  receipt: "answers spoilt, and the last of them",
  tell: () => ({ inject: "wrong-checksum" }),
});
