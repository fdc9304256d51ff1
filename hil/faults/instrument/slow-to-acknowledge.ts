/** An instrument that answers commands late. */
import { commandsSeen } from "../driver-saw.ts";
import type { FaultKind } from "../fault-kind.ts";
import { channelOf, setting } from "../fault-kind.ts";
import { channelFault } from "../simulator-fault.ts";

export const slowToAcknowledge: FaultKind = channelFault({
  name: "slow-to-acknowledge",
  effect: "a setpoint is taken at once and acknowledged so much later",
  parameters: {
    delay: { setting: "delayMs", measure: { unit: "ms" }, min: 1, max: 600_000, example: "8 s" },
  },
  meets: "setpoint",
  receipt: "setpoints acknowledged late, and by how much",
  pace: "real",
  tell: (fault) => ({
    inject: "slow-to-acknowledge",
    channel: channelOf(fault),
    delayMs: setting(fault, "delayMs"),
  }),
  driverSaw: commandsSeen,
});
