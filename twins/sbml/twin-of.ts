/** An SBML document in the engine's own model form, with its events apart: they do more than the engine's. */
import type { Algebraic, Parameter, State, Term, TwinModel } from "../language/model.ts";
import { type Definition, TIME } from "./definition.ts";
import type { EventDefinition, SbmlDocument } from "./document.ts";
import { numberTerm, truthTerm } from "./lower.ts";
import { Quantities } from "./quantities.ts";
import { readDocument } from "./read-document.ts";
import { type Origin, refused, wrong } from "./sbml-error.ts";
import { namesOf, ZERO } from "./term.ts";

export interface SbmlEvent extends Origin {
  readonly id: string;
  /** 1 or 0. */
  readonly trigger: Term;
  readonly initialValue: boolean;
  readonly isPersistent: boolean;
  readonly usesTriggerTime: boolean;
  readonly delay: Term | undefined;
  readonly priority: Term | undefined;
  /** The state becomes value times factor; the factor is what it was just before the event. */
  readonly assignments: readonly { readonly state: string; readonly value: Term; readonly factor: Term }[];
}

export interface SbmlModel {
  readonly document: SbmlDocument;
  /** Without events; where SBML names no end of the run, neither does this. */
  readonly twin: TwinModel;
  readonly events: readonly SbmlEvent[];
  /** Comparisons, 1 or 0, at whose changes a rate or a trigger changes its form. */
  readonly switches: readonly Term[];
  /** What is asked for, as terms over the twin's names. */
  readonly outputs: readonly Term[];
}

/** `amount` and `concentration` ask for a species so; `value` for what a symbol means in formulas. */
export interface Wanted {
  readonly as: "amount" | "concentration" | "value";
  readonly id: string;
}

/** @throws SbmlError, SbmlRefusal */
export function readSbml(text: string, file: string, wanted: readonly Wanted[] = []): SbmlModel {
  const document = readDocument(text, file);
  const quantities = new Quantities(document);
  const events = document.events.flatMap((event) => readEvent(event, quantities));
  const outputs = wanted.map(({ as, id }) => {
    const term = as === "value" ? quantities.value(id) : quantities[as](id);
    if (!term) throw wrong(document, `"${id}" is not declared`);
    return term;
  });
  const twin = twinOf(document, quantities);
  return { document, twin, events, switches: quantities.switches, outputs };
}

/**
 * The model for the engine's own runs and ensembles, until `end`.
 * @throws SbmlRefusal for a model with events: the engine has no delays, priorities and chains of events
 */
export function twinForEnsembles({ twin, events }: SbmlModel, end: number): TwinModel {
  const [event] = events;
  if (event) throw refused(event, "event in an ensemble", `"${event.id}"; a single run knows them all`);
  return { ...twin, time: { ...twin.time, end } };
}

/** An event without a trigger never happens. */
function readEvent(event: EventDefinition, quantities: Quantities): SbmlEvent[] {
  const { trigger, delay, priority, assignments, ...own } = event;
  if (!trigger) return [];
  const scope = quantities.scope();
  return [
    {
      ...own,
      trigger: truthTerm(trigger, quantities.watchedScope()),
      delay: delay && numberTerm(delay, scope),
      priority: priority && numberTerm(priority, scope),
      assignments: assignments.map((assignment) => ({
        ...quantities.target(assignment.variable, assignment),
        value: numberTerm(assignment.formula, scope),
      })),
    },
  ];
}

const plain = {
  unit: "1",
  text: "",
  source: "",
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
};

function twinOf(document: SbmlDocument, quantities: Quantities): TwinModel {
  const states: State[] = [];
  // Rates may bring up quantities that nothing named before: the list grows while it is read.
  for (const [name, definition] of quantities.definitions) {
    if (definition.kind !== "state") continue;
    const [initial, rate] = [quantities.atStart(name), definition.rate()];
    states.push({ ...plain, name, initial, toleranceScale: 1, rate });
  }
  if (states.length === 0)
    states.push({ ...plain, name: "nothing that changes", initial: ZERO, toleranceScale: 1, rate: ZERO });
  const parameters: Parameter[] = [...quantities.definitions].flatMap(([name, definition]) =>
    definition.kind === "parameter"
      ? [
          {
            ...plain,
            name,
            text: "title" in definition.of ? definition.of.title : "",
            value: definition.value,
          },
        ]
      : [],
  );
  return {
    name: document.id,
    title: document.title,
    about: document.notes,
    source: "",
    time: { name: TIME, unit: "1", end: Number.POSITIVE_INFINITY },
    parameters,
    inputs: [],
    states,
    algebra: inOrderOfUse(document, quantities.definitions),
    events: [],
    sensors: [],
    balances: [],
  };
}

/** @throws SbmlError for lines that need each other */
function inOrderOfUse(document: SbmlDocument, definitions: ReadonlyMap<string, Definition>): Algebraic[] {
  const ordered: Algebraic[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (name: string, path: readonly string[]): void => {
    const definition = definitions.get(name);
    if (definition?.kind !== "line" || state.get(name) === "done") return;
    if (state.get(name) === "open")
      throw wrong(document, `these depend on each other: ${[...path, name].join(" -> ")}`);
    state.set(name, "open");
    for (const used of namesOf(definition.term)) visit(used, [...path, name]);
    state.set(name, "done");
    ordered.push({ name, unit: "1", text: "", value: definition.term });
  };
  for (const name of definitions.keys()) visit(name, []);
  return ordered;
}
