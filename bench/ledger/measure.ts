/** Times many short calls. */

export interface Quantiles {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** @param ns one duration per call */
export function quantiles(ns: readonly number[]): Quantiles {
  const sorted = Float64Array.from(ns).sort();
  const at = (share: number) =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN) / 10) / 100;
  return { p50Us: at(0.5), p99Us: at(0.99) };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** Durations in ns of `count` calls, one after the other. */
export async function timeEach(count: number, call: (i: number) => Promise<unknown>): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = process.hrtime.bigint();
    await call(i);
    durations.push(Number(process.hrtime.bigint() - start));
  }
  return durations;
}

/** Seconds that `work` takes. */
export async function secondsFor(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}
