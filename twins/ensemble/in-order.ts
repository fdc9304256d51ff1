/** Blocks come as workers finish them and go on in the order of their draws. */
import type { BlockResult } from "./block.ts";

/** @param onBlock is called with one block at a time */
export function ordered(onBlock: (block: BlockResult) => Promise<void>) {
  const waiting = new Map<number, BlockResult>();
  let next = 0;
  let writing = Promise.resolve();
  return {
    take: (block: BlockResult): Promise<void> => {
      waiting.set(block.from, block);
      for (let due = waiting.get(next); due; due = waiting.get(next)) {
        const now = due;
        waiting.delete(next);
        next = now.to;
        writing = writing.then(() => onBlock(now));
      }
      return writing;
    },
    /** What lies behind a gap that a cancelled ensemble left. */
    finish: async (): Promise<void> => {
      await writing;
      for (const block of [...waiting.values()].sort((a, b) => a.from - b.from)) await onBlock(block);
    },
  };
}
