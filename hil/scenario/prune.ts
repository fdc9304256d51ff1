/**
 * Takes what has a wrong shape out of a scenario, so that the rest can be read.
 */
import type { BaseIssue } from "valibot";

const LISTS = ["schedule", "faults", "expect"] as const;
export type ListName = (typeof LISTS)[number];

/** Nothing else hangs on these: while the problems are collected, any value will do. */
const FILLERS: Readonly<Record<string, unknown>> = { title: "", covers: [], seed: 0 };

/** Index in the file of an entry of a list. */
export type IndexInFile = (list: ListName, index: number) => number;

export const untouched: IndexInFile = (_list, index) => index;

/** Undefined when something is wrong that all the rest hangs on: nothing else can be read then. */
export function pruneBadEntries(
  value: unknown,
  issues: readonly BaseIssue<unknown>[],
): { value: unknown; indices: IndexInFile } | undefined {
  const bad = new Map<ListName, Set<number>>(LISTS.map((list) => [list, new Set()]));
  const pruned = { ...(value as Record<string, unknown>) };
  for (const { path, type, expected } of issues) {
    const key = String(path?.[0]?.key);
    if (Object.hasOwn(FILLERS, key)) {
      pruned[key] = FILLERS[key];
      continue;
    }
    const isUnknownKey = path?.length === 1 && type === "strict_object" && expected === "never";
    if (isUnknownKey) {
      delete pruned[key];
      continue;
    }
    const found = bad.get(path?.[0]?.key as ListName);
    const index = path?.[1]?.key;
    if (found === undefined || typeof index !== "number") return undefined;
    found.add(index);
  }
  const kept = new Map<ListName, number[]>();
  for (const [list, indices] of bad) {
    const entries = pruned[list];
    if (!Array.isArray(entries)) continue;
    const good = entries.map((_, i) => i).filter((i) => !indices.has(i));
    kept.set(list, good);
    pruned[list] = good.map((i) => entries[i]);
  }
  return { value: pruned, indices: (list, index) => kept.get(list)?.[index] ?? index };
}
