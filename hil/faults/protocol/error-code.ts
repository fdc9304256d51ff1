/** An instrument that answers with a Bad status. */
import { lastReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { channelFault } from "../simulator-fault.ts";

export const errorCode: FaultKind = channelFault({
  name: "error-code",
  effect: "readings and answers to setpoints of the channel have the status BadDeviceFailure",
  protocols: ["opcua"],
  falsifies: "channel",
  receipt: "readings and setpoints answered so, their status without and with the fault",
  tell: (fault) => ({ inject: "error-code", channel: channelOf(fault) }),
  driverSaw: lastReadingSeen,
});
