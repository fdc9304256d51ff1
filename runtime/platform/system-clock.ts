import type { Cancellable, Clock } from "@helix/hal";

/** The system's clocks. Wall time has the resolution of Date.now, 1 ms. */
export const systemClock: Clock = {
  monotonicNs: () => process.hrtime.bigint(),
  wallUtcNs: () => BigInt(Date.now()) * 1_000_000n,

  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(handle);
        reject(signal?.reason);
      };
      const handle = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },

  timer(ms, callback) {
    const handle = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(handle) };
  },

  interval(ms, callback): Cancellable {
    const start = performance.now();
    let ticks = 0;
    let handle: NodeJS.Timeout;
    const arm = () => {
      ticks += 1;
      handle = setTimeout(
        () => {
          arm();
          callback();
        },
        Math.max(0, start + ticks * ms - performance.now()),
      );
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};
