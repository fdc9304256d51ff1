/** A ramp: from one setpoint to another in equal steps, the first value at its beginning. */
import type { RampText } from "@helix/scenarios";
import type { PlannedCommand } from "./plan.ts";
import { checkRationale, type Path, planSetpoint } from "./plan-commands.ts";
import type { KnownInstruments } from "./plan-instruments.ts";
import { inHours, type Planning, type Span } from "./plan-scenario.ts";
import { MOST_COMMANDS, onceAt } from "./plan-times.ts";

export function planRamp(
  path: Path,
  id: string,
  entry: RampText,
  instruments: KnownInstruments,
  span: Span | undefined,
  planning: Planning,
): PlannedCommand[] {
  const { findings } = planning;
  checkRationale([...path, "rationale"], entry.rationale, planning);
  const target = [[...path, "ramp"], entry.ramp] as const;
  const first = planSetpoint(
    ...target,
    [...path, "from"],
    entry.from,
    entry.rationale,
    instruments,
    planning,
  );
  const to = first && findings.quantityIn([...path, "to"], entry.to, first.unit);
  const atS = onceAt(path, id, entry, span, planning);
  const overS = findings.duration([...path, "over"], entry.over);
  const steps = overS === undefined ? undefined : planSteps(path, entry, overS, planning);
  if (!first || to === undefined || atS === undefined || overS === undefined || steps === undefined || !span)
    return [];
  if (first.value === to) {
    findings.add([...path, "to"], `the ramp ends where it begins, at ${entry.to}`, {
      expected: "another value",
    });
  }
  if (atS + overS >= span.endS) {
    findings.add([...path, "over"], "the ramp lasts longer than the run", {
      expected: `an end before ${inHours(span.endS)}`,
    });
  }
  const { unit, channel } = first;
  return Array.from({ length: steps + 1 }, (_, n) => {
    const value = first.value + ((to - first.value) * n) / steps;
    const shown = Number(value.toPrecision(6));
    const description = `set ${channel} to ${shown} ${unit} (ramp, ${n} of ${steps})`;
    return { ...first, id: `${id}.${n + 1}`, atS: atS + (overS / steps) * n, value, description };
  });
}

function planSteps(path: Path, { steps, every, over }: RampText, overS: number, { findings }: Planning) {
  if ((steps === undefined) === (every === undefined)) {
    return findings.add(path, "a ramp has steps or every, one of the two", {
      expected: "steps: 8, or every: 10 min",
    });
  }
  const key = steps === undefined ? "every" : "steps";
  const everyS = every === undefined ? undefined : findings.duration([...path, "every"], every);
  const count = steps ?? (everyS === undefined ? undefined : overS / everyS);
  if (count === undefined) return undefined;
  // The plant advances in steps of 1 s.
  if (!Number.isInteger(count) || !Number.isInteger(overS / count)) {
    const part = steps === undefined ? `steps of ${every}` : `${steps} steps`;
    return findings.add([...path, key], `${over} cannot be divided into ${part}`, {
      expected: "equal steps of whole seconds",
    });
  }
  if (count >= MOST_COMMANDS) {
    return findings.add([...path, key], `the ramp gives ${count + 1} commands`, {
      expected: `at most ${MOST_COMMANDS}`,
    });
  }
  return count;
}
