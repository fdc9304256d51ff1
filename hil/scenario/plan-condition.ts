/** `brx-07.dissolved_oxygen below 30 %{airsat}`: what a fault waits for. */
import type { Condition } from "./plan.ts";
import type { Path } from "./plan-commands.ts";
import type { KnownInstruments } from "./plan-instruments.ts";
import type { Planning } from "./plan-scenario.ts";
import { planValue } from "./plan-values.ts";

const CONDITION = /^(\S+)\s+(\S+)\s+(.+)$/;
const SIDES = ["below", "above"] as const;

export function planCondition(
  path: Path,
  text: string,
  twin: string,
  instruments: KnownInstruments,
  planning: Planning,
): Condition | undefined {
  const { findings } = planning;
  const [, target, word, quantity] = CONDITION.exec(text.trim()) ?? [];
  if (target === undefined || word === undefined || quantity === undefined) {
    return findings.add(path, `\`${text}\` is no condition`, {
      expected: "<value> below <quantity> or <value> above <quantity>, such as twin.glucose below 5 mmol/L",
    });
  }
  const side = findings.oneOf(path, "comparison", word, SIDES) as Condition["side"] | undefined;
  const value = planValue(path, target, twin, instruments, planning);
  const limit = value && findings.quantityIn(path, quantity, value.unit);
  return side && value && limit !== undefined ? { value, side, limit, text } : undefined;
}
