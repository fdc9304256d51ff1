/** A model's formulas that run between steps, compiled once for all lanes. */
import { compileTerms, type Evaluator } from "../compile/observer.ts";
import type { TwinModel } from "../language/model.ts";

export class TwinFunctions {
  readonly model: TwinModel;
  readonly initial: Evaluator;
  /** One number per event. */
  readonly watched: Evaluator;
  /** Per event: the new values of the states it sets, in the order of its assignments. */
  readonly actions: readonly { readonly evaluate: Evaluator; readonly targets: readonly number[] }[];
  #rates: Evaluator | undefined;

  constructor(model: TwinModel) {
    this.model = model;
    this.initial = compileTerms(
      { ...model, algebra: [] },
      model.states.map((state) => state.initial),
    );
    this.watched = compileTerms(
      model,
      model.events.map((event) => event.watched),
    );
    const index = new Map(model.states.map((state, i) => [state.name, i]));
    this.actions = model.events.map(({ assignments }) => ({
      evaluate: compileTerms(
        model,
        assignments.map((a) => a.value),
      ),
      targets: assignments.map((a) => index.get(a.state) as number),
    }));
  }

  /** One rate per state; compiled when a trajectory fails. */
  get rates(): Evaluator {
    this.#rates ??= compileTerms(
      this.model,
      this.model.states.map((state) => state.rate),
    );
    return this.#rates;
  }
}

const made = new WeakMap<TwinModel, TwinFunctions>();

/** Compiled once for a model, however many ensembles it runs in. */
export function functionsOf(model: TwinModel): TwinFunctions {
  const functions = made.get(model) ?? new TwinFunctions(model);
  made.set(model, functions);
  return functions;
}
