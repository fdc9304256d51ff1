/** What happens in a run, and when. */
import type { Plan, PlannedCommand, PlannedFault } from "../scenario/plan.ts";

export type TimelineEvent =
  | { readonly atS: number; readonly kind: "fault-end"; readonly fault: PlannedFault }
  | { readonly atS: number; readonly kind: "fault-begin"; readonly fault: PlannedFault }
  | { readonly atS: number; readonly kind: "command"; readonly command: PlannedCommand };

/** At the same moment: faults end, then faults begin, then commands are sent. */
const ORDER = { "fault-end": 0, "fault-begin": 1, command: 2 };

/** In the order in which they happen. */
export function timelineOf(plan: Pick<Plan, "commands" | "faults">): TimelineEvent[] {
  const events: TimelineEvent[] = [
    ...plan.faults.flatMap((fault): TimelineEvent[] => [
      { atS: fault.beginS, kind: "fault-begin", fault },
      { atS: fault.endS, kind: "fault-end", fault },
    ]),
    ...plan.commands.map((command): TimelineEvent => ({ atS: command.atS, kind: "command", command })),
  ];
  return events.sort((a, b) => a.atS - b.atS || ORDER[a.kind] - ORDER[b.kind]);
}
