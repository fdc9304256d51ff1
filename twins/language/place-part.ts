/** A part as one use wants it: its names and places made the model's, its values those that it is given. */
import { LineError } from "./diagnostic.ts";
import { nearest } from "./nearest.ts";
import { renamed } from "./rename.ts";
import type { Declaration, Expression, ModelSyntax, Use } from "./syntax.ts";

type Given = Use["given"][number];

/**
 * `time`: the model's name for it. Every line is said to stand where the part is used.
 * @throws LineError for something given that the part does not have
 */
export function placePart(part: ModelSyntax, use: Use, time: string): ModelSyntax {
  const given = new Map(use.given.map((each) => [each.name, each]));
  requireKnown(part, use);
  const at = { line: use.line, column: use.column };
  const own = [...part.parameters, ...part.inputs, ...part.states, ...part.algebra].map((d) => d.name);
  const called = (name: string) => (use.as === undefined ? name : `${use.as}_${name}`);
  const names = new Map([
    ...own.map((name) => [name, called(name)] as const),
    [part.time.name, time] as const,
  ]);
  const formula = (expression: Expression) => renamed(expression, names, at);
  const declared = (d: Declaration): Declaration => ({
    ...d,
    ...at,
    name: called(d.name),
    value: formula(d.value),
    unit: d.unit && { ...d.unit, place: at },
    counted: d.counted && { ...d.counted, place: at },
    bounds: d.bounds && { ...d.bounds, ...at },
  });
  const valued = (d: Declaration): Declaration => {
    const value = given.get(d.name);
    return value ? replaced(declared(d), value) : declared(d);
  };
  const isBound = (d: Declaration) => {
    const value = given.get(d.name)?.value;
    return value !== undefined && !isNumber(value);
  };
  const bound = [...part.parameters, ...part.inputs].filter(isBound);
  return {
    ...part,
    parameters: part.parameters.filter((d) => !isBound(d)).map(valued),
    inputs: part.inputs.filter((d) => !isBound(d)).map(valued),
    changes: part.changes
      .filter((change) => !given.has(change.input))
      .map((c) => ({ ...at, input: called(c.input), time: formula(c.time), value: formula(c.value) })),
    states: part.states.map(valued),
    algebra: [...bound.map((d) => ({ ...valued(d), bounds: undefined })), ...part.algebra.map(declared)],
    equations: part.equations.map((e) => ({ ...at, state: called(e.state), value: formula(e.value) })),
    events: part.events.map((event) => ({
      ...event,
      ...at,
      name: called(event.name),
      watched: formula(event.watched),
      threshold: formula(event.threshold),
      actions: event.actions.map((a) => ({ place: at, target: called(a.target), value: formula(a.value) })),
    })),
    sensors: part.sensors.map(declared),
    balances: part.balances.map((b) => ({
      ...at,
      name: called(b.name),
      amount: formula(b.amount),
      rate: formula(b.rate),
    })),
    fromParts: new Set([...part.fromParts, ...own].map(called)),
  };
}

function requireKnown(part: ModelSyntax, use: Use): void {
  const known = [...part.parameters, ...part.inputs, ...part.states].map((d) => d.name);
  for (const { name, place } of use.given) {
    if (known.includes(name)) continue;
    const guess = nearest(name, known);
    const help = guess ? `: did you mean ${guess}?` : "";
    throw new LineError(place, `${part.name} has no parameter, input or state "${name}"${help}`);
  }
}

/** The declaration with another value, in the unit that it had. */
function replaced(declaration: Declaration, { place, value }: Given): Declaration {
  const unit = declaration.unit?.text ?? writtenUnit(declaration.value);
  return { ...declaration, ...place, value, unit: { text: unit, place } };
}

const isNumber = (expression: Expression): boolean =>
  expression.kind === "number" || (expression.kind === "negative" && isNumber(expression.of));

function writtenUnit(expression: Expression): string {
  if (expression.kind === "number") return expression.unit ?? "1";
  return expression.kind === "negative" ? writtenUnit(expression.of) : "1";
}
