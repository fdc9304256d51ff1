/** An instrument that says yes and does nothing. */
import { commandsSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { channelFault } from "../simulator-fault.ts";

export const acknowledgedNotExecuted: FaultKind = channelFault({
  name: "acknowledged-not-executed",
  effect: "a setpoint is answered with Good and not taken; it reads back as before",
  meets: "setpoint",
  receipt: "setpoints acknowledged and not executed, the one asked for and the one in force",
  tell: (fault) => ({ inject: "acknowledged-not-executed", channel: channelOf(fault) }),
  driverSaw: commandsSeen,
});
