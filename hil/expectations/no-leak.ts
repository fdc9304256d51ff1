/**
 * The program holds no more at the end than at the beginning, within a budget: sockets, timers,
 * memory. Held are the first reading and the least of the last quarter, so that a reconnection or a
 * collection that happens to be under way at the end is not taken for a leak.
 *
 * Memory is measured and never twice the same: a finding tells how much it is only where it is too
 * much, so that runs of one seed that pass have one record.
 */
import type { ResourcesLine } from "@helix/run-record";
import type { LeakBudget } from "../scenario/plan.ts";
import { type Finding, linesOf, met, notMet, type RunFacts, undecided, unjudgeable } from "./finding.ts";
import { DEFAULT_LEAK_BUDGET } from "./invariants.ts";

/** With fewer readings a beginning and an end cannot be told apart. */
const LEAST_READINGS = 4;
const MEGABYTE = 1e6;

export function judgeLeak(facts: RunFacts, budget: LeakBudget = DEFAULT_LEAK_BUDGET): Finding {
  const { sockets, timers, heapMegabytes } = budget;
  const expected = `at most ${sockets} sockets, ${timers} timers and ${heapMegabytes} MB more at the end than at the beginning`;
  if (!facts.complete) return undecided("test", expected, "the run was cut short");
  const counted = linesOf(facts, "resources");
  const measured = linesOf(facts, "memory");
  const few = Math.min(counted.length, measured.length);
  if (few < LEAST_READINGS) {
    const actual = `the rig recorded ${counted.length} readings of sockets and timers and ${measured.length} of memory; it takes ${LEAST_READINGS}`;
    return unjudgeable("bench", expected, actual);
  }
  const more = {
    sockets: growth(counted.map((line) => line.sockets)),
    timers: growth(counted.map((line) => line.timers)),
    megabytes: growth(measured.map((line) => line.heapBytes)) / MEGABYTE,
  };
  const isTooMuch = more.megabytes > heapMegabytes;
  const memory = isTooMuch
    ? `${signed(Number(more.megabytes.toFixed(1)))} MB`
    : `memory within ${heapMegabytes} MB`;
  const actual = `${signed(more.sockets)} sockets, ${signed(more.timers)} timers, ${memory}`;
  const [first, last] = [counted[0], counted.at(-1)];
  const evidence = [`${counted.length} readings`, `at first ${held(first)}`, `at last ${held(last)}`];
  const isOver = more.sockets > sockets || more.timers > timers || isTooMuch;
  return isOver ? notMet("driver", expected, actual, evidence) : met(expected, actual, evidence);
}

/** From the first reading to the least of the last quarter. */
const growth = (readings: readonly number[]) =>
  Math.min(...readings.slice(Math.floor(readings.length * 0.75))) - (readings[0] ?? Number.NaN);

const signed = (n: number) => (n > 0 ? `+${n}` : `${n}`);
const held = (line: ResourcesLine | undefined) => `${line?.sockets} sockets, ${line?.timers} timers`;
