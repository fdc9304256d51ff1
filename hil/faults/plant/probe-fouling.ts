/** A film that grows on a probe. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf, setting } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const probeFouling: FaultKind = readingFault({
  name: "probe-fouling",
  effect: "a film makes the probe slow: one more lag, given as its time constant",
  parameters: { lag: { setting: "lagS", measure: { unit: "s" }, min: 1, max: 86_400, example: "10 min" } },
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({ inject: "probe-fouling", channel: channelOf(fault), lagS: setting(fault, "lagS") }),
});
