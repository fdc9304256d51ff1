import type { RunRecordLine } from "@helix/run-record";
import type { InstrumentFaultReceipt } from "@helix/simulators";
import { describe, expect, test } from "vitest";
import { CUT, sample, status } from "../expectations/test-facts.ts";
import type { FaultAccess, LinkAccess, PartitionFigures } from "../faults/access/access.ts";
import type { PlannedFault } from "../scenario/plan.ts";
import { FaultInjector } from "./fault-injector.ts";

const DRIFT: PlannedFault = {
  ...CUT,
  id: "drift",
  inject: "drift",
  on: "brx-07.ph",
  channel: "ph",
  parameters: { rate: "-1 [pH]/h" },
  settings: { ratePerHour: -1 },
};
const COUNTS = {
  bytesHeldToInstrument: 393,
  bytesHeldToDriver: 1,
  connectionsCut: 1,
  connectionAttempts: 2,
};
const FIGURES: PartitionFigures = { fate: "held", ...COUNTS };
const NOTHING: PartitionFigures = {
  fate: "held",
  bytesHeldToInstrument: 0,
  bytesHeldToDriver: 0,
  connectionsCut: 1,
  connectionAttempts: 0,
};
const RECEIPT: InstrumentFaultReceipt = {
  channel: "ph",
  subject: "readings of ph",
  unit: "[pH]",
  beginS: 40,
  endS: 50,
  firstBefore: 7,
  firstAfter: 7,
  lastBefore: 7.01,
  lastAfter: 6.91,
  touched: 2,
};

interface Yields {
  readonly figures?: PartitionFigures;
  readonly receipt?: InstrumentFaultReceipt | undefined;
}

/** A rig whose parts yield what the test says. */
function rigOf(yields: Yields, calls: unknown[] = []): ReadonlyMap<string, FaultAccess> {
  const put = () => ({ end: () => yields.figures ?? NOTHING });
  const link = { partition: put, shape: put } as unknown as LinkAccess;
  const instrument = {
    inject: (id: string, what: unknown) => void calls.push([id, what]),
    clear: async () => yields.receipt,
  };
  return new Map([["brx-07", { link, instrument }]]);
}

async function lineOf(fault: PlannedFault, yields: Yields, lines: RunRecordLine[] = []) {
  const calls: unknown[] = [];
  const injector = new FaultInjector(rigOf(yields, calls), () => 45);
  injector.begin(fault);
  injector.end(fault);
  injector.endAll(99);
  const [line] = await injector.lines(lines);
  return { line, calls };
}

describe("faults and their receipts", () => {
  test("partition: bytes, connections, attempts, and what the driver saw", async () => {
    const { line } = await lineOf(CUT, { figures: FIGURES }, [
      status(41, "Streaming"),
      status(44, "Disconnected"),
    ]);
    expect(line).toMatchObject({ id: "cut", beginS: 40, endS: 50 });
    expect(line?.receipt).toEqual({
      summary: "394 bytes held for up to 10 s on 1 connection; 2 attempts to connect unanswered",
      before: "1 connection carrying bytes both ways",
      after: "393 bytes held to the instrument, 1 byte to the driver",
      driverSaw: "Disconnected 4 s after the cut",
      figures: COUNTS,
    });
  });

  test("a partition that held nothing and met no attempt leaves no receipt", async () => {
    expect((await lineOf(CUT, { figures: NOTHING })).line?.receipt).toBeUndefined();
  });

  test("an attempt to connect alone is a trace", async () => {
    const { line } = await lineOf(CUT, { figures: { ...NOTHING, connectionAttempts: 1 } });
    expect(line?.receipt?.driverSaw).toBeUndefined();
    expect(line?.receipt?.figures).toMatchObject({ connectionAttempts: 1 });
  });

  test("drift: the rate goes to the simulator, the readings come back", async () => {
    const { line, calls } = await lineOf(DRIFT, { receipt: RECEIPT }, [
      sample(45, 4, { value: 6.95 }),
      sample(60, 5, { value: 7 }),
    ]);
    expect(calls).toEqual([["drift", { inject: "drift", channel: "ph", ratePerHour: -1 }]]);
    expect(line?.receipt).toMatchObject({
      summary: "2 readings of ph changed, the last by -0.1 [pH]",
      before: "7.01 [pH]",
      after: "6.91 [pH]",
      driverSaw: "a last reading of 6.95 with quality good",
    });
  });

  test.each([
    ["no receipt came", undefined],
    ["no reading fell into it", { ...RECEIPT, touched: 0 }],
  ])("drift: %s, so there is no receipt", async (_what, receipt) => {
    expect((await lineOf(DRIFT, { receipt })).line?.receipt).toBeUndefined();
  });

  test("what is in force when a run is broken off ends then", async () => {
    const injector = new FaultInjector(rigOf({ figures: FIGURES }), () => 45);
    injector.begin(CUT);
    injector.endAll(44);
    expect(await injector.lines([])).toMatchObject([{ id: "cut", endS: 44, receipt: { figures: COUNTS } }]);
  });

  test("a fault that this rig does not know is refused aloud", () => {
    const injector = new FaultInjector(new Map(), () => 45);
    expect(() => injector.begin(CUT)).toThrow("the rig has no instrument brx-07");
    expect(() => injector.end(CUT)).toThrow("has not begun");
  });

  test("a part that the rig gives no access to is refused aloud", () => {
    const injector = new FaultInjector(new Map([["brx-07", {}]]), () => 45);
    expect(() => injector.begin(CUT)).toThrow("no access to the link of brx-07");
    expect(() => injector.begin({ ...CUT, inject: "reorder" })).toThrow("no access to the instrument");
    expect(() => injector.begin({ ...CUT, inject: "gremlins" })).toThrow("gremlins");
  });

  test.each([
    ["drift", "ph", true],
    ["drift", "temperature", false],
    ["clock-jump", "temperature", true],
    ["stuck-valve", "ph", false],
    ["corrupt-bytes", "temperature", true],
    ["latency", "temperature", false],
  ])("%s: readings of %s are false: %s", (inject, channel, isFalse) => {
    const injector = new FaultInjector(rigOf({}), () => 45);
    injector.begin({ ...DRIFT, inject, settings: { ratePerHour: 1, seconds: 1, chance: 1, delayMs: 1 } });
    expect(injector.isFalsified("brx-07", channel, inject === "clock-jump" ? 46 : 45)).toBe(isFalse);
    expect(injector.isFalsified("brx-07", channel, 40)).toBe(false);
    expect(injector.isFalsified("brx-08", channel, 45)).toBe(false);
  });

  test("stale-timestamp: every reading under it is false, though its stamp is the fault's beginning", () => {
    let nowS = 30;
    const injector = new FaultInjector(rigOf({}), () => nowS);
    const fault = { ...DRIFT, inject: "stale-timestamp", channel: undefined, settings: {} };
    injector.begin(fault);
    const isFalse = (stampS: number) => injector.isFalsified("brx-07", "ph", stampS);
    nowS = fault.beginS;
    expect(isFalse(fault.beginS)).toBe(false);
    for (nowS of [fault.beginS + 1, (fault.beginS + fault.endS) / 2, fault.endS, fault.endS + 1])
      expect(isFalse(fault.beginS)).toBe(true);
    nowS = fault.endS + 10;
    expect(isFalse(fault.endS + 10)).toBe(false);
  });

  test.each([
    ["clock-jump", { seconds: 3600 }, 48 + 3600],
    ["clock-jump", { seconds: -40 }, 8],
    ["clock-skew", { secondsPerHour: 3000 }, 40 + 8 * (1 + 3000 / 3600)],
  ])(
    "%s %o: a reading is false by when it was taken, whatever its stamp says",
    (inject, settings, stampS) => {
      let nowS = 48;
      const injector = new FaultInjector(rigOf({}), () => nowS);
      injector.begin({ ...DRIFT, inject, channel: undefined, settings });
      expect(injector.isFalsified("brx-07", "ph", stampS)).toBe(true);
      // An honest reading of a time that the wrong clock once showed.
      nowS = stampS;
      expect(injector.isFalsified("brx-07", "ph", stampS)).toBe(false);
    },
  );
});
