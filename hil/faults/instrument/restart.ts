/** A controller that starts anew. */
import type { FaultKind } from "../fault-kind.ts";
import { instrumentFault } from "../simulator-fault.ts";

export const restart: FaultKind = instrumentFault({
  name: "restart",
  effect:
    "the instrument is away while it lasts: sessions end, nobody listens; outputs hold, uptime begins anew",
  pace: "real",
  receipt: "sessions that it ended",
  tell: () => ({ inject: "restart" }),
});
