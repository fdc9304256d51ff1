/** A safety chain that has opened. */
import { commandsSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { channelFault } from "../simulator-fault.ts";

export const interlock: FaultKind = channelFault({
  name: "interlock",
  effect: "the actuator goes to rest and setpoints are refused until it ends",
  meets: "setpoint",
  receipt: "seconds at rest and setpoints refused, the wanted value and what came of it",
  tell: (fault) => ({ inject: "interlock", channel: channelOf(fault) }),
  driverSaw: commandsSeen,
});
