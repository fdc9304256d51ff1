import fc from "fast-check";
import { expect, test } from "vitest";
import { groupBlocks, placeIn, probesFor, type RegisterBlock } from "./read-plan.ts";

const block = fc.record({
  table: fc.constantFrom("holding" as const, "input" as const),
  address: fc.integer({ min: 0, max: 400 }),
  quantity: fc.integer({ min: 1, max: 2 }),
});

const registersOf = ({ table, address, quantity }: RegisterBlock) =>
  Array.from({ length: quantity }, (_, at) => `${table} ${address + at}`);

test("every block lies in one group whole, no group is too long, and nothing else is read", () => {
  fc.assert(
    fc.property(fc.array(block, { maxLength: 300 }), (blocks) => {
      const groups = groupBlocks(blocks);
      for (const one of blocks) expect(groups.some((group) => placeIn(group, one) !== undefined)).toBe(true);
      for (const { quantity } of groups) expect(quantity).toBeLessThanOrEqual(125);
      const wanted = new Set(blocks.flatMap(registersOf));
      for (const register of groups.flatMap(registersOf)) expect(wanted.has(register)).toBe(true);
    }),
  );
});

test("what touches is read together", () => {
  const at = (address: number) => ({ table: "input" as const, address, quantity: 2 });
  expect(groupBlocks([at(4), at(0), at(2), at(9)])).toEqual([
    { table: "input", address: 0, quantity: 6 },
    { table: "input", address: 9, quantity: 2 },
  ]);
});

test("probes begin with what the instrument surely answers, and have several shapes", () => {
  const probes = probesFor([{ table: "input", address: 8, quantity: 2 }]);
  expect(probes.map(({ functionCode, quantity }) => [functionCode, quantity])).toEqual([
    [4, 1],
    [4, 2],
    [3, 1],
    [1, 1],
    [2, 1],
  ]);
});
