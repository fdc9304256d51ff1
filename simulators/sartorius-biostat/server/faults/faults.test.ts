/** The faults of the unit's server, through a real OPC UA client and the rig's own channel. */
import {
  AttributeIds,
  ClientMonitoredItem,
  type ClientSession,
  ClientSubscription,
  DataType,
  type DataValue,
  type OPCUAClient,
  TimestampsToReturn,
} from "node-opcua-client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { InstrumentFault, InstrumentFaultReceipt } from "../../../instrument-fault.ts";
import {
  type clientFolder,
  createClient,
  openSession,
  type RunningSimulator,
  startInSession,
} from "../../testing/process.ts";

const INOCULATION_MS = Date.parse("2026-01-05T06:00:00Z");
const LIMIT = { timeout: 20_000, interval: 20 };
let folder: Awaited<ReturnType<typeof clientFolder>>;
let simulator: RunningSimulator;
let client: OPCUAClient;
let session: ClientSession;
let ns: number;
let nowS = 342_000;
let count = 0;

beforeAll(async () => {
  ({ folder, simulator, client, session, ns } = await startInSession());
});

afterAll(async () => {
  await client?.disconnect();
  await simulator?.stop();
  await folder?.remove();
});

const node = (name: string) => `ns=${ns};s=Biostat.${name}`;
const read = (name: string) => session.read({ nodeId: node(name), attributeId: AttributeIds.Value });
const plantS = ({ sourceTimestamp }: DataValue) =>
  ((sourceTimestamp?.getTime() ?? 0) - INOCULATION_MS) / 1000;
const lastSampleS = () => Math.floor(nowS / 10) * 10;
const write = (name: string, value: number) =>
  session.write({
    nodeId: node(name),
    attributeId: AttributeIds.Value,
    value: { value: { dataType: DataType.Double, value } },
  });

async function advance(seconds: number): Promise<void> {
  nowS += seconds;
  await simulator.advance(nowS, Number.POSITIVE_INFINITY);
}

/** Injects, lets `meanwhile` happen, clears; the receipt. */
async function under(
  fault: InstrumentFault,
  meanwhile: () => Promise<unknown>,
): Promise<InstrumentFaultReceipt> {
  const id = `f${count++}`;
  simulator.process.send({ type: "inject", id, fault });
  await meanwhile();
  simulator.process.send({ type: "clear", id });
  const message = await simulator.message((m) => m.type === "receipt" && m.id === id);
  if (message.type !== "receipt") throw new Error("no receipt");
  return message.receipt;
}

describe("time stamps", () => {
  test("stale: new values, Good, with an old time stamp", async () => {
    await advance(10);
    const heldS = nowS;
    const receipt = await under({ inject: "stale-timestamp" }, async () => {
      await advance(60);
      const value = await read("pH.PV");
      expect(value.statusCode.name).toBe("Good");
      expect(plantS(value)).toBe(heldS);
    });
    expect(receipt).toMatchObject({ unit: "s", lastBefore: heldS + 60, lastAfter: heldS, touched: 6 });
    await advance(10);
    expect(plantS(await read("pH.PV"))).toBe(nowS);
  });

  test("skew and jump: stamps move away at the rate, and by the step", async () => {
    const beginS = nowS;
    const skew = await under({ inject: "clock-skew", secondsPerHour: 36 }, async () => {
      await advance(100);
      expect(plantS(await read("pH.PV"))).toBe(beginS + 101);
    });
    expect(skew).toMatchObject({ lastBefore: beginS + 100, lastAfter: beginS + 101, touched: 10 });
    const jump = await under({ inject: "clock-jump", seconds: -3600 }, async () => {
      await advance(10);
      expect(plantS(await read("pH.PV"))).toBe(nowS - 3600);
    });
    expect(jump).toMatchObject({ lastAfter: nowS - 3600, touched: 1 });
  });
});

describe("answers", () => {
  test("busy: a request is answered that much later", async () => {
    const receipt = await under({ inject: "busy", delayMs: 400 }, async () => {
      // The injection and the request come by different ways: until one has waited.
      await vi.waitFor(async () => {
        const begin = performance.now();
        await read("pH.PV");
        expect(performance.now() - begin).toBeGreaterThan(390);
      }, LIMIT);
    });
    expect(receipt).toMatchObject({ unit: "ms", firstBefore: 0, firstAfter: 400 });
    expect(receipt.touched).toBeGreaterThan(0);
  });

  test("slow to acknowledge: executed at once, answered late", async () => {
    const receipt = await under({ inject: "slow-to-acknowledge", channel: "ph", delayMs: 500 }, async () => {
      await advance(1);
      const begin = performance.now();
      const answer = write("pH.SP", 7.05);
      expect((await answer).name).toBe("Good");
      expect(performance.now() - begin).toBeGreaterThan(490);
      await write("Temperature.SP", 36.7);
    });
    expect(receipt).toMatchObject({ channel: "ph", lastAfter: 500, touched: 1 });
    expect((await read("pH.SP")).value.value).toBe(7.05);
  });

  test("acknowledged, not executed: Good, and the setpoint reads as before", async () => {
    const receipt = await under({ inject: "acknowledged-not-executed", channel: "temperature" }, async () => {
      await advance(1);
      expect((await write("Temperature.SP", 35)).name).toBe("Good");
      expect((await read("Temperature.SP")).value.value).toBe(36.7);
    });
    expect(receipt).toMatchObject({ lastBefore: 35, lastAfter: 36.7, touched: 1 });
  });

  test("error code: Bad on reading and writing", async () => {
    const receipt = await under({ inject: "error-code", channel: "ph" }, async () => {
      await advance(10);
      expect((await read("pH.PV")).statusCode.name).toBe("BadDeviceFailure");
      expect((await write("pH.SP", 7.1)).name).toBe("BadDeviceFailure");
    });
    expect(receipt.touched).toBe(2);
    await advance(10);
    expect((await read("pH.PV")).statusCode.name).toBe("Good");
  });

  test("firmware change: another version is shown, then the old one", async () => {
    const receipt = await under({ inject: "firmware-change", version: "4.0.0" }, async () => {
      await advance(1);
      expect((await read("FirmwareVersion")).value.value).toBe("4.0.0");
    });
    expect(receipt).toMatchObject({ firstBefore: "3.4.1", firstAfter: "4.0.0", touched: 1 });
    await advance(1);
    expect((await read("FirmwareVersion")).value.value).toBe("3.4.1");
  });
});

test("silent subscription: reads are fresh, the subscription lives and says nothing, then speaks again", async () => {
  const values: DataValue[] = [];
  let keepAlives = 0;
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 50,
    requestedLifetimeCount: 1000,
    requestedMaxKeepAliveCount: 2,
    maxNotificationsPerPublish: 100,
    publishingEnabled: true,
    priority: 1,
  });
  subscription.on("keepalive", () => {
    keepAlives += 1;
  });
  const item = ClientMonitoredItem.create(
    subscription,
    { nodeId: node("pH.PV"), attributeId: AttributeIds.Value },
    { samplingInterval: 0, queueSize: 100, discardOldest: true },
    TimestampsToReturn.Source,
  );
  item.on("changed", (value: DataValue) => values.push(value));
  await vi.waitFor(() => expect(values.length).toBeGreaterThan(0), LIMIT);
  await advance(10);
  await vi.waitFor(() => expect(values.some((value) => plantS(value) === lastSampleS())).toBe(true), LIMIT);

  const silentFromS = nowS;
  const receipt = await under({ inject: "silent-subscription" }, async () => {
    await advance(50);
    expect(plantS(await read("pH.PV"))).toBe(lastSampleS());
    const heard = keepAlives;
    await vi.waitFor(() => expect(keepAlives).toBeGreaterThan(heard + 2), LIMIT);
    expect(values.every((value) => plantS(value) <= silentFromS)).toBe(true);
  });
  expect(receipt).toMatchObject({ firstBefore: "told", firstAfter: "kept back", touched: 5 });
  await advance(10);
  await vi.waitFor(() => expect(values.some((value) => plantS(value) === lastSampleS())).toBe(true), LIMIT);
  await subscription.terminate();
});

test.each(["restart", "power-cut"] as const)(
  "%s: the session is gone, nobody answers, then it is back with a new uptime",
  async (inject) => {
    await advance(10);
    const fresh = createClient(folder.pki);
    const lost = new Promise<void>((resolve) => {
      client.once("connection_lost", () => resolve());
      client.once("close", () => resolve());
    });
    const receipt = await under({ inject }, async () => {
      await lost;
      await expect(fresh.connect(simulator.ready.endpoint)).rejects.toThrow(/connect|disconnect/i);
      await advance(20);
    });
    expect(receipt).toMatchObject({
      subject: "sessions ended",
      firstBefore: "open",
      firstAfter: "ended",
      touched: 1,
    });
    await client.disconnect();
    await fresh.disconnect();
    await vi.waitFor(async () => {
      const again = createClient(folder.pki);
      try {
        session = await openSession(again, simulator.ready.endpoint);
        client = again;
      } catch (error) {
        await again.disconnect();
        throw error;
      }
    }, LIMIT);
    await advance(10);
    expect((await read("UptimeSeconds")).value.value).toBe(30);
  },
);
