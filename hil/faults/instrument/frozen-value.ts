/** A sensor that no longer moves. */

import type { FaultKind } from "../fault-kind.ts";
import { channelOf } from "../fault-kind.ts";
import { readingFault } from "../simulator-fault.ts";

export const frozenValue: FaultKind = readingFault({
  name: "frozen-value",
  effect: "the reading stays at what it was, with new time stamps and quality still good",
  receipt: "readings changed, first and last reading with and without the fault",
  tell: (fault) => ({ inject: "frozen-value", channel: channelOf(fault) }),
});
