/** Faults that touch nothing by themselves: what has to happen while they last. */
import type { Plan, PlannedCommand } from "../scenario/plan.ts";
import type { DeclaredFault } from "./declared-fault.ts";

/**
 * The commands of which a fault of this kind has to meet one to leave a trace.
 *
 * @param on the fault's target, as a scenario writes it
 * @returns undefined when it needs none
 */
export function commandsToMeet(
  { meets }: Pick<DeclaredFault, "meets">,
  on: string,
  { commands }: Pick<Plan, "commands">,
): readonly PlannedCommand[] | undefined {
  if (meets === undefined) return undefined;
  if (meets === "command") return commands;
  return commands.filter(
    (command) => command.kind === "setpoint" && `${command.instrument}.${command.channel}` === on,
  );
}
