/**
 * Messages that arrive twice. TCP drops a segment that it has had, so that no program behind it ever sees
 * one again; a gateway or a repeater may send a whole answer twice, which shows where an answer is one
 * message: over Modbus.
 */
import { troubleOrReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { MODBUS, messageFault } from "../simulator-fault.ts";

export const duplicate: FaultKind = messageFault({
  name: "duplicate",
  effect: "each answer arrives twice, as behind a gateway; a segment that comes twice TCP drops",
  protocols: MODBUS,
  pace: "real",
  receipt: "answers that came twice, and the last of them",
  // A driver that knows a copy as such reads on.
  driverSaw: troubleOrReadingSeen,
  tell: () => ({ inject: "duplicate" }),
});
