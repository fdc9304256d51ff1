/** The unit's controller away for a while, with or without the current of the whole unit. */

import { Touches } from "../../../touches.ts";
import type { Disturbance, FaultSite } from "../../device/faults/disturbance.ts";
import type { Actuators } from "../../plant/bioreactor.ts";

/** The outputs hold what they were last told. */
export function restart(_fault: object, { plant, startAnew }: FaultSite): Disturbance {
  startAnew();
  return away({ ...plant.actuators });
}

/** Stirrer, pumps and heating stand still and the gas valves fall shut. */
export function powerCut(_fault: object, { plant, startAnew }: FaultSite): Disturbance {
  startAnew();
  const { jacket } = plant.actuators;
  const off = away({ ...plant.actuators, stirrer: 0, feed: 0, base: 0, jacket });
  return {
    ...off,
    drive(actuators, vessel) {
      off.drive?.(actuators, vessel);
      // The jacket's water is neither heated nor cooled any more.
      actuators.jacket = vessel.temperature;
      vessel.troubles.gasShare = 0;
    },
  };
}

function away(outputs: Readonly<Actuators>): Disturbance {
  return {
    touched: new Touches({ subject: "sessions ended", unit: "" }),
    drive: (actuators) => void Object.assign(actuators, outputs),
    wire: { away: true },
  };
}
