/** Every identifier of a document with what the document says of it. */
import type {
  Compartment,
  FunctionDefinition,
  ParameterValue,
  Reaction,
  Rule,
  SbmlDocument,
  Species,
  SpeciesReference,
} from "./document.ts";
import { type Origin, wrong } from "./sbml-error.ts";

export type Declared =
  | { readonly kind: "compartment"; readonly of: Compartment }
  | { readonly kind: "species"; readonly of: Species }
  | { readonly kind: "parameter"; readonly of: ParameterValue }
  | { readonly kind: "reference"; readonly of: SpeciesReference }
  | { readonly kind: "reaction"; readonly of: Reaction };

export interface Declarations {
  readonly symbols: ReadonlyMap<string, Declared>;
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly rules: Readonly<Record<Rule["kind"], ReadonlyMap<string, Rule>>>;
  /** Set by events. */
  readonly assigned: ReadonlySet<string>;
  /** What reactions change, with the references that do. */
  readonly changes: ReadonlyMap<string, readonly { reaction: Reaction; reference: SpeciesReference }[]>;
}

/** The name that a parameter of one reaction has in the whole model. */
export const localName = (reaction: string, local: string): string => `${local} of ${reaction}`;

/** @throws SbmlError for a name declared twice, or a rule for what is not declared */
export function declare(document: SbmlDocument): Declarations {
  const symbols = new Map<string, Declared>();
  const functions = new Map<string, FunctionDefinition>();
  const add = (id: string, declared: Declared): void => {
    if (symbols.has(id) || functions.has(id)) throw wrong(declared.of, `"${id}" is declared twice`);
    symbols.set(id, declared);
  };
  for (const definition of document.functions) functions.set(definition.id, definition);
  for (const of of document.compartments) add(of.id, { kind: "compartment", of });
  for (const of of document.species) add(of.id, { kind: "species", of });
  for (const of of document.parameters) add(of.id, { kind: "parameter", of });
  for (const of of document.reactions) {
    add(of.id, { kind: "reaction", of });
    for (const local of of.locals) add(localName(of.id, local.id), { kind: "parameter", of: local });
    for (const reference of of.references) add(reference.id, { kind: "reference", of: reference });
  }
  const rules = {
    initial: rulesOf(document, "initial", symbols),
    assignment: rulesOf(document, "assignment", symbols),
    rate: rulesOf(document, "rate", symbols),
  };
  for (const [id, rule] of rules.assignment)
    if (rules.rate.has(id) || rules.initial.has(id))
      throw wrong(rule, `"${id}" has an assignment rule, and another rule besides`);
  const assigned = new Set(document.events.flatMap((e) => e.assignments.map((a) => a.variable)));
  return { symbols, functions, rules, assigned, changes: changesOf(document, symbols) };
}

function rulesOf(document: SbmlDocument, kind: Rule["kind"], symbols: ReadonlyMap<string, Declared>) {
  const found = new Map<string, Rule>();
  for (const rule of document.rules) {
    if (rule.kind !== kind) continue;
    if (!symbols.has(rule.variable))
      throw wrong(rule, `a rule sets "${rule.variable}", which is not declared`);
    if (found.has(rule.variable)) throw wrong(rule, `"${rule.variable}" has two rules of the same kind`);
    found.set(rule.variable, rule);
  }
  return found;
}

function changesOf({ reactions }: SbmlDocument, symbols: ReadonlyMap<string, Declared>) {
  const changes = new Map<string, { reaction: Reaction; reference: SpeciesReference }[]>();
  for (const reaction of reactions) {
    for (const reference of reaction.references) {
      const species = symbols.get(reference.species);
      if (species?.kind !== "species")
        throw wrong(reference, `"${reference.species}" is not a species of this model`);
      if (species.of.isBoundary || !reaction.rate) continue;
      const list = changes.get(reference.species) ?? [];
      changes.set(reference.species, [...list, { reaction, reference }]);
    }
  }
  return changes;
}

/** A rule, a reaction or an event changes it. */
export function varies(id: string, { rules, assigned, changes }: Declarations): boolean {
  return rules.rate.has(id) || rules.assignment.has(id) || assigned.has(id) || changes.has(id);
}

/** @throws SbmlError */
export function speciesOf(id: string, { symbols }: Declarations, origin: Origin): Species {
  const declared = symbols.get(id);
  if (declared?.kind !== "species") throw wrong(origin, `"${id}" is not a species of this model`);
  return declared.of;
}

/** The species' symbol means its amount, not its concentration. @throws SbmlError */
export function isAmount(species: Species, { symbols }: Declarations): boolean {
  const compartment = symbols.get(species.compartment);
  if (compartment?.kind !== "compartment")
    throw wrong(species, `"${species.compartment}" is not a compartment of this model`);
  return species.isAmount || compartment.of.dimensions === 0;
}
