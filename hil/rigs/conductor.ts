/**
 * Conducts a run in plant time: grants it to the plant up to the next event of the scenario, lets
 * the event happen while the plant stands still, and goes on.
 *
 * The plant runs fast only while nothing is going on that real time decides: every instrument
 * streams, no link is at fault and no command is on its way. Otherwise it runs at 1x, so that what
 * is tested (time-outs, back-off, recovery) meets the plant as it would in production. While a
 * command is on its way in a calm run, the plant stands still: it takes effect at the same plant
 * time at every speed.
 */
import type { Clock } from "@helix/hal";
import type { Plan, PlannedCommand, PlannedFault } from "../scenario/plan.ts";
import type { Plant } from "./plant.ts";
import { type TimelineEvent, timelineOf } from "./timeline.ts";

export interface Conducted {
  readonly plan: Pick<Plan, "beginS" | "endS" | "commands" | "faults">;
  readonly plant: Plant;
  readonly clock: Clock;
  /** Plant seconds per real second while the run is calm. */
  readonly speed: number;
  /** Plant time goes on by itself, whatever the runtime does: for a rig whose clock is virtual. */
  readonly freeRunning?: boolean;
  readonly runtime: RuntimeState;
  /** Settles when all is known about the command that can be known at once. */
  readonly dispatch: (command: PlannedCommand) => Promise<void>;
  /** Faults that wait for a condition; absent where there are none. */
  readonly conditions?: { readonly isWaiting: boolean; due(): PlannedFault[] };
  readonly beginFault: (fault: PlannedFault) => void;
  readonly endFault: (fault: PlannedFault) => void;
  readonly signal: AbortSignal;
}

/** What the pace of the plant depends on. */
export interface RuntimeState {
  /** Every instrument is Streaming. */
  readonly streams: boolean;
  /** Commands sent whose outcome is unknown and not yet settled. */
  readonly unsettledCommands: number;
  /** Calls back whenever one of them may have changed; returns how to end that. */
  onChange(listener: () => void): () => void;
}

export type ConductedEnd =
  | { readonly how: "complete" }
  /** The runtime did not (again) stream, or settle its commands, in the time allowed. */
  | { readonly how: "stuck"; readonly reason: string };

/** Real time that the runtime gets to stream at first, and to settle its commands at the end. */
const START_BUDGET_MS = 60_000;
const SETTLE_BUDGET_MS = 60_000;
/** Real time at 1x without a fault in the way, after which a run is given up. */
const RECOVERY_BUDGET_MS = 180_000;
/** Plant time after which the plant stands and conditions are looked for, s. */
const LOOK_EVERY_S = 30;

/** @throws the signal's reason when it aborts; what the plant throws */
export async function conduct(run: Conducted): Promise<ConductedEnd> {
  return new Conductor(run).conduct();
}

class Conductor {
  readonly #run: Conducted;
  readonly #events: TimelineEvent[];
  readonly #linkFaults = new Set<PlannedFault>();
  readonly #listeners = new Set<() => void>();
  /** A dispatch that threw; ends the run. */
  #failure: { readonly error: unknown } | undefined;
  #inFlight = 0;

  constructor(run: Conducted) {
    this.#run = run;
    this.#events = timelineOf(run.plan);
  }

  async conduct(): Promise<ConductedEnd> {
    const { plan, signal, runtime } = this.#run;
    const unsubscribe = runtime.onChange(() => this.#changed());
    const onAbort = () => this.#changed();
    signal.addEventListener("abort", onAbort);
    try {
      const mayBegin =
        this.#run.freeRunning === true || (await this.#until(() => runtime.streams, START_BUDGET_MS));
      if (!mayBegin) {
        return { how: "stuck", reason: `not every instrument streamed within ${START_BUDGET_MS / 1000} s` };
      }
      for (let at = plan.beginS; at < plan.endS || this.#events.length > 0; ) {
        this.#beginDue(at);
        await this.#happenAt(at);
        const lookS = this.#run.conditions?.isWaiting ? at + LOOK_EVERY_S : plan.endS;
        at = Math.min(this.#events[0]?.atS ?? plan.endS, lookS, plan.endS);
        const stuck = await this.#advance(at);
        if (stuck) return stuck;
      }
      const settled = await this.#until(() => this.#isSettled, SETTLE_BUDGET_MS);
      if (settled) return { how: "complete" };
      return {
        how: "stuck",
        reason: `a command was not settled within ${SETTLE_BUDGET_MS / 1000} s after the run`,
      };
    } finally {
      signal.removeEventListener("abort", onAbort);
      unsubscribe();
    }
  }

  get #isSettled(): boolean {
    return this.#inFlight === 0 && this.#run.runtime.unsettledCommands === 0;
  }

  get #isCalm(): boolean {
    if (this.#run.freeRunning) return true;
    return this.#run.runtime.streams && this.#linkFaults.size === 0 && this.#isSettled;
  }

  /** Everything due at `at`, one after the other. */
  async #happenAt(at: number): Promise<void> {
    for (let next = this.#events[0]; next && next.atS <= at; next = this.#events[0]) {
      this.#events.shift();
      this.#throwIfOver();
      if (next.kind === "command") await this.#send(next.command);
      else this.#switchFault(next.fault, next.kind === "fault-begin");
    }
  }

  /** Faults whose condition has come to hold begin now; their ends are put where they belong. */
  #beginDue(at: number): void {
    if (at >= this.#run.plan.endS) return;
    for (const fault of this.#run.conditions?.due() ?? []) {
      this.#switchFault(fault, true);
      const next = this.#events.findIndex((event) => event.atS > fault.endS);
      const end = { atS: fault.endS, kind: "fault-end", fault } as const;
      this.#events.splice(next < 0 ? this.#events.length : next, 0, end);
    }
  }

  #switchFault(fault: PlannedFault, on: boolean): void {
    if (on) this.#run.beginFault(fault);
    else this.#run.endFault(fault);
    // A fault of a sensor is a matter of plant time; one of a link, of real time.
    if (fault.channel !== undefined) return;
    if (on) this.#linkFaults.add(fault);
    else this.#linkFaults.delete(fault);
  }

  /** Waits for the outcome while the run stays calm; otherwise time goes on meanwhile. */
  async #send(command: PlannedCommand): Promise<void> {
    const { runtime, dispatch, freeRunning } = this.#run;
    // A calibration takes minutes of plant time: the plant must not wait for it.
    const mayWait = freeRunning !== true && this.#isCalm && command.kind !== "calibration";
    this.#inFlight += 1;
    dispatch(command)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#inFlight -= 1;
        this.#changed();
      });
    if (mayWait) await this.#until(() => this.#inFlight === 0 || !runtime.streams);
  }

  /** Lets the plant run to `untilS`, at the pace that the state of things allows. */
  async #advance(untilS: number): Promise<ConductedEnd | undefined> {
    const { plant, speed } = this.#run;
    let arrived = false;
    let failed: { readonly error: unknown } | undefined;
    plant.reached(untilS).then(
      () => {
        arrived = true;
        this.#changed();
      },
      (error: unknown) => {
        failed = { error };
        this.#changed();
      },
    );
    for (;;) {
      if (failed) throw failed.error;
      if (arrived) return undefined;
      const calm = this.#isCalm;
      const faulty = this.#linkFaults.size > 0;
      plant.advance(untilS, calm ? speed : 1);
      const changed = await this.#until(
        () => arrived || failed !== undefined || this.#isCalm !== calm,
        calm || faulty ? undefined : RECOVERY_BUDGET_MS,
      );
      if (!changed) {
        const seconds = RECOVERY_BUDGET_MS / 1000;
        return { how: "stuck", reason: `the runtime did not stream and settle again within ${seconds} s` };
      }
    }
  }

  /** True when `condition` came to hold, false when `budgetMs` were spent first. */
  async #until(condition: () => boolean, budgetMs?: number): Promise<boolean> {
    let spent = false;
    const timer =
      budgetMs === undefined
        ? undefined
        : this.#run.clock.timer(budgetMs, () => {
            spent = true;
            this.#changed();
          });
    try {
      for (;;) {
        this.#throwIfOver();
        if (condition()) return true;
        if (spent) return false;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#listeners.add(resolve);
        await promise;
      }
    } finally {
      timer?.cancel();
    }
  }

  #throwIfOver(): void {
    this.#run.signal.throwIfAborted();
    if (this.#failure) throw this.#failure.error;
  }

  #changed(): void {
    const waiting = [...this.#listeners];
    this.#listeners.clear();
    for (const wake of waiting) wake();
  }
}
