/**
 * Two threads beside each other over one of them alone, in short turns: the first, both, the second, both.
 * A machine that others share changes its speed by half from one minute to the next: so each turn of two
 * seconds is a comparison of its own, and the median of many is what is told.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Gauge } from "@helix/hil/measure";

export type Pair = readonly [Gauge, Gauge];

export interface Turn {
  /** What both got done in a real second, over the mean of what either did alone. */
  readonly ratio: number;
  /** CPU that the same work costs beside the other, over alone: above 1, they slow each other down. */
  readonly cost: number;
}

interface Stretch {
  /** Of all that ran, in a real second. */
  readonly rate: number;
  /** s of CPU of the threads themselves for a unit of what they do. */
  readonly cpuPerUnit: number;
}

/** Real time, s, and a wait in it. */
export interface Stopwatch {
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const REAL: Stopwatch = { now: () => performance.now() / 1000, wait };
const STRETCH_MS = 500;
/** Both caches and compilers come to rest after a change; a thread stands by then. */
const SETTLE_MS = 50;

/** Takes two seconds; leaves both standing. */
export async function takeTurn([first, second]: Pair, stopwatch = REAL): Promise<Turn> {
  const alone = [await stretch([first])];
  const both = [await stretch([first, second])];
  alone.push(await stretch([second]));
  both.push(await stretch([first, second]));
  return { ratio: rate(both) / rate(alone), cost: cpu(both) / cpu(alone) };

  async function stretch(running: readonly Gauge[]): Promise<Stretch> {
    for (const gauge of [first, second]) if (!running.includes(gauge)) gauge.close();
    for (const gauge of running) gauge.open();
    await stopwatch.wait(SETTLE_MS);
    const before = reading(running, stopwatch);
    await stopwatch.wait(STRETCH_MS);
    const after = reading(running, stopwatch);
    first.close();
    second.close();
    const done = after.done - before.done;
    return {
      rate: done / (after.seconds - before.seconds),
      cpuPerUnit: (after.cpuSeconds - before.cpuSeconds) / done,
    };
  }
}

const rate = (stretches: readonly Stretch[]): number => sum(stretches.map((stretch) => stretch.rate));
const cpu = (stretches: readonly Stretch[]): number => sum(stretches.map(({ cpuPerUnit }) => cpuPerUnit));

const reading = (gauges: readonly Gauge[], stopwatch: Stopwatch) => ({
  seconds: stopwatch.now(),
  done: sum(gauges.map(({ done }) => done)),
  cpuSeconds: sum(gauges.map(({ cpuSeconds }) => cpuSeconds)),
});

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
