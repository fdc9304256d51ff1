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

const total = ({ passed, refused, failed }: Counts): number => passed + refused + failed;

/** Refused feature -> case numbers. */
export function refusals(results: readonly CaseResult[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { verdict, reason, number } of results)
    if (verdict === "refused") found.set(reason, [...(found.get(reason) ?? []), number]);
  return found;
}
