/** Which faults the runtime still meets when it disconnects: those that last to the very end of the run. */
import type { Plan, PlannedFault } from "../scenario/plan.ts";
import { faultKind } from "./catalogue.ts";

/** One of the runtime's own computer or disk is over by then: it is the runtime that has to stop. */
export const canMeetDisconnect = ({ target }: { readonly target: string }): boolean =>
  target !== "host" && target !== "disk";

export const meetsDisconnect = (fault: PlannedFault, { endS }: Pick<Plan, "endS">): boolean =>
  fault.endS >= endS && canMeetDisconnect(faultKind(fault.inject));
