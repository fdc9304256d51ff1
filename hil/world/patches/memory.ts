/**
 * What a program can learn of memory: the same in every run, whatever limits the process has and whenever
 * the garbage collector runs. A weak reference holds what it refers to; callbacks of the collector never come
 * (the language promises none).
 */
import { PerformanceObserver } from "node:perf_hooks";
import v8 from "node:v8";
import { refuse, replace } from "./mutable.ts";

const MEBIBYTE = 1 << 20;
const FREE_MIB = 1024;
const TOTAL_MIB = 2048;
const HEAP_LIMIT_MIB = 4096;
const MEMORY = { rss: 100, heapTotal: 50, heapUsed: 40, external: 1, arrayBuffers: 1 };
/** What tells of the heap in detail, or collects it. */
const OF_THE_HEAP = [
  "getHeapSpaceStatistics",
  "getHeapCodeStatistics",
  "getCppHeapStatistics",
  "getHeapSnapshot",
  "writeHeapSnapshot",
  "queryObjects",
  "GCProfiler",
];

export const FREE_BYTES = FREE_MIB * MEBIBYTE;
export const TOTAL_BYTES = TOTAL_MIB * MEBIBYTE;
export const RESIDENT_KIB = MEMORY.rss * 1024;

export function patchMemory(): void {
  const memory = Object.fromEntries(Object.entries(MEMORY).map(([name, size]) => [name, size * MEBIBYTE]));
  replace(
    process,
    "memoryUsage",
    Object.assign(() => ({ ...memory }), { rss: () => memory["rss"] }),
  );
  replace(process, "availableMemory", () => FREE_BYTES);
  replace(process, "constrainedMemory", () => TOTAL_BYTES);
  replace(v8, "getHeapStatistics", () => ({
    used_heap_size: memory["heapUsed"],
    heap_size_limit: HEAP_LIMIT_MIB * MEBIBYTE,
  }));
  for (const name of OF_THE_HEAP) replace(v8, name, refuse(`v8.${name}`));
  patchCollector();
}

function patchCollector(): void {
  replace(FinalizationRegistry.prototype, "register", () => {});
  replace(globalThis, "WeakRef", heldRef(WeakRef));
  // oxlint-disable-next-line typescript/unbound-method -- called with the observer below
  const { observe } = PerformanceObserver.prototype;
  type Options = Parameters<PerformanceObserver["observe"]>[0];
  replace(PerformanceObserver.prototype, "observe", function (this: PerformanceObserver, options: Options) {
    const types = "type" in options ? [options.type] : options.entryTypes;
    if (types.includes("gc")) refuse("a PerformanceObserver of gc")();
    observe.call(this, options);
  });
}

/** While the reference lives, so does what it refers to. */
function heldRef(Real: WeakRefConstructor) {
  return class WeakRef<T extends WeakKey> extends Real<T> {
    readonly #target: T;

    constructor(target: T) {
      super(target);
      this.#target = target;
    }

    override deref(): T {
      return this.#target;
    }
  };
}
