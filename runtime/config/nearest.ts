/**
 * The word a person probably meant: optimal string alignment distance (insert, delete, replace,
 * swap of neighbours), case and `-`/`_` not counted.
 */

/** Longer words are not compared: nobody misspells them, and the cost is quadratic. */
const LONGEST_WORD = 80;

/**
 * The nearest of `candidates`, or undefined when none is near: about one slip for every three
 * letters is allowed. Of equally near ones the first wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(word);
  if (wanted.length > LONGEST_WORD) return undefined;
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const offered = plain(candidate);
    const limit = Math.floor((Math.max(wanted.length, offered.length) + 1) / 3);
    if (Math.abs(wanted.length - offered.length) > limit || offered.length > LONGEST_WORD) continue;
    const distance = editDistance(wanted, offered);
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

const plain = (word: string) => word.toLowerCase().replaceAll("-", "_");

/** Edits that lead from `a` to `b`, a swap of two neighbours counted as one. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

/** The rows are always long enough; the type checker cannot see it. */
const at = (row: readonly number[], index: number) => row[index] as number;
