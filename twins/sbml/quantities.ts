/**
 * The quantities of an SBML model as names of the engine: parameters, algebraic lines and states.
 *
 * A species' state is always its amount, because that is what reactions and changing volumes keep; where
 * its symbol means the concentration, the symbol is a line, amount / size of the compartment.
 */
import type { Term } from "../language/model.ts";
import { type Declarations, type Declared, declare, localName } from "./declared.ts";
import { amountName, type Definition, TIME } from "./definition.ts";
import type { Reaction, SbmlDocument, Species } from "./document.ts";
import type { Formula } from "./formula.ts";
import { givenAmount, givenValue } from "./given-values.ts";
import { numberTerm, type Scope } from "./lower.ts";
import { type Origin, refused, wrong } from "./sbml-error.ts";
import { StartingValues } from "./starting-values.ts";
import { add, apply, divide, multiply, name, ONE, ZERO } from "./term.ts";
import { totalDerivative } from "./total-derivative.ts";

/** Equal for equal terms; JSON would write every number that is not finite alike. */
const keyOf = (term: Term): string =>
  JSON.stringify(term, (_, value) => (typeof value === "number" ? String(value) : value));

export class Quantities {
  readonly #document: SbmlDocument;
  readonly #declared: Declarations;
  readonly #definitions = new Map<string, Definition>();
  readonly #start: StartingValues;
  readonly #switches = new Map<string, Term>();

  /** @throws SbmlError, SbmlRefusal */
  constructor(document: SbmlDocument) {
    this.#document = document;
    this.#start = new StartingValues(document, this.#definitions);
    this.#declared = declare(document);
    for (const [id, declared] of this.#declared.symbols) if (this.#varies(id)) this.#define(id, declared);
  }

  /** By engine name; those that nothing needs are absent. */
  get definitions(): ReadonlyMap<string, Definition> {
    return this.#definitions;
  }

  get symbols(): ReadonlyMap<string, Declared> {
    return this.#declared.symbols;
  }

  /** Every comparison, as 1 or 0, on which a rate or a trigger depends. */
  get switches(): readonly Term[] {
    return [...this.#switches.values()];
  }

  /** A scope whose comparisons are kept as switches. */
  watchedScope(reaction?: Reaction): Scope {
    const compared = (term: Term): void => {
      this.#switches.set(keyOf(term), term);
    };
    return { ...this.scope(reaction), compared };
  }

  /** Names as in the model; in a reaction's rate its own parameters come first. */
  scope(reaction?: Reaction): Scope {
    const locals = new Set(reaction?.locals.map((local) => local.id));
    const own = (id: string): string => (reaction && locals.has(id) ? localName(reaction.id, id) : id);
    return {
      functions: this.#declared.functions,
      time: name(TIME),
      resolve: (id) => {
        const known = this.value(own(id));
        return known && { term: known, isTruth: false };
      },
      rateOf: (id) => this.#rateOfSymbol(own(id)),
    };
  }

  /** What a symbol means in formulas, or undefined for an unknown one. */
  value(id: string): Term | undefined {
    const declared = this.#declared.symbols.get(id);
    if (!declared) return undefined;
    if (!this.#definitions.has(id)) this.#define(id, declared);
    return name(id);
  }

  /** Of what is not a species: its value. */
  amount(id: string): Term | undefined {
    const known = this.value(id);
    if (this.#declared.symbols.get(id)?.kind !== "species") return known;
    const species = this.#species(id);
    return this.#isAmount(species) ? name(id) : name(amountName(id));
  }

  concentration(id: string): Term | undefined {
    const known = this.value(id);
    if (this.#declared.symbols.get(id)?.kind !== "species") return known;
    const species = this.#species(id);
    return this.#isAmount(species) ? divide(name(id), this.#size(species)) : name(id);
  }

  /** The state that holds a symbol, and by what a value of the symbol is multiplied there. */
  target(id: string, origin: Origin): { readonly state: string; readonly factor: Term } {
    const declared = this.#declared.symbols.get(id);
    if (!declared) throw wrong(origin, `an event sets "${id}", which is not declared`);
    const isConcentration = declared.kind === "species" && !this.#isAmount(declared.of);
    const target = isConcentration
      ? { state: amountName(id), factor: this.#size(declared.of) }
      : { state: id, factor: ONE };
    if (this.#definitions.get(target.state)?.kind !== "state")
      throw wrong(origin, `an event sets "${id}", whose value a rule or a reaction gives`);
    return target;
  }

  /** The value of an engine name at the start, over parameters alone. */
  atStart(engineName: string): Term {
    return this.#start.value(engineName);
  }

  #varies(id: string): boolean {
    const { rules, assigned, changes } = this.#declared;
    return rules.rate.has(id) || rules.assignment.has(id) || assigned.has(id) || changes.has(id);
  }

  #define(id: string, declared: Declared): void {
    if (declared.kind === "reaction") this.#defineLine(id, () => this.#flux(declared.of));
    else if (declared.kind === "species" && !this.#isAmount(declared.of))
      this.#defineConcentration(declared.of);
    else this.#definePlain(id, declared);
  }

  /** Compartments, parameters, stoichiometries, and species whose symbol is the amount. */
  #definePlain(id: string, declared: Declared): void {
    const { rules } = this.#declared;
    const [assignment, rate, initial] = [rules.assignment.get(id), rules.rate.get(id), rules.initial.get(id)];
    if (assignment) this.#defineLine(id, () => this.#lower(assignment.formula));
    else if (this.#varies(id))
      this.#definitions.set(id, {
        kind: "state",
        initial: () => (initial ? this.#initially(initial.formula) : this.#givenValue(id, declared)),
        rate: () => (rate ? this.#lower(rate.formula) : this.#reactionRate(id)),
      });
    else if (initial) this.#defineLine(id, () => this.#initially(initial.formula));
    else {
      const given = this.#givenValue(id, declared);
      if (given.kind === "constant")
        this.#definitions.set(id, { kind: "parameter", value: given.value, of: declared.of });
      else this.#defineLine(id, () => given);
    }
  }

  #defineConcentration(species: Species): void {
    const { id } = species;
    const { rules } = this.#declared;
    const [assignment, rate, initial] = [rules.assignment.get(id), rules.rate.get(id), rules.initial.get(id)];
    const amount = amountName(id);
    const size = this.#size(species);
    if (assignment) {
      this.#defineLine(id, () => this.#lower(assignment.formula));
      this.#definitions.set(amount, { kind: "line", term: multiply(name(id), size) });
      return;
    }
    this.#definitions.set(id, { kind: "line", term: divide(name(amount), size) });
    const start = (): Term =>
      initial
        ? multiply(this.#initially(initial.formula), this.#start.close(size))
        : this.#givenAmount(species);
    if (this.#varies(id)) {
      this.#definitions.set(amount, {
        kind: "state",
        initial: start,
        rate: () =>
          rate
            ? add(multiply(this.#lower(rate.formula), size), multiply(name(id), this.#sizeRate(species)))
            : this.#reactionRate(id),
      });
      return;
    }
    const given = start();
    if (given.kind === "constant")
      this.#definitions.set(amount, { kind: "parameter", value: given.value, of: species });
    else this.#definitions.set(amount, { kind: "line", term: given });
  }

  /**
   * The line counts as defined while its formula is read, so that a formula may name what is being read
   * (lines that need each other are found later); its value at the start is not known until then.
   */
  #defineLine(id: string, build: () => Term): void {
    this.#definitions.set(id, { kind: "line", term: ZERO });
    this.#definitions.set(id, { kind: "line", term: this.#start.whileUnknown(id, build) });
  }

  #lower(formula: Formula, reaction?: Reaction): Term {
    return numberTerm(formula, this.watchedScope(reaction));
  }

  #initially(formula: Formula): Term {
    return this.#start.close(numberTerm(formula, this.scope()));
  }

  #flux(reaction: Reaction): Term {
    if (!reaction.rate) throw refused(reaction, "rate of a reaction that has none", reaction.id);
    return this.#lower(reaction.rate, reaction);
  }

  /** Amount per time. */
  #reactionRate(id: string): Term {
    const list = this.#declared.changes.get(id) ?? [];
    if (list.length === 0) return ZERO;
    const sum = list.reduce<Term>((total, { reaction, reference }) => {
      const flux = multiply(this.#stoichiometry(reference.id), this.value(reaction.id) as Term);
      if (total === ZERO) return reference.sign < 0 ? apply("negate", flux) : flux;
      return apply(reference.sign < 0 ? "subtract" : "add", total, flux);
    }, ZERO);
    const factor = this.#species(id).conversionFactor ?? this.#document.conversionFactor;
    return factor === undefined ? sum : multiply(sum, this.#known(factor, this.#species(id)));
  }

  #stoichiometry(id: string): Term {
    const declared = this.#declared.symbols.get(id);
    if (declared?.kind !== "reference") throw new RangeError(`no stoichiometry ${id}`);
    const { rules } = this.#declared;
    if (this.#varies(id) || rules.initial.has(id)) return this.value(id) as Term;
    return this.#givenValue(id, declared);
  }

  #known(id: string, origin: Origin): Term {
    const term = this.value(id);
    if (!term) throw wrong(origin, `"${id}" is not defined`);
    return term;
  }

  #givenValue(id: string, declared: Declared): Term {
    return declared.kind === "species" ? this.#givenAmount(declared.of) : givenValue(id, declared);
  }

  #givenAmount(species: Species): Term {
    return givenAmount(species, () => this.#start.close(this.#size(species)));
  }

  #species(id: string): Species {
    const declared = this.#declared.symbols.get(id);
    if (declared?.kind !== "species") throw wrong(this.#document, `"${id}" is not a species of this model`);
    return declared.of;
  }

  #size(species: Species): Term {
    return this.#known(species.compartment, species);
  }

  #sizeRate(species: Species): Term {
    return this.#rateOfSymbol(species.compartment);
  }

  #isAmount(species: Species): boolean {
    const compartment = this.#declared.symbols.get(species.compartment);
    if (compartment?.kind !== "compartment")
      throw wrong(species, `"${species.compartment}" is not a compartment of this model`);
    return species.isAmount || compartment.of.dimensions === 0;
  }

  #rateOfSymbol(id: string): Term {
    this.value(id);
    return this.#rateOf(id);
  }

  /** d/dt of an engine name. */
  #rateOf(engineName: string): Term {
    if (engineName === TIME) return ONE;
    const definition = this.#definitions.get(engineName);
    if (!definition) throw wrong(this.#document, `rateOf "${engineName}", which is not defined`);
    if (definition.kind === "parameter") return ZERO;
    if (definition.kind === "state") return definition.rate();
    return totalDerivative(definition.term, (each) => this.#rateOf(each));
  }
}
