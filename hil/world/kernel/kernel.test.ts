import { describe, expect, test } from "vitest";
import { inWorld } from "../testing/in-process.ts";
import { Kernel, WorldGuardError } from "./kernel.ts";
import { Trace } from "./trace.ts";

/** Runs what `plan` schedules and returns what happened, in order. */
async function happenings(plan: (kernel: Kernel, say: (what: string) => void) => void, drain?: "turn") {
  const kernel = new Kernel({ trace: new Trace(), ...(drain === undefined ? {} : { drain }) });
  const said: string[] = [];
  plan(kernel, (what) => said.push(`${kernel.nowUs} ${what}`));
  await kernel.run();
  return { said, hash: kernel.trace.digest() };
}

/** Timers, immediates, ticks and microtasks, one out of the other. */
function busyPlan(kernel: Kernel, say: (what: string) => void): void {
  for (let i = 0; i < 50; i++) {
    kernel.after((i * 37) % 11, "timer", () => {
      say(`timer ${i}`);
      process.nextTick(() => say(`tick ${i}`));
      void Promise.resolve().then(() => kernel.immediate("immediate", () => say(`immediate ${i}`)));
    });
  }
}

describe("order of events", () => {
  test("time first, then order of scheduling; immediates before anything timed", async () => {
    const { said } = await happenings((kernel, say) => {
      kernel.at(20, "timer", () => say("late"));
      kernel.at(10, "timer", () => say("first at 10"));
      kernel.at(10, "timer", () => {
        say("second at 10");
        kernel.immediate("immediate", () => say("immediate a"));
        kernel.immediate("immediate", () => say("immediate b"));
      });
      kernel.at(10, "timer", () => say("third at 10"));
    });
    expect(said).toEqual([
      "10 first at 10",
      "10 second at 10",
      "10 immediate a",
      "10 immediate b",
      "10 third at 10",
      "20 late",
    ]);
  });

  test("ticks and microtasks of an event run before the next event", async () => {
    const { said } = await happenings((kernel, say) => {
      kernel.at(1, "timer", () => {
        process.nextTick(() => say("tick"));
        void Promise.resolve()
          .then(() => {})
          .then(() => say("microtask"));
      });
      kernel.at(1, "timer", () => say("next event"));
    });
    expect(said).toEqual(["1 tick", "1 microtask", "1 next event"]);
  });

  test("a cancelled event does not happen, wherever it lies in the queue", async () => {
    const { said } = await happenings((kernel, say) => {
      const events = Array.from({ length: 40 }, (_, i) =>
        kernel.at((i * 17) % 40, "timer", () => say(`${i}`)),
      );
      for (const [i, event] of events.entries()) if (i % 3 !== 0) kernel.cancel(event);
    });
    const expected = Array.from({ length: 40 }, (_, i) => i)
      .filter((i) => i % 3 === 0)
      .map((i) => ({ i, at: (i * 17) % 40 }))
      .sort((a, b) => a.at - b.at)
      .map(({ i, at }) => `${at} ${i}`);
    expect(said).toEqual(expected);
  });

  test("one native turn per event gives the same order and the same trace", async () => {
    const fast = await happenings(busyPlan);
    const slow = await happenings(busyPlan, "turn");
    expect(fast.said).toHaveLength(150);
    expect(slow).toEqual(fast);
  });
});

describe("guards", () => {
  test("a busy wait on the clock is ended", async () => {
    const run = inWorld(
      async (world) => {
        const { clock } = world.addStation("a").platform;
        const until = clock.monotonicNs() + 1_000_000n;
        while (clock.monotonicNs() < until);
      },
      { maxClockReadsPerEvent: 1000 },
    );
    await expect(run).rejects.toThrow(/busy wait: .* read the clock 1000 times/);
    await expect(run).rejects.toBeInstanceOf(WorldGuardError);
  });

  test("immediates that breed for ever are ended, and the host is named", async () => {
    const run = inWorld(
      async (world) => {
        const { host } = world.addStation("pump");
        const again = () => void world.kernel.immediate("again", again, host);
        again();
        await world.sleep(1);
      },
      { maxEventsAtOneInstant: 500 },
    );
    await expect(run).rejects.toThrow(/livelock: 500 events at 0 µs .* again on pump/);
  });
});

describe("work in real time", () => {
  test("holds virtual time, and results come in the order of issue", async () => {
    const { result } = await inWorld(async (world) => {
      const order: string[] = [];
      const realWork = (name: string, ms: number) =>
        world.kernel
          .fenced("real", () => new Promise((resolve) => setTimeout(resolve, ms)))
          .then(() => order.push(`${name} at ${world.kernel.nowUs}`));
      const timer = world.sleep(1).then(() => order.push(`timer at ${world.kernel.nowUs}`));
      await Promise.all([realWork("slow", 30), realWork("quick", 1), timer]);
      return order;
    });
    expect(result).toEqual(["slow at 0", "quick at 0", "timer at 1000"]);
  });

  test("a result for the bench does not die with a host", async () => {
    const { result } = await inWorld(async (world) => {
      const { host } = world.addStation("a");
      const work = world.kernel.fenced("real", async () => "done");
      void host.start(() => host.crash());
      return work;
    });
    expect(result).toBe("done");
  });

  test("an exception that nobody catches ends the world with it", async () => {
    const run = inWorld(async (world) => {
      world.kernel.after(5, "timer", () => {
        throw new Error("broken driver");
      });
      await world.sleep(1);
    });
    await expect(run).rejects.toThrow("broken driver");
  });

  test("a program that waits for nothing is found", async () => {
    await expect(inWorld(() => new Promise(() => {}))).rejects.toThrow(/has not finished \(nothing-left/);
  });
});
