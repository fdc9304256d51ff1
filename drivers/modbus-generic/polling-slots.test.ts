import { expect, test } from "vitest";
import { ChannelSlots, PollingGrid } from "./polling-slots.ts";

const S = 1_000_000_000n;

test("the grid stays where it was, and a slot is used once", () => {
  const grid = new PollingGrid(1000);
  expect(grid.next(5n * S)).toEqual({ slot: 0n, dueNs: 5n * S });
  expect(grid.next(5n * S)).toEqual({ slot: 1n, dueNs: 6n * S });
  // A poll that took too long: slots 2 and 3 are over.
  expect(grid.next(8n * S + 1n)).toEqual({ slot: 4n, dueNs: 9n * S });
});

test("a channel's numbers leave out what was missed, from the very first", () => {
  const slots = new ChannelSlots();
  expect([2n, 3n, 7n].map((slot) => slots.next(slot, 1n))).toEqual([3n, 4n, 8n]);
  expect(slots.gaps).toBe(2);
});

test("a channel that takes each fifth slot counts its own", () => {
  const slots = new ChannelSlots();
  expect([0n, 5n, 15n].map((slot) => slots.next(slot, 5n))).toEqual([1n, 2n, 4n]);
  // Faster from now on: the numbers still rise.
  expect(slots.next(16n, 1n)).toBe(5n);
});
