/** Connections break, and both ends know. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { linkFault, OVER_TCP } from "./link-fault.ts";

export const reset: FaultKind = linkFault(
  {
    name: "reset",
    effect: "every open connection is reset at both ends, once; new ones are served",
    protocols: OVER_TCP,
    receipt: "connections reset",
  },
  (link) => link.reset(),
  ({ connections }) =>
    connections === 0
      ? undefined
      : {
          summary: `${counted(connections, "connection")} reset`,
          before: `${counted(connections, "connection")} open`,
          after: "none of them",
          figures: { connections },
        },
);
