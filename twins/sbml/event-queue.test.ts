import { describe, expect, test } from "vitest";
import { EventError, EventQueue, type EventValues } from "./event-queue.ts";
import { ZERO } from "./term.ts";
import type { SbmlEvent } from "./twin-of.ts";

const event = (id: string, given: Partial<SbmlEvent> = {}): SbmlEvent => ({
  file: "m.xml",
  line: 1,
  column: 1,
  id,
  trigger: ZERO,
  initialValue: false,
  isPersistent: true,
  usesTriggerTime: true,
  delay: undefined,
  priority: undefined,
  assignments: [],
  ...given,
});
const values = (given: Partial<EventValues> = {}): EventValues => ({
  trigger: true,
  delay: 0,
  priority: Number.NaN,
  assignments: [],
  ...given,
});

/** Runs the queue at one time; `after` changes the values when an event has happened. */
function happen(
  queue: EventQueue,
  time: number,
  now: EventValues[],
  after: (event: number) => void = () => undefined,
) {
  const set: (readonly number[])[] = [];
  const happened = queue.happen(time, {
    evaluate: () => now,
    assign: (i, given) => {
      set.push(given);
      after(i);
    },
  });
  return { happened, set };
}

const never = (): number => {
  throw new Error("nothing is left to chance here");
};

describe("events", () => {
  test("happen once when the trigger becomes true, and again only after it was false", () => {
    const queue = new EventQueue([event("a")], never);
    expect(happen(queue, 0, [values()]).happened).toEqual([0]);
    expect(happen(queue, 1, [values()]).happened).toEqual([]);
    expect(happen(queue, 2, [values({ trigger: false })]).happened).toEqual([]);
    expect(happen(queue, 3, [values()]).happened).toEqual([0]);
  });

  test("a trigger taken as true before the start does not happen at the start", () => {
    const queue = new EventQueue([event("a", { initialValue: true })], never);
    expect(happen(queue, 0, [values()]).happened).toEqual([]);
  });

  test("of those due together the highest priority is first, none comes last", () => {
    const queue = new EventQueue([event("a"), event("b"), event("c")], never);
    const now = [values(), values({ priority: 1 }), values({ priority: 2 })];
    expect(happen(queue, 0, now).happened).toEqual([2, 1, 0]);
  });

  test("equal priorities are drawn: by the seed either may be first", () => {
    const order = (random: number) =>
      happen(new EventQueue([event("a"), event("b")], () => random), 0, [
        values({ priority: 1 }),
        values({ priority: 1 }),
      ]).happened;
    expect(order(0.1)).toEqual([0, 1]);
    expect(order(0.9)).toEqual([1, 0]);
  });

  test("a delay waits; values are those of the trigger, or those of the moment", () => {
    const queue = new EventQueue([event("then"), event("now", { usesTriggerTime: false })], never);
    const early = [values({ delay: 2, assignments: [1] }), values({ delay: 2, assignments: [1] })];
    expect(happen(queue, 1, early).happened).toEqual([]);
    expect(queue.nextDue).toBe(3);
    const late = [values({ delay: 2, assignments: [5] }), values({ delay: 2, assignments: [5] })];
    expect(happen(queue, 3, late)).toEqual({ happened: [0, 1], set: [[1], [5]] });
    expect(queue.nextDue).toBe(Number.POSITIVE_INFINITY);
  });

  test("what does not persist is taken back when its trigger is false again", () => {
    const queue = new EventQueue([event("a", { isPersistent: false }), event("b")], never);
    happen(queue, 0, [values({ delay: 2 }), values({ delay: 2 })]);
    happen(queue, 1, [values({ trigger: false }), values({ trigger: false })]);
    expect(happen(queue, 2, [values({ trigger: false }), values({ trigger: false })]).happened).toEqual([1]);
  });

  test("one event can set off another at the same time", () => {
    const queue = new EventQueue([event("a"), event("b")], never);
    const now = [values(), values({ trigger: false })];
    const { happened } = happen(queue, 0, now, () => {
      now[1] = values();
    });
    expect(happened).toEqual([0, 1]);
  });

  test("events without end, and delays that are no time, are said", () => {
    const queue = new EventQueue([event("a")], never);
    let on = true;
    const flip = (): EventValues[] => [values({ trigger: on })];
    const host = { evaluate: flip, assign: () => undefined };
    const endless = {
      ...host,
      evaluate: () => {
        on = !on;
        return flip();
      },
    };
    const two = new EventQueue([event("a"), event("b")], never);
    const both = {
      evaluate: () => [...endless.evaluate(), values({ trigger: !on })],
      assign: () => undefined,
    };
    expect(() => two.happen(1, both)).toThrow("10000 events at time 1: they set each other off without end");
    const late = [values({ delay: -1 })];
    expect(() => happen(queue, 0, late)).toThrow(new EventError("event a: its delay is -1 at time 0"));
  });
});
