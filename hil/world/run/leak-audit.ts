/**
 * Watches for real asynchronous work inside a world: it would come back at a random virtual time.
 * Loading modules is left out; time stands still then.
 */
import { createHook } from "node:async_hooks";
import type { Kernel } from "../kernel/kernel.ts";
import type { Leak } from "./messages.ts";

/**
 * Native and in order (ticks, microtasks), the pump's own turn, and zlib's handle, which exists for
 * synchronous work too: what it does is made synchronous by patches/thread-pool.ts.
 */
const HARMLESS = new Set(["PROMISE", "TickObject", "Microtask", "Immediate", "AsyncLocalStorage", "ZLIB"]);

export function startLeakAudit(kernel: Kernel): { stop(): Leak[] } {
  const seen = new Map<string, { count: number; stack: string }>();
  const options = {
    init(_id: number, type: string) {
      if (HARMLESS.has(type) || kernel.isFenced) return;
      const found = seen.get(type);
      if (found !== undefined) found.count += 1;
      else seen.set(type, { count: 1, stack: new Error().stack?.split("\n").slice(2).join("\n") ?? "" });
    },
    // Newer Node then spares the hook on every promise.
    trackPromises: false,
  };
  const hook = createHook(options).enable();
  return {
    stop() {
      hook.disable();
      return [...seen].map(([type, { count, stack }]) => ({ type, count, stack }));
    },
  };
}
