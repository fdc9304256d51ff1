/** A sensor that moves away. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf, setting } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const drift: FaultKind = readingFault({
  name: "drift",
  effect: "the reading moves away from the truth at a constant rate, with quality still good",
  parameters: { rate: { setting: "ratePerHour", measure: "channel rate", example: "-1.5 %{airsat}/h" } },
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({
    inject: "drift",
    channel: channelOf(fault),
    ratePerHour: setting(fault, "ratePerHour"),
  }),
});
