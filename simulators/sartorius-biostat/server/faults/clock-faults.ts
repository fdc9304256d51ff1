/** Faults of the unit's clock and of the time stamps it gives. */

import { Touches } from "../../../touches.ts";
import type { Disturbance, FaultSite } from "../../device/faults/disturbance.ts";

const SECONDS_PER_HOUR = 3600;
const stamps = () => new Touches({ subject: "samples with a wrong time stamp", unit: "s" });

export function staleTimestamp(_fault: object, site: FaultSite): Disturbance {
  const heldS = site.plantTimeS;
  return { touched: stamps(), wire: { stamp: () => heldS } };
}

export function clockSkew({ secondsPerHour }: { secondsPerHour: number }, site: FaultSite): Disturbance {
  const beginS = site.plantTimeS;
  return {
    touched: stamps(),
    wire: {
      clock: (plantTimeS) => plantTimeS + (secondsPerHour * (plantTimeS - beginS)) / SECONDS_PER_HOUR,
    },
  };
}

export const clockJump = ({ seconds }: { seconds: number }): Disturbance => ({
  touched: stamps(),
  wire: { clock: (plantTimeS) => plantTimeS + seconds },
});
