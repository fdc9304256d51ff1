/**
 * What a symbol is in the engine: a parameter, an algebraic line, or a state with its rate.
 *
 * A species' state is always its amount, because that is what reactions and changing volumes keep; where
 * its symbol means the concentration, the symbol is a line, amount / size of the compartment.
 */
import type { Term } from "../language/model.ts";
import { type Declarations, type Declared, isAmount, speciesOf, varies } from "./declared.ts";
import { amountName, type Definition } from "./definition.ts";
import type { Reaction, SbmlDocument, Species } from "./document.ts";
import type { Formula } from "./formula.ts";
import { givenAmount, givenValue } from "./given-values.ts";
import { type Origin, refused } from "./sbml-error.ts";
import type { StartingValues } from "./starting-values.ts";
import { add, apply, divide, multiply, name, ZERO } from "./term.ts";

/** The model while its symbols are being defined: each may need others. */
export interface Meanings {
  readonly document: SbmlDocument;
  readonly declared: Declarations;
  readonly definitions: Map<string, Definition>;
  readonly start: StartingValues;
  /** Of a symbol in formulas; it is defined first where it is not. */
  value(id: string): Term | undefined;
  known(id: string, origin: Origin): Term;
  lower(formula: Formula, reaction?: Reaction): Term;
  /** Of an initial assignment, over parameters alone. */
  initially(formula: Formula): Term;
  /** Of the species' compartment. */
  size(species: Species): Term;
  rateOf(id: string): Term;
}

/** Adds the definitions of a symbol. */
export function defineSymbol(id: string, declared: Declared, model: Meanings): void {
  if (declared.kind === "reaction") defineLine(id, model, () => flux(declared.of, model));
  else if (declared.kind === "species" && !isAmount(declared.of, model.declared))
    defineConcentration(declared.of, model);
  else definePlain(id, declared, model);
}

/** Compartments, parameters, stoichiometries, and species whose symbol is the amount. */
function definePlain(id: string, declared: Declared, model: Meanings): void {
  const { rules } = model.declared;
  const [assignment, rate, initial] = [rules.assignment.get(id), rules.rate.get(id), rules.initial.get(id)];
  if (assignment) defineLine(id, model, () => model.lower(assignment.formula));
  else if (varies(id, model.declared))
    model.definitions.set(id, {
      kind: "state",
      initial: () => (initial ? model.initially(initial.formula) : valueGiven(id, declared, model)),
      rate: () => (rate ? model.lower(rate.formula) : reactionRate(id, model)),
    });
  else if (initial) defineLine(id, model, () => model.initially(initial.formula));
  else {
    const given = valueGiven(id, declared, model);
    if (given.kind === "constant")
      model.definitions.set(id, { kind: "parameter", value: given.value, of: declared.of });
    else defineLine(id, model, () => given);
  }
}

function defineConcentration(species: Species, model: Meanings): void {
  const { id } = species;
  const { rules } = model.declared;
  const [assignment, rate, initial] = [rules.assignment.get(id), rules.rate.get(id), rules.initial.get(id)];
  const amount = amountName(id);
  const size = model.size(species);
  if (assignment) {
    defineLine(id, model, () => model.lower(assignment.formula));
    model.definitions.set(amount, { kind: "line", term: multiply(name(id), size) });
    return;
  }
  model.definitions.set(id, { kind: "line", term: divide(name(amount), size) });
  const start = (): Term =>
    initial
      ? multiply(model.initially(initial.formula), model.start.close(size))
      : amountGiven(species, model);
  if (varies(id, model.declared)) {
    model.definitions.set(amount, {
      kind: "state",
      initial: start,
      rate: () =>
        rate
          ? add(
              multiply(model.lower(rate.formula), size),
              multiply(name(id), model.rateOf(species.compartment)),
            )
          : reactionRate(id, model),
    });
    return;
  }
  const given = start();
  if (given.kind === "constant")
    model.definitions.set(amount, { kind: "parameter", value: given.value, of: species });
  else model.definitions.set(amount, { kind: "line", term: given });
}

/**
 * The line counts as defined while its formula is read, so that a formula may name what is being read
 * (lines that need each other are found later); its value at the start is not known until then.
 */
function defineLine(id: string, { definitions, start }: Meanings, build: () => Term): void {
  definitions.set(id, { kind: "line", term: ZERO });
  definitions.set(id, { kind: "line", term: start.whileUnknown(id, build) });
}

function flux(reaction: Reaction, model: Meanings): Term {
  if (!reaction.rate) throw refused(reaction, "rate of a reaction that has none", reaction.id);
  return model.lower(reaction.rate, reaction);
}

/** Amount per time. */
function reactionRate(id: string, model: Meanings): Term {
  const list = model.declared.changes.get(id) ?? [];
  if (list.length === 0) return ZERO;
  const sum = list.reduce<Term>((total, { reaction, reference }) => {
    const flux = multiply(stoichiometry(reference.id, model), model.value(reaction.id) as Term);
    if (total === ZERO) return reference.sign < 0 ? apply("negate", flux) : flux;
    return apply(reference.sign < 0 ? "subtract" : "add", total, flux);
  }, ZERO);
  const factor =
    speciesOf(id, model.declared, model.document).conversionFactor ?? model.document.conversionFactor;
  return factor === undefined
    ? sum
    : multiply(sum, model.known(factor, speciesOf(id, model.declared, model.document)));
}

function stoichiometry(id: string, model: Meanings): Term {
  const declared = model.declared.symbols.get(id);
  if (declared?.kind !== "reference") throw new RangeError(`no stoichiometry ${id}`);
  const { rules } = model.declared;
  if (varies(id, model.declared) || rules.initial.has(id)) return model.value(id) as Term;
  return valueGiven(id, declared, model);
}

function valueGiven(id: string, declared: Declared, model: Meanings): Term {
  return declared.kind === "species" ? amountGiven(declared.of, model) : givenValue(id, declared);
}

function amountGiven(species: Species, model: Meanings): Term {
  return givenAmount(species, () => model.start.close(model.size(species)));
}
