/**
 * Virtual time: integer microseconds since the world's epoch, one event after another, and after
 * each event everything that follows from it (nextTick, microtasks) before the next one starts. So
 * `currentHost` is always right without tracking asynchronous context.
 *
 * Time stands still inside an event: handlers cost nothing. Leaves out: AsyncLocalStorage across
 * virtual timers.
 */
import type { Host } from "../host.ts";
import type { Beacon } from "./beacon.ts";
import { EventQueue, WorldEvent } from "./event-queue.ts";
import { Fence } from "./fence.ts";
import { drainTicks } from "./native.ts";
import { startPump } from "./pump.ts";
import type { Trace } from "./trace.ts";

export interface KernelOptions {
  readonly trace: Trace;
  /** ms since 1970 at virtual time 0; default 2030-01-01. */
  readonly epochMs?: number;
  readonly beacon?: Beacon;
  /** How an event is drained; "turn" (one native turn per event) is the slower fallback. */
  readonly drain?: "tick" | "turn";
  /** Events at one instant before the world is ended as a livelock; default 1,000,000. */
  readonly maxEventsAtOneInstant?: number;
  /** Clock readings in one event before it is ended as a busy wait; default 5,000,000. */
  readonly maxClockReadsPerEvent?: number;
  /** Ends the run after so many events; for replaying a part. */
  readonly maxEvents?: number;
  /** Remember where each event was scheduled (slow). */
  readonly keepStacks?: boolean;
  /** What an exception that nobody caught does; true: handled, the world goes on. */
  readonly onUncaught?: (host: Host | undefined, error: unknown) => boolean;
}

export type RunEnd = "stopped" | "nothing-left" | "horizon" | "max-events";

const DEFAULT_EPOCH_MS = 1_893_456_000_000;
const TIMERS: ReadonlySet<string> = new Set(["timer", "clock"]);

/** A guard has ended the world. */
export class WorldGuardError extends Error {
  override readonly name = "WorldGuardError";
}

export class Kernel {
  readonly epochMs: number;
  readonly trace: Trace;
  /** µs since the epoch. */
  nowUs = 0;
  currentHost: Host | undefined = undefined;
  /** The event that runs. */
  current: WorldEvent | undefined = undefined;
  readonly #queue = new EventQueue();
  readonly #fence = new Fence(
    (kind, settle, host) => {
      // The bench is no default: its results must not die with the host that happens to run.
      if (host === undefined) this.deliver(this.nowUs, kind, settle, undefined);
      else this.immediate(kind, settle, host);
    },
    (isUp) => this.#options.beacon?.hold(isUp),
  );
  readonly #options: KernelOptions;
  readonly #maxAtInstant: number;
  readonly #maxEvents: number;
  readonly #maxClockReads: number;
  #sequence = 0;
  #atThisInstant = 0;
  #clockReads = 0;
  #failure: { error: unknown } | undefined;
  #stopped = false;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.trace = options.trace;
    this.epochMs = options.epochMs ?? DEFAULT_EPOCH_MS;
    this.#maxAtInstant = options.maxEventsAtOneInstant ?? 1_000_000;
    this.#maxEvents = options.maxEvents ?? Number.POSITIVE_INFINITY;
    this.#maxClockReads = options.maxClockReadsPerEvent ?? 5_000_000;
  }

  /** Schedules work of the host's process; it dies with the process. */
  at(atUs: number, kind: string, action: () => void, host = this.currentHost): WorldEvent {
    const event = this.#event(atUs, kind, action, host, false);
    if (host === undefined || host.running) this.#queue.addTimed(event);
    return event;
  }

  after(delayUs: number, kind: string, action: () => void, host = this.currentHost): WorldEvent {
    return this.at(this.nowUs + delayUs, kind, action, host);
  }

  /** Before anything timed, in the order asked for. */
  immediate(kind: string, action: () => void, host = this.currentHost): WorldEvent {
    const event = this.#event(this.nowUs, kind, action, host, false);
    if (host === undefined || host.running) this.#queue.addImmediate(event);
    return event;
  }

  /** Schedules what reaches the host from outside (a segment, a signal); survives its crash. */
  deliver(atUs: number, kind: string, action: () => void, host: Host | undefined): WorldEvent {
    const event = this.#event(atUs, kind, action, host, true);
    this.#queue.addTimed(event);
    return event;
  }

  cancel(event: WorldEvent | undefined): void {
    if (event !== undefined) this.#queue.cancel(event);
  }

  cancelProcess(host: Host): void {
    this.#queue.cancelProcess(host);
  }

  /** Timers that the host's process waits for: the platform's clock, and the stacks' own. */
  timersOf(host: Host): number {
    return this.#queue.waiting(host, TIMERS);
  }

  /** Adds to the trace what the present event carries. */
  note(kind: string, bytes: Uint8Array, host = this.currentHost): void {
    this.trace.payload(this.nowUs, host, kind, bytes);
  }

  noteText(kind: string, text: string, host = this.currentHost): void {
    this.note(kind, Buffer.from(text), host);
  }

  /** Wall clock of the present host, ms since 1970. @throws WorldGuardError on a busy wait */
  wallMs(): number {
    this.#countClockRead();
    return this.epochMs + Math.floor((this.currentHost?.clock.wallUs(this.nowUs) ?? this.nowUs) / 1000);
  }

  /** µs, never steps. @throws WorldGuardError on a busy wait */
  monotonicUs(): number {
    this.#countClockRead();
    return this.nowUs;
  }

  /** Virtual time stands still: see {@link fenced}. */
  get isFenced(): boolean {
    return this.#fence.isUp;
  }

  /** Does work in real time, for the present host, while virtual time stands still. */
  fenced<T>(kind: string, work: () => Promise<T>): Promise<T> {
    return this.#fence.run(kind, this.currentHost, work);
  }

  /** Ends the world with an error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Ends the world after the present event. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Runs until `stop`, until nothing is left, or to `untilUs`.
   * @returns why it ended; rejects with what made the world fail
   */
  async run(untilUs = Number.POSITIVE_INFINITY): Promise<RunEnd> {
    this.#stopped = false;
    await startPump({
      drain: this.#options.drain === "turn" ? undefined : drainTicks,
      step: () => this.#step(untilUs),
      isHeld: () => this.isFenced,
      onUncaught: (error) => {
        const handled = this.#options.onUncaught?.(this.currentHost, error) ?? false;
        if (!handled) this.fail(error);
      },
    });
    this.currentHost = undefined;
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#stopped) return "stopped";
    if (this.trace.events >= this.#maxEvents) return "max-events";
    if (this.#queue.size === 0) return "nothing-left";
    this.nowUs = Math.max(this.nowUs, untilUs);
    return "horizon";
  }

  /** One event; false when the world is over. */
  #step(untilUs: number): boolean {
    if (this.#stopped || this.#failure !== undefined || this.trace.events >= this.#maxEvents) return false;
    const event = this.#queue.take(untilUs);
    if (event === undefined) return false;
    if (event.atUs > this.nowUs) {
      this.nowUs = event.atUs;
      this.#atThisInstant = 0;
    } else if (++this.#atThisInstant > this.#maxAtInstant) {
      this.fail(new WorldGuardError(this.#livelock(event)));
      return false;
    }
    this.#clockReads = 0;
    this.current = event;
    this.currentHost = event.host;
    this.trace.event(this.nowUs, event.host, event.kind, event.stack);
    this.#options.beacon?.show(this.trace.events, this.nowUs, event.host?.name ?? "bench", event.kind);
    const action = event.action;
    event.action = undefined;
    action?.();
    return true;
  }

  #event(atUs: number, kind: string, action: () => void, host: Host | undefined, fromOutside: boolean) {
    const whole = Math.max(Math.round(atUs), this.nowUs);
    const event = new WorldEvent(whole, this.#sequence++, host, kind, action, fromOutside);
    if (this.#options.keepStacks) event.stack = new Error().stack;
    return event;
  }

  #countClockRead(): void {
    if (++this.#clockReads <= this.#maxClockReads) return;
    this.#clockReads = 0;
    throw new WorldGuardError(
      `busy wait: ${this.currentHost?.name ?? "the bench"} read the clock ${this.#maxClockReads} times in one ` +
        `${this.current?.kind ?? "start"} event at ${this.nowUs} µs; virtual time does not move inside an event`,
    );
  }

  #livelock(event: WorldEvent): string {
    return (
      `livelock: ${this.#maxAtInstant} events at ${this.nowUs} µs without time moving; ` +
      `the last is ${event.kind} on ${event.host?.name ?? "the bench"}`
    );
  }
}
