/**
 * setTimeout, setInterval, setImmediate and their promises, in virtual time, with the objects that
 * Node returns. nextTick, queueMicrotask and promises stay native: they are in order anyway.
 */
import timers from "node:timers";
import timerPromises from "node:timers/promises";
import { promisify } from "node:util";
import type { Host } from "../host.ts";
import type { WorldEvent } from "../kernel/event-queue.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { native } from "../kernel/native.ts";
import { mutable, notAFunction, replace } from "./mutable.ts";
import { promisedTimers } from "./timer-promises.ts";

/** Node: anything else waits 1 ms. */
const LONGEST_MS = 2_147_483_647;

type Callback = (...args: unknown[]) => void;

class VirtualTimeout {
  readonly kernel: Kernel;
  readonly table: Map<number, VirtualTimeout>;
  readonly host: Host | undefined;
  readonly id: number;
  readonly callback: Callback;
  readonly args: readonly unknown[];
  readonly delayUs: number;
  readonly repeats: boolean;
  event: WorldEvent | undefined = undefined;
  startedAt: string | undefined = undefined;
  cleared = false;
  referenced = true;

  constructor(
    kernel: Kernel,
    table: Map<number, VirtualTimeout>,
    id: number,
    callback: unknown,
    ms: unknown,
    args: readonly unknown[],
    repeats: boolean,
  ) {
    if (typeof callback !== "function") throw notAFunction("callback");
    const delay = Number(ms);
    this.kernel = kernel;
    this.table = table;
    this.id = id;
    this.host = kernel.currentHost;
    this.callback = callback as Callback;
    this.args = args;
    this.delayUs = delay >= 1 && delay <= LONGEST_MS ? Math.round(delay * 1000) : 1000;
    this.repeats = repeats;
    this.arm();
  }

  arm(): void {
    const event = this.kernel.at(this.kernel.nowUs + this.delayUs, "timer", () => this.fire(), this.host);
    // An interval's later rounds come from where it was started, not from the round before.
    this.startedAt ??= event.stack;
    event.stack = this.startedAt;
    this.event = event;
  }

  fire(): void {
    this.event = undefined;
    if (!this.repeats) this.table.delete(this.id);
    try {
      this.callback(...this.args);
    } finally {
      if (this.repeats && !this.cleared && this.event === undefined) this.arm();
    }
  }

  clear(): void {
    this.cleared = true;
    this.kernel.cancel(this.event);
    this.event = undefined;
    this.table.delete(this.id);
  }

  ref(): this {
    this.referenced = true;
    return this;
  }
  unref(): this {
    this.referenced = false;
    return this;
  }
  hasRef(): boolean {
    return this.referenced;
  }
  refresh(): this {
    if (this.cleared) return this;
    this.kernel.cancel(this.event);
    this.arm();
    return this;
  }
  close(): this {
    this.clear();
    return this;
  }
  [Symbol.toPrimitive](): number {
    if (!this.cleared) this.table.set(this.id, this);
    return this.id;
  }
  [Symbol.dispose](): void {
    this.clear();
  }
}
Object.defineProperty(VirtualTimeout, "name", { value: "Timeout" });

class VirtualImmediate {
  readonly kernel: Kernel;
  readonly event: WorldEvent;
  referenced = true;

  constructor(kernel: Kernel, callback: unknown, args: readonly unknown[]) {
    if (typeof callback !== "function") throw notAFunction("callback");
    this.kernel = kernel;
    this.event = kernel.immediate("immediate", () => (callback as Callback)(...args));
  }

  ref(): this {
    this.referenced = true;
    return this;
  }
  unref(): this {
    this.referenced = false;
    return this;
  }
  hasRef(): boolean {
    return this.referenced;
  }
  [Symbol.dispose](): void {
    this.kernel.cancel(this.event);
  }
}
Object.defineProperty(VirtualImmediate, "name", { value: "Immediate" });

export function patchTimers(kernel: Kernel): void {
  const table = new Map<number, VirtualTimeout>();
  let lastId = 0;
  const start = (callback: unknown, ms: unknown, args: readonly unknown[], repeats: boolean) =>
    new VirtualTimeout(kernel, table, ++lastId, callback, ms, args, repeats);
  const clear = (handle: unknown) => {
    const timer =
      typeof handle === "number" || typeof handle === "string" ? table.get(Number(handle)) : handle;
    if (timer instanceof VirtualTimeout) timer.clear();
    else if (timer instanceof VirtualImmediate) kernel.cancel(timer.event);
    // A timer made before the world began.
    else if (timer !== null && typeof timer === "object") native.clearTimeout(timer as NodeJS.Timeout);
  };
  const functions = {
    setTimeout: (callback: unknown, ms?: unknown, ...args: unknown[]) => start(callback, ms, args, false),
    setInterval: (callback: unknown, ms?: unknown, ...args: unknown[]) => start(callback, ms, args, true),
    setImmediate: (callback: unknown, ...args: unknown[]) => new VirtualImmediate(kernel, callback, args),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  };
  const promised = promisedTimers(functions);
  replace(functions.setTimeout, promisify.custom, promised.setTimeout);
  replace(functions.setImmediate, promisify.custom, promised.setImmediate);
  Object.assign(globalThis, functions);
  Object.assign(timers, functions);
  const { scheduler, ...rest } = promised;
  Object.assign(timerPromises, rest);
  Object.assign(mutable(timerPromises).scheduler as object, scheduler);
  replace(AbortSignal, "timeout", (ms: number) => {
    const controller = new AbortController();
    const reason = () => new DOMException("The operation was aborted due to timeout", "TimeoutError");
    functions.setTimeout(() => controller.abort(reason()), ms);
    return controller.signal;
  });
}
