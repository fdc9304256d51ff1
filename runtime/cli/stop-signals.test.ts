import { EventEmitter } from "node:events";
import type { Clock } from "@helix/hal";
import { beforeEach, expect, test } from "vitest";
import { type StopSignals, watchStopSignals } from "./stop-signals.ts";

/** A clock that a test moves. */
class HandClock implements Pick<Clock, "monotonicNs" | "timer"> {
  #ms = 0;
  #timers: { at: number; callback: () => void }[] = [];

  monotonicNs(): bigint {
    return BigInt(this.#ms) * 1_000_000n;
  }

  timer(ms: number, callback: () => void) {
    const timer = { at: this.#ms + ms, callback };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((t) => t !== timer)) };
  }

  advance(ms: number): void {
    this.#ms += ms;
    for (const timer of this.#timers.filter((t) => t.at <= this.#ms)) timer.callback();
    this.#timers = this.#timers.filter((t) => t.at > this.#ms);
  }
}

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

let clock: HandClock;
let process: FakeProcess;
let told: string[];
let stop: StopSignals;
beforeEach(() => {
  clock = new HandClock();
  process = new FakeProcess();
  told = [];
  stop = watchStopSignals(process, clock as unknown as Clock, (line) => told.push(line));
});

test("one key press that arrives by several ways is one Ctrl-C", () => {
  process.emit("SIGINT");
  clock.advance(5);
  process.emit("SIGINT");
  clock.advance(90);
  process.emit("SIGTERM");
  expect(stop.signal.aborted).toBe(true);
  expect(stop.received).toBe("SIGINT");
  expect(process.exits).toEqual([]);
});

test("a second Ctrl-C ends at once", () => {
  process.emit("SIGINT");
  clock.advance(400);
  process.emit("SIGINT");
  expect(process.exits).toEqual([130]);
});

test("a command that has not ended after 5 s is ended, with a message", () => {
  process.emit("SIGTERM");
  clock.advance(4999);
  expect(process.exits).toEqual([]);
  clock.advance(1);
  expect(process.exits).toEqual([143]);
  expect(told).toEqual(["helix: not closed 5 s after SIGTERM; ended as it stands"]);
});

test("nothing happens once the command has ended", () => {
  process.emit("SIGINT");
  stop.done();
  clock.advance(10_000);
  expect(process.exits).toEqual([]);
  expect(told).toEqual([]);
});

test.each([
  ["after one that stopped the command", true],
  ["alone", false],
])("a Ctrl-C while the process ends, %s, has its exit code", (_, stopped) => {
  if (stopped) process.emit("SIGINT");
  stop.done();
  clock.advance(400);
  expect(process.emit("SIGINT")).toBe(true);
  expect(process.exits).toEqual([130]);
  expect(stop.signal.aborted).toBe(stopped);
});
