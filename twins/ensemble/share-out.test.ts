import fc from "fast-check";
import { expect, test } from "vitest";
import { type Block, type Draws, shareOut } from "./share-out.ts";

const strategies = (count: number) =>
  Array.from({ length: count }, (_, s) => ({ name: `${s}`, settings: [] }));

/** About that of a CHO fed-batch, in operations. */
const WORK = 40_000;

function all(take: () => Block | undefined): Block[] {
  const blocks: Block[] = [];
  for (let block = take(); block; block = take()) blocks.push(block);
  return blocks;
}

const ensemble = fc.record({
  runs: fc.integer({ min: 1, max: 3000 }),
  count: fc.integer({ min: 1, max: 5 }),
  workers: fc.integer({ min: 1, max: 64 }),
  work: fc.integer({ min: 1, max: 1e10 }),
});

test("every draw is handed out once, in order, whoever takes it", () => {
  fc.assert(
    fc.property(ensemble, fc.infiniteStream(fc.boolean()), ({ runs, count, workers, work }, isHere) => {
      const draws = shareOut({ runs, strategies: strategies(count) }, work, workers, () => false);
      const blocks = all(() => (isHere.next().value === true ? draws.takeHere() : draws.takeForWorker()));
      expect(blocks.map(({ from }) => from)).toEqual([0, ...blocks.map(({ to }) => to)].slice(0, -1));
      expect(blocks.at(-1)?.to).toBe(runs);
      for (const { from, to } of blocks) expect(to).toBeGreaterThan(from);
    }),
  );
});

test("blocks of workers get shorter towards the end, and are few", () => {
  const draws = shareOut({ runs: 100_000 }, WORK, 2, () => false);
  const lengths = all(draws.takeForWorker).map(({ from, to }) => to - from);
  expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
  expect(lengths[0]).toBe(2000);
  expect(lengths.at(-1)).toBeLessThanOrEqual(50);
  expect(lengths.length).toBeLessThan(120);
});

test("no more is handed out once it is cancelled", () => {
  let isCancelled = false;
  const draws: Draws = shareOut({ runs: 10_000 }, WORK, 2, () => isCancelled);
  expect(draws.takeForWorker()).toBeDefined();
  isCancelled = true;
  expect([draws.takeForWorker(), draws.takeHere()]).toEqual([undefined, undefined]);
});
