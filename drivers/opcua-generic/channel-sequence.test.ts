import fc from "fast-check";
import { expect, test } from "vitest";
import { ChannelSequence, type Continuity } from "./channel-sequence.ts";

const SECOND = 1_000_000_000n;

test("the first sample is number 1 and unbroken samples follow without a gap", () => {
  const sequence = new ChannelSequence();
  expect(sequence.last).toBe(0n);
  expect([5n, 6n, 7n].map((s) => sequence.next(s * SECOND, "unbroken"))).toEqual([1n, 2n, 3n]);
  expect(sequence.gaps).toBe(0);
});

test("a server that reports changes only makes no gap, however long it was quiet", () => {
  const sequence = new ChannelSequence(SECOND);
  sequence.next(0n, "unbroken");
  sequence.next(1n * SECOND, "unbroken");
  expect(sequence.next(3600n * SECOND, "unbroken")).toBe(3n);
});

test("after a loss as many numbers are left out as samples were missed", () => {
  const sequence = new ChannelSequence();
  for (const s of [0n, 10n, 20n, 30n]) sequence.next(s * SECOND, "unbroken");
  expect(sequence.next(180n * SECOND, "broken")).toBe(4n + 14n + 1n);
  expect(sequence.gaps).toBe(1);
});

test("a break between two samples that follow each other loses nothing", () => {
  const sequence = new ChannelSequence();
  sequence.next(0n, "unbroken");
  sequence.next(10n * SECOND, "unbroken");
  expect(sequence.next(20n * SECOND, "broken")).toBe(3n);
});

test("the same sample, sent again by a new subscription, is not a new one", () => {
  const sequence = new ChannelSequence();
  sequence.next(0n, "unbroken");
  expect(sequence.next(0n, "broken")).toBeUndefined();
  expect(sequence.last).toBe(1n);
});

test("an overflow leaves out at least one number", () => {
  const sequence = new ChannelSequence();
  sequence.next(0n, "unbroken");
  sequence.next(10n * SECOND, "unbroken");
  expect(sequence.next(20n * SECOND, "lost")).toBe(4n);
});

test("without a known period a break is not taken for nothing", () => {
  const sequence = new ChannelSequence();
  sequence.next(0n, "unbroken");
  expect(sequence.next(50n * SECOND, "broken")).toBe(3n);
});

test("the nominal period serves until spacing has been observed", () => {
  const sequence = new ChannelSequence(SECOND);
  sequence.next(0n, "unbroken");
  expect(sequence.next(5n * SECOND, "broken")).toBe(6n);
});

test("a single odd spacing does not change the period", () => {
  const sequence = new ChannelSequence();
  for (const s of [0n, 1n, 2n, 3n, 100n, 101n, 102n]) sequence.next(s * SECOND, "unbroken");
  expect(sequence.next(112n * SECOND, "broken")).toBe(7n + 9n + 1n);
});

test("numbers rise strictly whatever the source clock does", () => {
  const step = fc.record({
    distanceNs: fc.bigInt(-SECOND, 100n * SECOND),
    continuity: fc.constantFrom<Continuity>("unbroken", "broken", "lost"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sequence = new ChannelSequence();
      let sourceNs = 1000n * SECOND;
      let last = 0n;
      for (const { distanceNs, continuity } of steps) {
        sourceNs += distanceNs;
        const number = sequence.next(sourceNs, continuity);
        if (number === undefined) continue;
        expect(number).toBeGreaterThan(last);
        last = number;
      }
    }),
  );
});

test("samples on a fixed grid: numbers and grid slots agree after any losses", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 40 }), (jumps) => {
      const sequence = new ChannelSequence();
      let slot = 0n;
      for (const early of [0n, 1n, 2n]) slot = sequence.next(early * SECOND, "unbroken") ?? slot;
      let at = 2n;
      for (const jump of jumps) {
        at += BigInt(jump);
        const number = sequence.next(at * SECOND, jump === 1 ? "unbroken" : "broken");
        expect(number).toBe(at + 1n);
      }
    }),
  );
});
