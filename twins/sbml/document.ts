/** An SBML model as its file says, with the defaults of its level filled in. */
import type { Formula } from "./formula.ts";
import type { Origin } from "./sbml-error.ts";

export interface Symbol extends Origin {
  readonly id: string;
  readonly title: string;
}

export interface FunctionDefinition extends Symbol {
  readonly parameters: readonly string[];
  readonly body: Formula | undefined;
}

export interface Compartment extends Symbol {
  /** Undefined where the file leaves it open. */
  readonly size: number | undefined;
  readonly dimensions: number | undefined;
  readonly units: string;
}

export interface Species extends Symbol {
  readonly compartment: string;
  readonly initialAmount: number | undefined;
  readonly initialConcentration: number | undefined;
  /** Its symbol means the amount, not the concentration. */
  readonly isAmount: boolean;
  /** Reactions do not change it. */
  readonly isBoundary: boolean;
  readonly conversionFactor: string | undefined;
  readonly units: string;
}

export interface ParameterValue extends Symbol {
  readonly value: number | undefined;
  readonly units: string;
}

/** `initial` holds at the start only; `assignment` at all times; `rate` is d(variable)/dt. */
export interface Rule extends Origin {
  readonly kind: "initial" | "assignment" | "rate";
  readonly variable: string;
  readonly formula: Formula;
}

export interface SpeciesReference extends Origin {
  /** Given or made up: the name of the stoichiometry. */
  readonly id: string;
  readonly species: string;
  readonly stoichiometry: number | undefined;
  readonly sign: 1 | -1;
}

export interface Reaction extends Symbol {
  readonly references: readonly SpeciesReference[];
  readonly rate: Formula | undefined;
  readonly locals: readonly ParameterValue[];
}

export interface EventDefinition extends Symbol {
  readonly trigger: Formula | undefined;
  /** What the trigger is taken to have been before the start. */
  readonly initialValue: boolean;
  /** An event that waits happens even when its trigger becomes false meanwhile. */
  readonly isPersistent: boolean;
  readonly usesTriggerTime: boolean;
  readonly delay: Formula | undefined;
  readonly priority: Formula | undefined;
  readonly assignments: readonly (Origin & { readonly variable: string; readonly formula: Formula })[];
}

export interface SbmlDocument extends Symbol {
  readonly level: number;
  readonly version: number;
  readonly notes: string;
  readonly timeUnits: string;
  readonly conversionFactor: string | undefined;
  readonly functions: readonly FunctionDefinition[];
  readonly compartments: readonly Compartment[];
  readonly species: readonly Species[];
  readonly parameters: readonly ParameterValue[];
  readonly rules: readonly Rule[];
  readonly reactions: readonly Reaction[];
  readonly events: readonly EventDefinition[];
}
