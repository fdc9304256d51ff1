/** What each fault does to the unit, by its name. */
import type { AnswerFault, InstrumentFault } from "../../../instrument-fault.ts";
import { contamination, feedPumpStall, foaming, gasSupplyLoss } from "../../plant/faults/vessel-faults.ts";
import { clockJump, clockSkew, staleTimestamp } from "../../server/faults/clock-faults.ts";
import {
  busy,
  errorCode,
  firmwareChange,
  silentSubscription,
  slowToAcknowledge,
} from "../../server/faults/protocol-faults.ts";
import { powerCut, restart } from "../../server/faults/restart.ts";
import { acknowledgedNotExecuted, interlock, stuckValve } from "./actuator-faults.ts";
import type { Disturbance, FaultSite } from "./disturbance.ts";
import {
  drift,
  frozenValue,
  lostCalibration,
  noise,
  probeFouling,
  saturatedSensor,
  spike,
} from "./signal-faults.ts";

/** OPC UA knows no answers that stand alone. */
type Name = Exclude<InstrumentFault["inject"], AnswerFault["inject"]>;

const FAULTS: {
  readonly [N in Name]: (fault: Extract<InstrumentFault, { inject: N }>, site: FaultSite) => Disturbance;
} = {
  drift,
  "frozen-value": frozenValue,
  spike,
  noise,
  "saturated-sensor": saturatedSensor,
  "lost-calibration": lostCalibration,
  "probe-fouling": probeFouling,
  "stuck-valve": stuckValve,
  interlock,
  "acknowledged-not-executed": acknowledgedNotExecuted,
  "slow-to-acknowledge": slowToAcknowledge,
  "error-code": errorCode,
  "stale-timestamp": staleTimestamp,
  "silent-subscription": silentSubscription,
  busy,
  restart,
  "firmware-change": firmwareChange,
  "clock-skew": clockSkew,
  "clock-jump": clockJump,
  "power-cut": powerCut,
  "feed-pump-stall": feedPumpStall,
  "gas-supply-loss": gasSupplyLoss,
  foaming,
  contamination,
};

/** Names of all that it can do. */
export const BIOSTAT_FAULTS = Object.keys(FAULTS) as readonly Name[];

/** @throws RangeError for a fault that the unit does not know, or a channel that cannot have it */
export function disturbanceOf(fault: InstrumentFault, site: FaultSite): Disturbance {
  const make = (FAULTS as Record<string, unknown>)[fault.inject] as
    | ((fault: InstrumentFault, site: FaultSite) => Disturbance)
    | undefined;
  if (!make) throw new RangeError(`the Biostat has no fault "${fault.inject}"`);
  return make(fault, site);
}
