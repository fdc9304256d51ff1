import { describe, expect, test } from "vitest";
import { steppedClock } from "../testing/small-ledger.ts";
import { LookOrSleep, type Way } from "./look-or-sleep.ts";

/** Waits of so many us each way. @returns how many went the way of looking */
function lookedIn(
  waits: number,
  choice: LookOrSleep,
  pass: (us: number) => void,
  us: Record<Way, number>,
): number {
  let looked = 0;
  for (let i = 0; i < waits; i++) {
    const wait = choice.start();
    pass(us[wait.way]);
    wait.end();
    if (wait.way === "look") looked += 1;
  }
  return looked;
}

describe("looking or sleeping", () => {
  test("the sooner way is used for nearly all waits, and changes with the machine", () => {
    let now = 0n;
    const clock = { ...steppedClock().clock, monotonicNs: () => now };
    const choice = new LookOrSleep(clock);
    const pass = (us: number) => {
      now += BigInt(us * 1000);
    };
    expect(lookedIn(320, choice, pass, { look: 150, sleep: 200 })).toBeGreaterThan(300);
    lookedIn(200, choice, pass, { look: 900, sleep: 300 });
    expect(lookedIn(320, choice, pass, { look: 900, sleep: 300 })).toBeLessThan(20);
    lookedIn(1000, choice, pass, { look: 150, sleep: 200 });
    expect(lookedIn(320, choice, pass, { look: 150, sleep: 200 })).toBeGreaterThan(300);
  });

  test("waits that are long either way do not hide which is sooner", () => {
    let now = 0n;
    const clock = { ...steppedClock().clock, monotonicNs: () => now };
    const choice = new LookOrSleep(clock);
    let turn = 0;
    const pass = (us: number) => {
      turn += 1;
      now += BigInt((turn % 5 === 0 ? 1500 : us) * 1000);
    };
    lookedIn(200, choice, pass, { look: 180, sleep: 220 });
    expect(lookedIn(640, choice, pass, { look: 180, sleep: 220 })).toBeGreaterThan(600);
  });

  test("one busy moment does not change it", () => {
    let now = 0n;
    const clock = { ...steppedClock().clock, monotonicNs: () => now };
    const choice = new LookOrSleep(clock);
    const pass = (us: number) => {
      now += BigInt(us * 1000);
    };
    lookedIn(100, choice, pass, { look: 100, sleep: 200 });
    lookedIn(1, choice, pass, { look: 20_000, sleep: 20_000 });
    expect(lookedIn(32, choice, pass, { look: 100, sleep: 200 })).toBeGreaterThan(25);
  });
});
