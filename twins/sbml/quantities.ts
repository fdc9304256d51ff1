/**
 * The quantities of an SBML model as names of the engine, and what formulas mean by them. What each of them is stands
 * in define-symbol.ts.
 */
import type { Term } from "../language/model.ts";
import {
  type Declarations,
  type Declared,
  declare,
  isAmount,
  localName,
  speciesOf,
  varies,
} from "./declared.ts";
import { defineSymbol, type Meanings } from "./define-symbol.ts";
import { amountName, type Definition, TIME } from "./definition.ts";
import type { Reaction, SbmlDocument, Species } from "./document.ts";
import { numberTerm, type Scope } from "./lower.ts";
import { type Origin, wrong } from "./sbml-error.ts";
import { StartingValues } from "./starting-values.ts";
import { divide, name, ONE, ZERO } from "./term.ts";
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
  readonly #meanings: Meanings;

  /** @throws SbmlError, SbmlRefusal */
  constructor(document: SbmlDocument) {
    this.#document = document;
    this.#start = new StartingValues(document, this.#definitions);
    this.#declared = declare(document);
    this.#meanings = {
      document,
      declared: this.#declared,
      definitions: this.#definitions,
      start: this.#start,
      value: (id) => this.value(id),
      known: (id, origin) => this.#known(id, origin),
      lower: (formula, reaction) => numberTerm(formula, this.watchedScope(reaction)),
      initially: (formula) => this.#start.close(numberTerm(formula, this.scope())),
      size: (species) => this.#size(species),
      rateOf: (id) => this.#rateOfSymbol(id),
    };
    for (const [id, declared] of this.#declared.symbols)
      if (varies(id, this.#declared)) defineSymbol(id, declared, this.#meanings);
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
    if (!this.#definitions.has(id)) defineSymbol(id, declared, this.#meanings);
    return name(id);
  }

  /** Of what is not a species: its value. */
  amount(id: string): Term | undefined {
    const known = this.value(id);
    if (this.#declared.symbols.get(id)?.kind !== "species") return known;
    const species = speciesOf(id, this.#declared, this.#document);
    return isAmount(species, this.#declared) ? name(id) : name(amountName(id));
  }

  concentration(id: string): Term | undefined {
    const known = this.value(id);
    if (this.#declared.symbols.get(id)?.kind !== "species") return known;
    const species = speciesOf(id, this.#declared, this.#document);
    return isAmount(species, this.#declared) ? divide(name(id), this.#size(species)) : name(id);
  }

  /** The state that holds a symbol, and by what a value of the symbol is multiplied there. */
  target(id: string, origin: Origin): { readonly state: string; readonly factor: Term } {
    const declared = this.#declared.symbols.get(id);
    if (!declared) throw wrong(origin, `an event sets "${id}", which is not declared`);
    const isConcentration = declared.kind === "species" && !isAmount(declared.of, this.#declared);
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

  #known(id: string, origin: Origin): Term {
    const term = this.value(id);
    if (!term) throw wrong(origin, `"${id}" is not defined`);
    return term;
  }

  #size(species: Species): Term {
    return this.#known(species.compartment, species);
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
