/**
 * Events as SBML Level 3 Version 2 section 4.11 orders them: an event is triggered when its trigger becomes
 * true, waits for its delay, and of those that are due the one of highest priority happens first; each may
 * trigger others or, where the trigger does not persist, take back those that wait.
 */
import type { SbmlEvent } from "./twin-of.ts";

/** The formulas of one event at one moment. */
export interface EventValues {
  readonly trigger: boolean;
  readonly delay: number;
  /** NaN for none. */
  readonly priority: number;
  readonly assignments: readonly number[];
}

/** What the queue needs of the model: its formulas now, and to set states. */
export interface EventHost {
  evaluate(): readonly EventValues[];
  assign(event: number, values: readonly number[]): void;
}

interface Waiting {
  readonly event: number;
  readonly due: number;
  /** Undefined where the values are taken when it happens. */
  readonly values: readonly number[] | undefined;
}

/** More than this many events at one instant set each other off without end. */
const MOST_AT_ONCE = 10_000;

/** The events of a model cannot be put in order. */
export class EventError extends Error {
  override readonly name = "EventError";
}

export class EventQueue {
  readonly #events: readonly SbmlEvent[];
  readonly #random: () => number;
  readonly #wasTrue: boolean[];
  #waiting: Waiting[] = [];

  /** `random` (0 up to 1) decides between events of the same priority that are due together. */
  constructor(events: readonly SbmlEvent[], random: () => number) {
    this.#events = events;
    this.#random = random;
    this.#wasTrue = events.map((event) => event.initialValue);
  }

  /** When the next waiting event is due; infinite for none. */
  get nextDue(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#waiting.map((each) => each.due));
  }

  /** Lets happen what happens at `time`. Returns the events that did, in order. @throws EventError */
  happen(time: number, host: EventHost): number[] {
    const happened: number[] = [];
    for (;;) {
      const now = host.evaluate();
      this.#look(time, now);
      const next = this.#nextAt(time, now);
      if (!next) return happened;
      this.#waiting = this.#waiting.filter((each) => each !== next);
      host.assign(next.event, next.values ?? (now[next.event] as EventValues).assignments);
      happened.push(next.event);
      if (happened.length >= MOST_AT_ONCE)
        throw new EventError(`${MOST_AT_ONCE} events at time ${time}: they set each other off without end`);
    }
  }

  /** Triggers that became true start to wait; those that became false take back what does not persist. */
  #look(time: number, now: readonly EventValues[]): void {
    this.#waiting = this.#waiting.filter(
      ({ event }) => this.#events[event]?.isPersistent || now[event]?.trigger,
    );
    now.forEach(({ trigger, delay, assignments }, event) => {
      if (trigger && !this.#wasTrue[event]) {
        if (!(delay >= 0))
          throw new EventError(`event ${this.#events[event]?.id}: its delay is ${delay} at time ${time}`);
        const values = this.#events[event]?.usesTriggerTime ? assignments : undefined;
        this.#waiting.push({ event, due: time + delay, values });
      }
      this.#wasTrue[event] = trigger;
    });
  }

  /** Of those due, one of the highest priority, by chance where several have it. Those without one come last, in turn. */
  #nextAt(time: number, now: readonly EventValues[]): Waiting | undefined {
    const priority = ({ event }: Waiting): number => {
      const value = now[event]?.priority ?? Number.NaN;
      return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
    };
    const due = this.#waiting.filter((each) => each.due <= time);
    if (due.length < 2) return due[0];
    const highest = Math.max(...due.map(priority));
    const first = due.filter((each) => priority(each) === highest);
    if (first.length === 1 || highest === Number.NEGATIVE_INFINITY) return first[0];
    return first[Math.floor(this.#random() * first.length)];
  }
}
