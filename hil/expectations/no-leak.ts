/**
 * The program holds no more at the end than at the beginning, within a budget: sockets, timers,
 * memory. Held are the first reading and the least of the last quarter, so that a reconnection or a
 * collection that happens to be under way at the end is not taken for a leak.
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
  const readings = linesOf(facts, "resources");
  if (!facts.complete) return undecided("test", expected, "the run was cut short");
  const [first] = readings;
  if (first === undefined || readings.length < LEAST_READINGS) {
    return unjudgeable(
      "bench",
      expected,
      `the rig recorded ${readings.length} readings of sockets, timers and memory; it takes ${LEAST_READINGS}`,
    );
  }
  const last = readings.slice(Math.floor(readings.length * 0.75));
  const growth = (of: (line: ResourcesLine) => number) => Math.min(...last.map(of)) - of(first);
  const found = {
    sockets: growth((line) => line.sockets),
    timers: growth((line) => line.timers),
    heapMegabytes: Number((growth((line) => line.heapBytes) / MEGABYTE).toFixed(1)),
  };
  const actual = `${signed(found.sockets)} sockets, ${signed(found.timers)} timers, ${signed(found.heapMegabytes)} MB`;
  const evidence = [
    `${readings.length} readings`,
    `at first ${held(first)}`,
    `at last ${held(last.at(-1) ?? first)}`,
  ];
  const isOver = found.sockets > sockets || found.timers > timers || found.heapMegabytes > heapMegabytes;
  return isOver ? notMet("driver", expected, actual, evidence) : met(expected, actual, evidence);
}

const signed = (n: number) => (n > 0 ? `+${n}` : `${n}`);
const held = ({ sockets, timers, heapBytes }: ResourcesLine) =>
  `${sockets} sockets, ${timers} timers, ${(heapBytes / MEGABYTE).toFixed(1)} MB`;
