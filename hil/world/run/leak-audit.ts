/**
 * Watches for real asynchronous work inside a world: it would come back at a random virtual time.
 * Loading modules is left out; time stands still then.
 */
import { createHook } from "node:async_hooks";
import type { Kernel } from "../kernel/kernel.ts";
import type { Leak } from "./messages.ts";

/**
 * Native and in order (ticks, microtasks), the pump's own turn, and the handles of zlib and crypto, which
 * exist for synchronous work too: what they do is made synchronous by patches/thread-pool.ts.
 */
const HARMLESS = ["PROMISE", "TickObject", "Microtask", "Immediate", "AsyncLocalStorage", "ZLIB"];
/** SIGNREQUEST, PBKDF2REQUEST, ... */
const CRYPTO = /REQUEST$/;

export function startLeakAudit(kernel: Kernel): { stop(): Leak[] } {
  const harmless = new Set(HARMLESS);
  const seen = new Map<string, Omit<Leak, "type"> & { count: number }>();
  const options = {
    init(_id: number, type: string) {
      if (harmless.has(type) || CRYPTO.test(type) || kernel.isFenced) return;
      const found = seen.get(type);
      if (found !== undefined) {
        found.count += 1;
        return;
      }
      const stack = new Error().stack?.split("\n").slice(2).join("\n") ?? "";
      // Made by JavaScript (AsyncResource): nothing real stands behind it.
      if (stack.includes("emitInitScript")) harmless.add(type);
      else seen.set(type, { count: 1, stack, host: kernel.currentHost?.name });
    },
    // Newer Node then spares the hook on every promise.
    trackPromises: false,
  };
  const hook = createHook(options).enable();
  return {
    stop() {
      hook.disable();
      return [...seen].map(([type, leak]) => ({ type, ...leak }));
    },
  };
}
