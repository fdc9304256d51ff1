/** An actuator that no longer moves. */
import { commandsSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { channelFault } from "../simulator-fault.ts";

export const stuckValve: FaultKind = channelFault({
  name: "stuck-valve",
  effect: "setpoints are taken and acknowledged; the actuator behind them stays where it is",
  meets: "setpoint",
  receipt: "seconds in which the actuator did not follow, where the loop wanted it and where it was",
  tell: (fault) => ({ inject: "stuck-valve", channel: channelOf(fault) }),
  driverSaw: commandsSeen,
});
