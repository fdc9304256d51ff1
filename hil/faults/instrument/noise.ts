/** A sensor that has become restless. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf, setting } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const noise: FaultKind = readingFault({
  name: "noise",
  effect: "normal noise is added to the reading; its standard deviation is given",
  parameters: { deviation: { setting: "deviation", measure: "channel", min: 0, example: "0.1 '[pH]'" } },
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({ inject: "noise", channel: channelOf(fault), deviation: setting(fault, "deviation") }),
});
