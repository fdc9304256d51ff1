import type { Clock } from "@helix/hal";
import { describe, expect, test } from "vitest";
import type { PlannedCommand, PlannedFault } from "../scenario/plan.ts";
import { type Conducted, conduct } from "./conductor.ts";

/** A plant, a runtime and a clock in virtual steps: what happens is written into `log`. */
interface Options {
  readonly commands?: PlannedCommand[];
  readonly faults?: PlannedFault[];
  readonly streams?: boolean;
  /** A fault that waits, and the plant time from which its condition holds. */
  readonly armed?: { readonly fault: (nowS: number) => PlannedFault; readonly fromS: number };
}

function startRun(options: Options = {}) {
  const log: string[] = [];
  const abort = new AbortController();
  const listeners = new Set<() => void>();
  const timers = new Set<() => void>();
  let waiting = options.armed;
  const state = { streams: options.streams ?? true, unsettledCommands: 0 };
  const arrivals = new Map<number, PromiseWithResolvers<void>>();
  const arrival = (untilS: number) => {
    const found = arrivals.get(untilS) ?? Promise.withResolvers<void>();
    arrivals.set(untilS, found);
    return found;
  };
  const bench = {
    log,
    abort,
    plantTimeS: 0,
    grant: undefined as { untilS: number; speed: number } | undefined,
    set(change: Partial<typeof state>) {
      Object.assign(state, change);
      for (const listener of listeners) listener();
    },
    /** The plant comes to where it may. */
    async arrive() {
      await settle();
      const grant = bench.grant;
      if (!grant) throw new Error("the plant has no grant");
      bench.grant = undefined;
      bench.plantTimeS = grant.untilS;
      arrival(grant.untilS).resolve();
      await settle();
    },
    fail: (error: Error) => {
      for (const one of arrivals.values()) one.reject(error);
    },
    spendTime() {
      for (const fire of timers) fire();
    },
    /** Decides what a dispatch does; settled at once unless a test says otherwise. */
    onDispatch: async (_command: PlannedCommand): Promise<void> => {},
  };
  const clock = {
    timer(_ms: number, callback: () => void) {
      timers.add(callback);
      return { cancel: () => timers.delete(callback) };
    },
  } as unknown as Clock;
  const run: Conducted = {
    plan: { beginS: 0, endS: 100, commands: options.commands ?? [], faults: options.faults ?? [] },
    plant: {
      get timeS() {
        return bench.plantTimeS;
      },
      advance(untilS, speed) {
        bench.grant = { untilS, speed };
        log.push(`to ${untilS} at ${speed}x`);
      },
      reached: (untilS) => arrival(untilS).promise,
    },
    clock,
    speed: 600,
    runtime: {
      get streams() {
        return state.streams;
      },
      get unsettledCommands() {
        return state.unsettledCommands;
      },
      onChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    dispatch(command) {
      log.push(`send ${command.id} at ${bench.plantTimeS}`);
      return bench.onDispatch(command);
    },
    conditions: {
      get isWaiting() {
        return waiting !== undefined;
      },
      due() {
        if (!waiting || bench.plantTimeS < waiting.fromS) return [];
        const due = waiting.fault(bench.plantTimeS);
        waiting = undefined;
        return [due];
      },
    },
    beginFault: (fault) => log.push(`${fault.id} begins at ${bench.plantTimeS}`),
    endFault: (fault) => log.push(`${fault.id} ends at ${bench.plantTimeS}`),
    signal: abort.signal,
  };
  const end = conduct(run);
  end.catch(() => {});
  return { bench, end };
}

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const command = (id: string, atS: number): PlannedCommand => ({
  kind: "setpoint",
  id,
  atS,
  instrument: "brx-07",
  channel: "ph",
  value: 7,
  unit: "[pH]",
  rationale: "test",
  description: "set ph to 7 [pH]",
});
const fault = (id: string, beginS: number, endS: number, channel?: string): PlannedFault => ({
  id,
  inject: channel ? "drift" : "partition",
  instrument: "brx-07",
  channel,
  on: `brx-07.${channel ?? "link"}`,
  beginS,
  endS,
  parameters: {},
  settings: {},
  rigs: ["wire"],
});

describe("conductor", () => {
  test("a calm run goes from event to event at full speed, each at its exact time", async () => {
    const { bench, end } = startRun({
      commands: [command("a", 30), command("b", 60)],
      faults: [fault("d", 40, 50, "ph")],
    });
    for (let i = 0; i < 5; i++) await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
    expect(bench.log).toEqual([
      "to 30 at 600x",
      "send a at 30",
      "to 40 at 600x",
      "d begins at 40",
      "to 50 at 600x",
      "d ends at 50",
      "to 60 at 600x",
      "send b at 60",
      "to 100 at 600x",
    ]);
  });

  test("while a command is on its way in a calm run, the plant stands still", async () => {
    const { bench, end } = startRun({ commands: [command("a", 30)] });
    const sent = Promise.withResolvers<void>();
    bench.onDispatch = () => sent.promise;
    await bench.arrive();
    expect(bench.log.at(-1)).toBe("send a at 30");
    expect(bench.grant).toBeUndefined();
    sent.resolve();
    await bench.arrive();
    expect(bench.log.at(-1)).toBe("to 100 at 600x");
    expect(await end).toEqual({ how: "complete" });
  });

  test("under a link fault the plant runs at 1x, and commands do not stop it", async () => {
    const { bench, end } = startRun({ commands: [command("a", 42)], faults: [fault("cut", 40, 60)] });
    const sent = Promise.withResolvers<void>();
    bench.onDispatch = () => sent.promise;
    await bench.arrive();
    await bench.arrive();
    await bench.arrive();
    bench.set({ unsettledCommands: 1 });
    sent.resolve();
    await settle();
    expect(bench.log).toEqual([
      "to 40 at 600x",
      "cut begins at 40",
      "to 42 at 1x",
      "send a at 42",
      "to 60 at 1x",
      "cut ends at 60",
      "to 100 at 1x",
    ]);
    bench.set({ unsettledCommands: 0 });
    await settle();
    expect(bench.log.at(-1)).toBe("to 100 at 600x");
    await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
  });

  test("an instrument that stops streaming slows the plant at once, and coming back speeds it up", async () => {
    const { bench, end } = startRun();
    await settle();
    bench.set({ streams: false });
    await settle();
    bench.set({ streams: true });
    await settle();
    expect(bench.log).toEqual(["to 100 at 600x", "to 100 at 1x", "to 100 at 600x"]);
    await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
  });

  test("plant time does not begin before every instrument streams", async () => {
    const { bench, end } = startRun({ streams: false });
    await settle();
    expect(bench.log).toEqual([]);
    bench.set({ streams: true });
    await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
  });

  test("a runtime that never streams is given up", async () => {
    const { bench, end } = startRun({ streams: false });
    await settle();
    bench.spendTime();
    expect(await end).toEqual({ how: "stuck", reason: "not every instrument streamed within 60 s" });
  });

  test("while a fault waits, the plant stands every 30 s to look; the fault then runs its time", async () => {
    const { bench, end } = startRun({
      commands: [command("a", 70)],
      armed: { fault: (nowS) => fault("cut", nowS, nowS + 15), fromS: 40 },
    });
    for (let i = 0; i < 5; i++) await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
    expect(bench.log).toEqual([
      "to 30 at 600x",
      "to 60 at 600x",
      "cut begins at 60",
      "to 70 at 1x",
      "send a at 70",
      "to 75 at 1x",
      "cut ends at 75",
      "to 100 at 600x",
    ]);
  });

  test("a fault whose condition never comes does not begin", async () => {
    const { bench, end } = startRun({
      armed: { fault: (nowS) => fault("cut", nowS, nowS + 15), fromS: 400 },
    });
    for (let i = 0; i < 4; i++) await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
    expect(bench.log).toEqual(["to 30 at 600x", "to 60 at 600x", "to 90 at 600x", "to 100 at 600x"]);
  });

  test("the plant does not wait for a calibration, which takes minutes of its time", async () => {
    const { channel: _channel, ...rest } = { ...command("a", 30), channel: "ph" };
    const { bench, end } = startRun({
      commands: [{ ...rest, kind: "calibration", channel: "ph", points: [] }],
    });
    const done = Promise.withResolvers<void>();
    bench.onDispatch = () => done.promise;
    await bench.arrive();
    expect(bench.grant).toEqual({ untilS: 100, speed: 1 });
    done.resolve();
    await settle();
    expect(bench.grant).toEqual({ untilS: 100, speed: 600 });
    await bench.arrive();
    expect(await end).toEqual({ how: "complete" });
  });

  test("a runtime that does not come back is given up", async () => {
    const { bench, end } = startRun();
    await settle();
    bench.set({ streams: false });
    await settle();
    bench.spendTime();
    expect(await end).toMatchObject({ how: "stuck", reason: expect.stringContaining("within 180 s") });
  });

  test("a command that is unsettled at the end is waited for, then the run is given up", async () => {
    const { bench, end } = startRun({ commands: [command("a", 30)] });
    bench.onDispatch = async () => bench.set({ unsettledCommands: 1 });
    await bench.arrive();
    await bench.arrive();
    bench.spendTime();
    expect(await end).toMatchObject({ how: "stuck", reason: expect.stringContaining("not settled") });
  });

  test("an abort ends the run with its reason", async () => {
    const { bench, end } = startRun();
    await settle();
    bench.abort.abort(new Error("Ctrl-C"));
    await expect(end).rejects.toThrow("Ctrl-C");
  });

  test("a simulator that fails ends the run with its words", async () => {
    const { bench, end } = startRun();
    await settle();
    bench.fail(new Error("simulator brx-07: port in use"));
    await expect(end).rejects.toThrow("port in use");
  });

  test("a dispatch that throws ends the run", async () => {
    const { bench, end } = startRun({ commands: [command("a", 30)] });
    bench.onDispatch = () => Promise.reject(new Error("the ledger cannot take the intent"));
    await bench.arrive();
    await expect(end).rejects.toThrow("the ledger cannot take the intent");
  });
});
