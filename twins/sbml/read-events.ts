/** Events with the defaults of their level. */

import { childMath, needed, refuseOwnUnits, symbol, truthIn } from "./attributes.ts";
import type { EventDefinition } from "./document.ts";
import { readMath } from "./formula.ts";
import { childOf, childrenOf, type Element } from "./xml.ts";

export const readEvents = (elements: readonly Element[], level: number): EventDefinition[] =>
  elements.map((element, i) => readEvent(element, level, i));

/** Level 2 has no initialValue, persistent and priority: its events behave as with the defaults here. */
function readEvent(element: Element, level: number, place: number): EventDefinition {
  refuseOwnUnits(element, ["timeUnits"]);
  const trigger = childOf(element, "trigger");
  const own = symbol(element, `event ${place + 1}`);
  const flag = (name: string): boolean => (level === 3 && trigger ? truthIn(trigger, name, true) : true);
  return {
    ...own,
    trigger: readMath(childMath(trigger)),
    initialValue: flag("initialValue"),
    isPersistent: flag("persistent"),
    usesTriggerTime: truthIn(element, "useValuesFromTriggerTime", true),
    delay: readMath(childMath(childOf(element, "delay"))),
    priority: readMath(childMath(childOf(element, "priority"))),
    assignments: childrenOf(childOf(element, "listOfEventAssignments"), "eventAssignment").flatMap(
      (assignment) => {
        const formula = readMath(childMath(assignment));
        const { file, line, column } = assignment;
        return formula ? [{ file, line, column, variable: needed(assignment, "variable"), formula }] : [];
      },
    ),
  };
}
