/** A host's `Clock`. Wall time shows the host's own error; timers run true. */
import type { Cancellable, Clock } from "@helix/hal";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";

export function createWorldClock(kernel: Kernel, host: Host): Clock {
  const delayUs = (ms: number) => Math.max(0, Math.round(ms * 1000));
  const timer = (ms: number, callback: () => void): Cancellable => {
    const event = kernel.after(delayUs(ms), "clock", callback, host);
    return { cancel: () => kernel.cancel(event) };
  };
  return {
    monotonicNs: () => BigInt(kernel.monotonicUs()) * 1000n,
    // Through wallMs for its guard against busy waits.
    wallUtcNs: () => BigInt(host.run(() => kernel.wallMs())) * 1_000_000n,
    timer,

    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          waiting.cancel();
          reject(signal?.reason);
        };
        const waiting = timer(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        signal?.addEventListener("abort", onAbort, { once: true });
      }),

    interval(ms, callback) {
      const startUs = kernel.nowUs;
      let ticks = 0;
      let cancelled = false;
      let event: ReturnType<Kernel["at"]>;
      const arm = () => {
        ticks += 1;
        event = kernel.at(startUs + delayUs(ticks * ms), "clock", tick, host);
      };
      const tick = () => {
        arm();
        callback();
      };
      arm();
      return {
        cancel: () => {
          if (!cancelled) kernel.cancel(event);
          cancelled = true;
        },
      };
    },
  };
}
