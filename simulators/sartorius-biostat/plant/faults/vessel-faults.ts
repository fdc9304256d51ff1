/** Faults in the vessel, of which the unit knows only what its probes tell it. */

import { Touches } from "../../../touches.ts";
import type { Disturbance, FaultSite } from "../../device/faults/disturbance.ts";

/** The pump's drive turns and reports its speed; the hose is kinked, nothing flows. */
export function feedPumpStall(): Disturbance {
  const touched = new Touches({ subject: "seconds of feed not delivered", unit: "L/h" });
  return {
    touched,
    drive(actuators, plant) {
      touched.note(actuators.feed, 0);
      plant.troubles.feedShare = 0;
    },
  };
}

/** What the stirrer takes in through the surface stays. */
export const gasSupplyLoss = (): Disturbance => lessTransfer("seconds of gas missing", 0);

export const foaming = ({ share }: { share: number }): Disturbance =>
  lessTransfer("seconds of oxygen transfer through foam", 1 - share);

function lessTransfer(subject: string, factor: number): Disturbance {
  const touched = new Touches({ subject, unit: "/h" });
  return {
    touched,
    drive(_actuators, plant) {
      const before = plant.oxygenTransfer;
      plant.troubles.gasShare *= factor;
      touched.note(before, plant.oxygenTransfer);
    },
  };
}

/** Grows without limit while it lasts, breathes oxygen and burns glucose for it; gone when it ends. */
export function contamination(
  { oxygenDemand, doublingS }: { oxygenDemand: number; doublingS: number },
  site: FaultSite,
): Disturbance {
  const touched = new Touches({ subject: "seconds of foreign oxygen uptake", unit: "mmol/L/h" });
  let ageS = 0;
  return {
    touched,
    drive(_actuators, plant) {
      plant.troubles.foreignOxygenDemand += oxygenDemand * 2 ** (ageS / doublingS);
    },
    stepped() {
      ageS += 1;
      const { own, foreign } = site.plant.oxygenUptakes;
      touched.note(own, own + foreign);
    },
  };
}
