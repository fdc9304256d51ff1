/**
 * The real builtins that the world itself keeps using. Taken when this module is evaluated, so it
 * must be imported before any patch is installed.
 */
import { createHash } from "node:crypto";

export const native = {
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  Date: globalThis.Date,
  /** ms since the thread started; real time. */
  now: performance.now.bind(performance),
  createHash,
  /** CPU time of this thread alone, in µs. */
  threadCpuUsage: process.threadCpuUsage.bind(process),
  memoryUsage: process.memoryUsage.bind(process),
} as const;

/**
 * Runs nextTick callbacks and microtasks until none is left. Undocumented, present in Node 20 to 24;
 * undefined when a later Node drops it, and the pump then falls back to one native turn per event.
 */
export const drainTicks = (process as unknown as { _tickCallback?: () => void })["_tickCallback"];
