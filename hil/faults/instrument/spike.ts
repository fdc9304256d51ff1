/** A reading that jumps, and comes back. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf, setting } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const spike: FaultKind = readingFault({
  name: "spike",
  effect: "the reading is off by so much while it lasts, and back at once",
  parameters: { height: { setting: "height", measure: "channel", example: "15 %{airsat}" } },
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({ inject: "spike", channel: channelOf(fault), height: setting(fault, "height") }),
});
