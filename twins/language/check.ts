/**
 * Checks a model as written and gives it its meaning: every name defined once and used, every
 * equation dimensionally right, values within their bounds, every state with one equation.
 */
import { type CompoundUnit, divide } from "../units/unit-algebra.ts";
import { checkAlgebra } from "./check-algebra.ts";
import { Names } from "./check-names.ts";
import { checkInput, checkParameter, constantValue } from "./check-values.ts";
import { type Diagnostic, FollowingError, LineError, ModelError } from "./diagnostic.ts";
import { warnOfZeroDivision } from "./division.ts";
import type { MassBalance, Sensor, State, Term, TwinEvent, TwinModel } from "./model.ts";
import { nearest } from "./nearest.ts";
import type { Declaration, EventSyntax, ModelSyntax } from "./syntax.ts";
import { toldUnit } from "./told-unit.ts";
import { apply, convertTo, measure, readUnit, sameScale } from "./units-of-expression.ts";

export interface CheckedModel {
  readonly model: TwinModel;
  readonly warnings: readonly Diagnostic[];
}

/** @throws ModelError with every error found */
export function checkModel(syntax: ModelSyntax, file: string): CheckedModel {
  const checker = new Checker(syntax);
  const model = checker.check();
  const problems = [...checker.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  if (!model || problems.some((p) => p.severity === "error")) throw new ModelError(file, problems);
  const warnings = [...problems, ...warnOfZeroDivision(model, checker.places)];
  return { model, warnings: warnings.sort((a, b) => a.line - b.line || a.column - b.column) };
}

class Checker {
  readonly problems: Diagnostic[] = [];
  readonly places = new Map<string, { line: number; column: number }>();
  readonly #syntax: ModelSyntax;
  readonly #names: Names;

  constructor(syntax: ModelSyntax) {
    this.#syntax = syntax;
    this.#names = new Names(this.problems);
  }

  check(): TwinModel | undefined {
    const { time } = this.#syntax;
    const timeUnit = this.attempt(() => readUnit(time.unit, time.place));
    if (!timeUnit) return undefined;
    this.#names.define(time.name, timeUnit, time.place, "time");
    const parameters = this.#define(this.#syntax.parameters, (d) => checkParameter(d, this.#names));
    const changes = this.#syntax.changes;
    const inputs = this.#define(this.#syntax.inputs, (d) =>
      checkInput(
        d,
        changes.filter((c) => c.input === d.name),
        this.#names,
        timeUnit,
      ),
    );
    const initial = this.#define(this.#syntax.states, (d) => this.#initialState(d));
    const algebra = checkAlgebra(
      this.#syntax.algebra,
      this.#names,
      (body) => this.attempt(body),
      this.places,
    );
    const rates = this.#rates(timeUnit);
    const states = initial.map(
      (state): State => ({ ...state, rate: rates.get(state.name) ?? { kind: "constant", value: 0 } }),
    );
    const events = this.each(this.#syntax.events, (e) => this.#event(e));
    const sensors = this.each(this.#syntax.sensors, (d) => this.#sensor(d));
    const balances = this.#balances(timeUnit);
    if (this.problems.length === 0) this.#names.reportUnused(this.#free());
    const { name, title, about, source } = this.#syntax;
    const clock = { name: time.name, unit: time.unit, end: time.end };
    return {
      name,
      title,
      about,
      source,
      time: clock,
      parameters,
      inputs,
      states,
      algebra,
      events,
      sensors,
      balances,
    };
  }

  /** Names that nothing here has to use: what came with a part, and what a part is there to compute. */
  #free(): ReadonlySet<string> {
    const { kind, algebra, fromParts } = this.#syntax;
    return new Set([...fromParts, ...(kind === "part" ? algebra.map((line) => line.name) : [])]);
  }

  #initialState(declaration: Declaration): Omit<State, "rate"> {
    const value = measure(declaration.value, this.#names.only("parameter"));
    const unit = declaration.unit ? readUnit(declaration.unit.text, declaration.unit.place) : value.unit;
    const initial = convertTo(unit, value, declaration, declaration.name);
    this.#names.define(declaration.name, unit, declaration, "state");
    const known = constantValue(initial);
    const bounds = declaration.bounds;
    if (known !== undefined && bounds && (known < bounds.low || known > bounds.high)) {
      throw new LineError(
        declaration,
        `${declaration.name} starts at ${known}, outside its bounds ${bounds.low} .. ${bounds.high}`,
      );
    }
    return {
      name: declaration.name,
      unit: toldUnit(declaration, unit),
      text: declaration.text,
      source: declaration.source,
      low: bounds?.low ?? Number.NEGATIVE_INFINITY,
      high: bounds?.high ?? Number.POSITIVE_INFINITY,
      initial,
      toleranceScale: declaration.tolerance ?? 1,
    };
  }

  #rates(timeUnit: CompoundUnit): Map<string, Term> {
    const states = new Set(this.#syntax.states.map((s) => s.name));
    const rates = new Map<string, Term>();
    for (const equation of this.#syntax.equations) {
      this.attempt(() => {
        if (!states.has(equation.state)) {
          const guess = nearest(equation.state, states);
          throw new LineError(
            equation,
            `"${equation.state}" is not a state${guess ? `: did you mean d${guess}/dt?` : ""}`,
          );
        }
        if (rates.has(equation.state))
          throw new LineError(equation, `d${equation.state}/dt is defined twice`);
        this.places.set(`d${equation.state}/dt`, equation);
        rates.set(equation.state, { kind: "constant", value: 0 });
        const unit = this.#names.unitOfState(equation.state);
        const value = measure(equation.value, this.#names);
        if (unit)
          rates.set(
            equation.state,
            convertTo(divide(unit, timeUnit), value, equation, `d${equation.state}/dt`),
          );
      });
    }
    for (const state of this.#syntax.states) {
      if (!rates.has(state.name))
        this.#error(state, `state ${state.name} has no equation: write d${state.name}/dt = ...`);
    }
    return rates;
  }

  #event(event: EventSyntax): TwinEvent {
    const [watched, threshold] = [measure(event.watched, this.#names), measure(event.threshold, this.#names)];
    const [a, b] = sameScale(event, watched, threshold, "compare");
    const assignments = event.actions.map(({ place, target, value }) => {
      const unit = this.#names.unitOfState(target);
      if (!unit) throw new LineError(place, `an event sets states only, and "${target}" is not a state`);
      return { state: target, value: convertTo(unit, measure(value, this.#names), place, target) };
    });
    return {
      name: event.name,
      watched: apply("subtract", a, b),
      direction: event.direction,
      assignments,
      stops: event.stops,
    };
  }

  #sensor(declaration: Declaration): Sensor {
    const value = measure(declaration.value, this.#names);
    const unit = declaration.unit ? readUnit(declaration.unit.text, declaration.unit.place) : value.unit;
    return {
      name: declaration.name,
      unit: toldUnit(declaration, unit),
      text: declaration.text,
      value: convertTo(unit, value, declaration, declaration.name),
      noise: declaration.noise ?? 0,
    };
  }

  #balances(timeUnit: CompoundUnit): MassBalance[] {
    return this.each(this.#syntax.balances, (balance) => {
      const amount = measure(balance.amount, this.#names);
      const rate = measure(balance.rate, this.#names);
      const what = `the rate of balance ${balance.name}`;
      return {
        name: balance.name,
        amount: amount.term,
        rate: convertTo(divide(amount.unit, timeUnit), rate, balance, what),
      };
    });
  }

  #define<T>(declarations: readonly Declaration[], check: (d: Declaration) => T): T[] {
    return this.each(declarations, (declaration) => {
      const result = this.attempt(() => check(declaration));
      if (result === undefined) this.#names.markBroken(declaration.name, declaration);
      return result;
    }).filter((result) => result !== undefined);
  }

  each<S, T>(items: readonly S[], check: (item: S) => T): T[] {
    return items.map((item) => this.attempt(() => check(item))).filter((result) => result !== undefined);
  }

  /** Notes a line's error and goes on, so that one reading shows all. */
  attempt<T>(body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      if (!(error instanceof FollowingError)) this.#error(error.place, error.message);
      return undefined;
    }
  }

  #error(place: { line: number; column: number }, message: string): void {
    this.problems.push({ line: place.line, column: place.column, severity: "error", message });
  }
}
