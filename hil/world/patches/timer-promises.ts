/** The promises of node:timers/promises over virtual timers: values, abort signals, iteration, scheduler. */
import { abortError } from "./mutable.ts";

export interface Waits {
  setTimeout(callback: unknown, ms?: unknown): object;
  setImmediate(callback: unknown): object;
  clearTimeout(handle: unknown): void;
}

export function promisedTimers(functions: Waits) {
  type Options = { signal?: AbortSignal };
  const wait = <T>(arm: (done: () => void) => unknown, value: T, { signal }: Options = {}) =>
    new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(abortError(signal));
      const onAbort = () => {
        functions.clearTimeout(handle);
        reject(abortError(signal));
      };
      const handle = arm(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve(value);
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  const setTimeout = <T>(ms?: number, value?: T, options?: Options) =>
    wait((done) => functions.setTimeout(done, ms), value, options);
  const setImmediate = <T>(value?: T, options?: Options) =>
    wait((done) => functions.setImmediate(done), value, options);
  async function* setInterval<T>(ms?: number, value?: T, options?: Options) {
    for (;;) {
      await setTimeout(ms, undefined, options);
      yield value;
    }
  }
  const scheduler = {
    wait: (ms: number, options?: Options) => setTimeout(ms, undefined, options),
    yield: () => setImmediate(),
  };
  return { setTimeout, setImmediate, setInterval, scheduler };
}
