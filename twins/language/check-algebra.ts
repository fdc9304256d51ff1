/** Algebraic lines, put in order of use: a line may stand below one that needs it, but not in a circle. */
import type { Names } from "./check-names.ts";
import { LineError, type Place } from "./diagnostic.ts";
import type { Algebraic } from "./model.ts";
import type { Declaration, Expression } from "./syntax.ts";
import { toldUnit } from "./told-unit.ts";
import { convertTo, measure, readUnit } from "./units-of-expression.ts";

/** `attempt` notes the error of one line. */
export function checkAlgebra(
  lines: readonly Declaration[],
  names: Names,
  attempt: <T>(body: () => T) => T | undefined,
  places: Map<string, Place>,
): Algebraic[] {
  const ordered: Declaration[] = [];
  attempt(() => order(lines, ordered));
  const remaining = lines.filter((line) => !ordered.includes(line));
  for (const line of remaining) names.markBroken(line.name, line);
  const checked = ordered.map((line) => {
    const result = attempt((): Algebraic => {
      places.set(line.name, line);
      const value = measure(line.value, names);
      const unit = line.unit ? readUnit(line.unit.text, line.unit.place) : value.unit;
      const term = convertTo(unit, value, line, line.name);
      names.define(line.name, unit, line, "algebra");
      return { name: line.name, unit: toldUnit(line, unit), text: line.text, value: term };
    });
    if (!result) names.markBroken(line.name, line);
    return result;
  });
  return checked.filter((line) => line !== undefined);
}

/** @throws LineError that shows the circle */
function order(lines: readonly Declaration[], ordered: Declaration[]): void {
  const byName = new Map(lines.map((line) => [line.name, line]));
  const done = new Set<string>();
  const visit = (line: Declaration, path: readonly string[]): void => {
    if (done.has(line.name)) return;
    if (path.includes(line.name)) {
      const circle = [...path.slice(path.indexOf(line.name)), line.name].join(" -> ");
      throw new LineError(line, `algebraic lines depend on each other in a circle: ${circle}`);
    }
    for (const name of namesIn(line.value)) {
      const needed = byName.get(name);
      if (needed) visit(needed, [...path, line.name]);
    }
    done.add(line.name);
    ordered.push(line);
  };
  for (const line of lines) if (!ordered.includes(line)) visit(line, []);
}

function namesIn(expression: Expression): string[] {
  switch (expression.kind) {
    case "number":
      return [];
    case "name":
      return [expression.name];
    case "negative":
      return namesIn(expression.of);
    case "binary":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    case "call":
      return expression.arguments.flatMap(namesIn);
  }
}
