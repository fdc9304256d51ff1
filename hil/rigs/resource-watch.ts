/**
 * Writes down what the runtime holds while a run goes on: sockets and timers, and its memory where an
 * expectation asks for it. Sockets and timers are counted, so a seed repeats them; memory is measured,
 * takes a collection each time, and no seed repeats it. It has lines of its own for that reason.
 */
import type { Cancellable, Clock } from "@helix/hal";
import type { Plan } from "../scenario/plan.ts";
import type { Plant } from "./plant.ts";
import type { RunRecordSink } from "./record-writer.ts";

/** What a rig can tell of the runtime. */
export interface ResourceMeter {
  held(): { readonly sockets: number; readonly timers: number };
  /** After a collection. */
  heapBytes(): number;
}

interface WatchedRun {
  readonly plan: Pick<Plan, "beginS" | "endS" | "expectations">;
  readonly plant: Pick<Plant, "timeS">;
  readonly clock: Clock;
  /** Plant seconds per second of the clock, at the most. */
  readonly speed: number;
  readonly record: Pick<RunRecordSink, "add">;
  readonly meter: ResourceMeter;
}

/** In a whole run, and the least time between two. */
const READINGS = 64;
const LEAST_INTERVAL_PLANT_S = 10;
const LEAST_INTERVAL_MS = 100;
/** A collection stops everything: memory is measured at each so manieth reading. */
const READINGS_PER_MEASUREMENT = 4;

/**
 * The first reading comes after one interval of plant time: before that the runtime is still connecting.
 * While the plant stands or runs slowly there are no more readings than while it runs.
 */
export function watchResources({ plan, plant, clock, speed, record, meter }: WatchedRun): Cancellable {
  const { beginS, endS } = plan;
  const intervalS = Math.max(LEAST_INTERVAL_PLANT_S, (endS - beginS) / READINGS);
  const asksForMemory = plan.expectations.some((one) => one.kind === "always" && one.invariant === "no-leak");
  let readings = 0;
  let lastInterval = 0;
  return clock.interval(Math.max(LEAST_INTERVAL_MS, (intervalS * 1000) / speed), () => {
    const t = plant.timeS;
    // Plant time is told in whole seconds: it may be up to one behind.
    const interval = Math.floor((t + 1 - beginS) / intervalS);
    if (interval <= lastInterval) return;
    lastInterval = interval;
    record.add({ kind: "resources", t, ...meter.held() });
    if (asksForMemory && readings % READINGS_PER_MEASUREMENT === 0)
      record.add({ kind: "memory", t, heapBytes: meter.heapBytes() });
    readings += 1;
  });
}
