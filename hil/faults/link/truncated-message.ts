/** A message ends in its middle. */
import type { FaultKind } from "../fault-kind.ts";
import { counted } from "../wording.ts";
import { linkFault } from "./link-fault.ts";

export const truncatedMessage: FaultKind = linkFault(
  {
    name: "truncated-message",
    effect: "the next message to the driver is cut short, and its connection, where there is one, breaks",
    receipt: "length of the message, and how much of it went",
  },
  (link) => link.truncateNext(),
  ({ cut }) =>
    cut && {
      summary: `a message of ${counted(cut.length, "byte")} ended after ${cut.kept}`,
      before: counted(cut.length, "byte"),
      after: counted(cut.kept, "byte"),
      figures: { length: cut.length, kept: cut.kept },
    },
);
