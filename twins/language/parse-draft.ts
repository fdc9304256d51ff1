/** A model while its lines are being read. */
import { type Diagnostic, ModelError } from "./diagnostic.ts";
import type { Balance, Change, Declaration, EventSyntax, ModelSyntax, Use } from "./syntax.ts";

export interface Draft {
  kind: ModelSyntax["kind"];
  name: string | undefined;
  title: string;
  source: string;
  readonly about: string[];
  time: ModelSyntax["time"] | undefined;
  readonly parameters: Declaration[];
  readonly inputs: Declaration[];
  readonly changes: Change[];
  readonly states: Declaration[];
  readonly algebra: Declaration[];
  readonly equations: ModelSyntax["equations"][number][];
  readonly events: EventSyntax[];
  readonly sensors: Declaration[];
  readonly balances: Balance[];
  readonly uses: Use[];
}

/** A part without states says nothing of time; what uses it does. */
const NO_TIME: ModelSyntax["time"] = { name: "t", unit: "h", end: 1, place: { line: 1, column: 1 } };

export const emptyDraft = (): Draft => ({
  kind: "model",
  name: undefined,
  title: "",
  source: "",
  about: [],
  time: undefined,
  parameters: [],
  inputs: [],
  changes: [],
  states: [],
  algebra: [],
  equations: [],
  events: [],
  sensors: [],
  balances: [],
  uses: [],
});

/** @throws ModelError when a part without which there is no model is absent */
export function finishDraft(draft: Draft, file: string): ModelSyntax {
  const absent: string[] = [];
  if (draft.name === undefined) absent.push('the first line is "model <name>"');
  const isPart = draft.kind === "part";
  const timeIsFree = isPart && draft.states.length === 0;
  if (draft.time === undefined && !timeIsFree)
    absent.push('a line "time t until 336 h" names the time variable and the end');
  if (draft.states.length === 0 && draft.uses.length === 0 && !isPart)
    absent.push('a section "states" declares at least one state');
  const { name } = draft;
  const time = draft.time ?? (timeIsFree ? NO_TIME : undefined);
  if (name === undefined || time === undefined || absent.length > 0) {
    const problems = absent.map(
      (what): Diagnostic => ({
        line: 1,
        column: 1,
        severity: "error",
        message: `missing: ${what}`,
      }),
    );
    throw new ModelError(file, problems);
  }
  return { ...draft, name, time, about: draft.about.join("\n"), fromParts: new Set() };
}
