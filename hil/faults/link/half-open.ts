/** A connection of which one end no longer knows. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { linkFault, OVER_TCP } from "./link-fault.ts";

export const halfOpen: FaultKind = linkFault(
  {
    name: "half-open",
    effect:
      "the instrument loses its end of every connection without a word; the driver learns of it when it next sends",
    protocols: OVER_TCP,
    receipt: "connections of which only the driver's end was left",
  },
  (link) => link.halfOpen(),
  ({ connections }) =>
    connections === 0
      ? undefined
      : {
          summary: `${counted(connections, "connection")} left half open`,
          before: `${counted(connections, "connection")} with two ends`,
          after: `${counted(connections, "connection")} known to the driver alone`,
          figures: { connections },
        },
);
