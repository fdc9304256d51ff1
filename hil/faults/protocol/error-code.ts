/** An instrument that answers with an error. */
import { lastReadingSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { channelFault } from "../simulator-fault.ts";

export const errorCode: FaultKind = channelFault({
  name: "error-code",
  effect:
    "requests that concern the channel are answered with a device failure: OPC UA BadDeviceFailure, Modbus exception 4",
  falsifies: "channel",
  receipt: "requests or readings answered so, the last without and with the fault",
  tell: (fault) => ({ inject: "error-code", channel: channelOf(fault) }),
  driverSaw: lastReadingSeen,
});
