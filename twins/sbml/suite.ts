/** The semantic suite as a whole: finding its cases, and counting verdicts by feature. */
import type { CaseResult } from "./run-case.ts";
import type { CaseFiles } from "./semantic-case.ts";

const CASE_FILE = /(?:^|\/)(\d{5})\/\1-(?:(sbml-l\dv\d)\.xml|(settings)\.txt|(results)\.csv|(model)\.m)$/;

export const isCaseFile = (path: string): boolean => CASE_FILE.test(path);

/** Complete cases in `files` (by path), in order; of several levels the highest is taken. */
export function casesIn(files: ReadonlyMap<string, string>): CaseFiles[] {
  const found = new Map<string, Map<string, { path: string; text: string }>>();
  for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [, number, sbml, ...others] = CASE_FILE.exec(path) ?? [];
    if (number === undefined) continue;
    const parts = found.get(number) ?? new Map<string, { path: string; text: string }>();
    parts.set(sbml ? "sbml" : (others.find((each) => each !== undefined) as string), { path, text });
    found.set(number, parts);
  }
  return [...found].flatMap(([number, parts]) => {
    const [sbml, settings, results, model] = ["sbml", "settings", "results", "model"].map((p) =>
      parts.get(p),
    );
    if (!sbml || !settings || !results || !model) return [];
    const file = sbml.path.split("/").at(-1) ?? sbml.path;
    return [
      {
        number,
        model: { file, text: sbml.text },
        settings: settings.text,
        results: results.text,
        description: model.text,
      },
    ];
  });
}

export interface Counts {
  readonly passed: number;
  readonly refused: number;
  readonly failed: number;
}

export const count = (results: readonly CaseResult[]): Counts => {
  const of = (verdict: CaseResult["verdict"]) => results.filter((each) => each.verdict === verdict).length;
  return { passed: of("passed"), refused: of("refused"), failed: of("failed") };
};

/** By the suite's own tags, the most frequent first. */
export function countByTag(results: readonly CaseResult[]): (Counts & { readonly tag: string })[] {
  const tags = [...new Set(results.flatMap((each) => each.tags))];
  return tags
    .map((tag) => ({ tag, ...count(results.filter((each) => each.tags.includes(tag))) }))
    .sort((a, b) => total(b) - total(a) || (a.tag < b.tag ? -1 : 1));
}

/** What no ODE solver alone can do; cases with one of these tags are no part of the scopes below. */
const OUTSIDE = ["AlgebraicRule", "CSymbolDelay", "FastReaction", "MultipleFastReactions"];
const WAITS_OR_RANKS = ["EventWithDelay", "EventPriority", "RandomEventExecution"];

/** Every case is in one. */
export const SCOPES = [
  "plain ODE",
  "events without delay or priority",
  "events with delay or priority",
  "algebraic rules, delays, fast reactions, packages",
] as const;

type Scope = (typeof SCOPES)[number];

/** By what a case asks of a solver, told from its tags. */
export const countByScope = (results: readonly CaseResult[]): (Counts & { readonly scope: Scope })[] =>
  SCOPES.map((scope) => ({ scope, ...count(results.filter(({ tags }) => scopeOf(tags) === scope)) }));

function scopeOf(tags: readonly string[]): Scope {
  if (tags.some((tag) => OUTSIDE.includes(tag) || tag.includes(":"))) return SCOPES[3];
  if (!tags.some((tag) => tag.includes("Event"))) return SCOPES[0];
  return tags.some((tag) => WAITS_OR_RANKS.includes(tag)) ? SCOPES[2] : SCOPES[1];
}

const total = ({ passed, refused, failed }: Counts): number => passed + refused + failed;

/** Refused feature -> case numbers. */
export function refusals(results: readonly CaseResult[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { verdict, reason, number } of results)
    if (verdict === "refused") found.set(reason, [...(found.get(reason) ?? []), number]);
  return found;
}
