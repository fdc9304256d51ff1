/** Date, performance, hrtime, uptime and event timestamps, from the virtual clock of the present host. */
import buffer from "node:buffer";
import os from "node:os";
import perfHooks from "node:perf_hooks";
import type { Kernel } from "../kernel/kernel.ts";
import { native } from "../kernel/native.ts";
import { refuse, replace } from "./mutable.ts";

type MeasureOptions = Exclude<Parameters<typeof performance.measure>[1], string | undefined>;
type MarkOptions = NonNullable<Parameters<typeof performance.mark>[1]>;

/** What the monotonic clocks show when the world begins: a machine that has been up for a while. */
const UPTIME_AT_START_US = 1_000_000_000;

export function patchClocks(kernel: Kernel): void {
  patchDate(kernel);
  const monotonicUs = () => kernel.monotonicUs() + UPTIME_AT_START_US;
  replace(
    process,
    "hrtime",
    Object.assign(hrtime(monotonicUs), { bigint: () => BigInt(monotonicUs()) * 1000n }),
  );
  replace(process, "uptime", () => monotonicUs() / 1e6);
  replace(os, "uptime", () => monotonicUs() / 1e6);
  const nowMs = () => kernel.monotonicUs() / 1000;
  replace(performance, "now", nowMs);
  replace(performance, "timeOrigin", kernel.epochMs);
  const idle = { idle: 0, active: 0, utilization: 0 };
  replace(performance, "eventLoopUtilization", () => idle);
  const timing = { name: "node", entryType: "node", startTime: 0 };
  replace(performance, "nodeTiming", {
    ...timing,
    get duration() {
      return nowMs();
    },
  });
  const mark = performance.mark.bind(performance);
  replace(performance, "mark", (name: string, options?: MarkOptions) =>
    mark(name, { ...options, startTime: options?.startTime ?? nowMs() }),
  );
  patchMeasure(nowMs);
  replace(perfHooks, "monitorEventLoopDelay", refuse("perf_hooks.monitorEventLoopDelay"));
  patchFile(kernel);
  const stamps = new WeakMap<Event, number>();
  Object.defineProperty(Event.prototype, "timeStamp", {
    configurable: true,
    enumerable: true,
    get(this: Event) {
      const known = stamps.get(this);
      if (known !== undefined) return known;
      const stamp = nowMs();
      stamps.set(this, stamp);
      return stamp;
    },
  });
}

/** Without an end, it ends now. */
function patchMeasure(nowMs: () => number): void {
  const measure = performance.measure.bind(performance);
  replace(performance, "measure", (name: string, from: string | MeasureOptions = {}, to?: string) => {
    const given = typeof from === "string" ? { start: from, end: to } : { ...from, end: to ?? from.end };
    const isOpen = given.end === undefined && !("duration" in given);
    return measure(name, isOpen ? { ...given, start: given.start ?? 0, end: nowMs() } : given);
  });
}

/** A file made in memory is as old as the moment. */
function patchFile(kernel: Kernel): void {
  const VirtualFile = class File extends buffer.File {
    constructor(...[parts, name, options]: ConstructorParameters<typeof buffer.File>) {
      super(parts, name, { ...options, lastModified: options?.lastModified ?? kernel.wallMs() });
    }
  };
  replace(buffer, "File", VirtualFile);
  replace(globalThis, "File", VirtualFile);
}

function hrtime(monotonicUs: () => number) {
  return (before?: [number, number]): [number, number] => {
    const us = monotonicUs();
    let seconds = Math.floor(us / 1e6);
    let nanoseconds = (us % 1e6) * 1000;
    if (before === undefined) return [seconds, nanoseconds];
    seconds -= before[0];
    nanoseconds -= before[1];
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
  };
}

/** `instanceof Date` holds for dates made before the patch and after it: they share a prototype. */
function patchDate(kernel: Kernel): void {
  const Real = native.Date;
  function VirtualDate(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new Real(kernel.wallMs()).toString();
    // By far the most: what time is it?
    if (args.length === 0 && new.target === (VirtualDate as unknown)) return new Real(kernel.wallMs());
    const target = new.target === (VirtualDate as unknown) ? Real : new.target;
    return Reflect.construct(Real, args.length === 0 ? [kernel.wallMs()] : inUtc(args), target);
  }
  Object.setPrototypeOf(VirtualDate, Real);
  replace(VirtualDate, "prototype", Real.prototype);
  replace(VirtualDate, "now", () => kernel.wallMs());
  replace(VirtualDate, "parse", (text: string) => Real.parse(withZone(text)));
  replace(VirtualDate, "name", "Date");
  replace(VirtualDate, "length", 7);
  replace(Real.prototype, "constructor", VirtualDate);
  replace(globalThis, "Date", VirtualDate);
}

/** The world's computers keep UTC, wherever the test runs. */
function inUtc(args: unknown[]): unknown[] {
  const [first] = args;
  if (args.length > 1) return [native.Date.UTC(...(args as [number, number]))];
  return typeof first === "string" ? [withZone(first)] : args;
}

/** ISO date-times without an offset are local time by the standard. Other forms keep the process's zone. */
function withZone(text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text}Z` : text;
}
