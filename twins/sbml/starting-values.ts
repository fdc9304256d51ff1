/** The values of engine names at the start of a run, over parameters alone; each is worked out once. */
import type { Term } from "../language/model.ts";
import { type Definition, TIME } from "./definition.ts";
import type { SbmlDocument } from "./document.ts";
import { wrong } from "./sbml-error.ts";
import { name, substitute, ZERO } from "./term.ts";

export class StartingValues {
  readonly #document: SbmlDocument;
  readonly #definitions: ReadonlyMap<string, Definition>;
  readonly #closed = new Map<string, Term>();
  readonly #open = new Set<string>();

  /** `definitions` may grow afterwards. */
  constructor(document: SbmlDocument, definitions: ReadonlyMap<string, Definition>) {
    this.#document = document;
    this.#definitions = definitions;
  }

  /** @throws SbmlError for a value that depends on itself */
  value(engineName: string): Term {
    const known = this.#closed.get(engineName);
    if (known) return known;
    if (engineName === TIME) return ZERO;
    if (this.#open.has(engineName))
      throw wrong(this.#document, `the value of "${engineName}" at the start depends on itself`);
    this.#open.add(engineName);
    const definition = this.#definitions.get(engineName);
    if (!definition) throw new RangeError(`no definition of ${engineName}`);
    const term =
      definition.kind === "parameter"
        ? name(engineName)
        : definition.kind === "line"
          ? this.close(definition.term)
          : definition.initial();
    this.#open.delete(engineName);
    this.#closed.set(engineName, term);
    return term;
  }

  /** `term` with every name replaced by its value at the start. */
  close(term: Term): Term {
    return substitute(term, (each) => this.value(each));
  }

  /** Builds a term during which the value of `engineName` counts as depending on itself. */
  whileUnknown(engineName: string, build: () => Term): Term {
    this.#open.add(engineName);
    const term = build();
    this.#open.delete(engineName);
    return term;
  }
}
