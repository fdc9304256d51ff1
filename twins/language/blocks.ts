/**
 * A text may hold more than one model: the first is the one that is meant, the others are what it uses.
 * Whoever carries a model elsewhere carries the whole text, and it means the same there.
 */
export interface Block {
  readonly name: string;
  readonly text: string;
  /** Of the block, counted from 1. */
  readonly firstLine: number;
}

const HEADING = /^(?:model|part)\s+([A-Za-z][-A-Za-z0-9]*)\s*$/;

/** Lines before the first heading belong to the first block; a text without a heading is one block. */
export function blocksOf(text: string): readonly Block[] {
  const lines = text.split(/\r?\n/);
  const starts = lines.flatMap((line, index) => (HEADING.test(line) ? [index] : []));
  if (starts.length === 0) return [{ name: "", text, firstLine: 1 }];
  return starts.map((start, i) => {
    const from = i === 0 ? 0 : start;
    return {
      name: HEADING.exec(lines[start] as string)?.[1] ?? "",
      text: lines.slice(from, starts[i + 1]).join("\n"),
      firstLine: from + 1,
    };
  });
}
