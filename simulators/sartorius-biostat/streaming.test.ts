/**
 * At 600 times real time nothing may be lost between the plant and a subscriber: a client gets every
 * sample of every channel, in order, and exactly what the same unit gives without any wire.
 */
import {
  AttributeIds,
  ClientMonitoredItem,
  ClientSubscription,
  DataChangeFilter,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  TimestampsToReturn,
} from "node-opcua-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHANNELS } from "./device/channels.ts";
import {
  type ClientPki,
  clientFolder,
  createClient,
  openSession,
  simulatorOptions,
  startSimulator,
} from "./testing/process.ts";
import { advance, unitAt } from "./testing/units.ts";

const BEGIN_S = 342_000;
const PERIOD_S = 10;
const PLANT_S = 3600;
const SPEED = 600;
const INOCULATION_MS = Date.parse("2026-01-05T06:00:00Z");

let folder: Awaited<ReturnType<typeof clientFolder>>;
let pki: ClientPki;

beforeAll(async () => {
  folder = await clientFolder();
  ({ pki } = folder);
});

afterAll(async () => {
  await folder?.remove();
});

/** As a driver subscribes: exception-based, equal values with a newer time stamp included. */
const MONITORING = {
  samplingInterval: 0,
  queueSize: 1000,
  discardOldest: true,
  filter: new DataChangeFilter({
    trigger: DataChangeTrigger.StatusValueTimestamp,
    deadbandType: DeadbandType.None,
  }),
};

test("an hour of plant time at 600x: every sample of nine channels arrives, in order, unchanged", async () => {
  const simulator = await startSimulator(simulatorOptions(`${folder.path}/server`));
  const client = createClient(pki);
  const session = await openSession(client, simulator.ready.endpoint);
  const ns = (await session.readNamespaceArray()).indexOf("urn:helix:standin:sartorius-biostat");
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 100,
    requestedLifetimeCount: 1000,
    requestedMaxKeepAliveCount: 20,
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
    priority: 1,
  });
  const received = new Map<string, DataValue[]>();
  const complete = Promise.withResolvers<void>();
  const total = (PLANT_S / PERIOD_S + 1) * CHANNELS.length;
  let count = 0;
  await Promise.all(
    CHANNELS.map(async ({ name, node }) => {
      const values: DataValue[] = [];
      received.set(name, values);
      const item = ClientMonitoredItem.create(
        subscription,
        { nodeId: `ns=${ns};s=Biostat.${node}.PV`, attributeId: AttributeIds.Value },
        MONITORING,
        TimestampsToReturn.Both,
      );
      await new Promise<void>((resolve, reject) => {
        item.on("err", (text) => reject(new Error(text)));
        item.on("changed", (value: DataValue) => {
          values.push(value);
          count += 1;
          if (count === total) complete.resolve();
          resolve();
        });
      });
    }),
  );
  await simulator.advance(BEGIN_S + PLANT_S, SPEED);
  await complete.promise;

  const unit = unitAt(BEGIN_S / 3600);
  for (let sample = 0; sample <= PLANT_S / PERIOD_S; sample++) {
    if (sample > 0) advance(unit, PERIOD_S);
    for (const { channel, value } of unit.sample()) {
      const got = received.get(channel.name)?.[sample];
      expect(got?.sourceTimestamp?.getTime(), `${channel.name} ${sample}`).toBe(
        INOCULATION_MS + 1000 * unit.plantTimeS,
      );
      expect(got?.value.value, `${channel.name} ${sample}`).toBe(value);
      expect(got?.statusCode.name).toBe("Good");
    }
  }
  expect(count).toBe(total);

  await subscription.terminate();
  await session.close();
  await client.disconnect();
  expect(await simulator.stop()).toMatchObject({ code: 0 });
});

test("a subscriber that reads too slowly overflows its queue; the unit goes on, whatever the quality", async () => {
  const simulator = await startSimulator(simulatorOptions(`${folder.path}/server`, { samplePeriodS: 1 }));
  const client = createClient(pki);
  const session = await openSession(client, simulator.ready.endpoint);
  const ns = (await session.readNamespaceArray()).indexOf("urn:helix:standin:sartorius-biostat");
  await session.call({
    objectId: `ns=${ns};s=Biostat`,
    methodId: `ns=${ns};s=Biostat.StartCalibration`,
    inputArguments: [
      { dataType: "String", value: "dissolved_oxygen" },
      { dataType: "Double", arrayType: 1, value: Float64Array.of(0, 100) } as never,
    ],
  });
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 20_000,
    requestedLifetimeCount: 1000,
    requestedMaxKeepAliveCount: 2,
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
    priority: 1,
  });
  const item = ClientMonitoredItem.create(
    subscription,
    { nodeId: `ns=${ns};s=Biostat.DO.PV`, attributeId: AttributeIds.Value },
    { ...MONITORING, queueSize: 5 },
    TimestampsToReturn.Both,
  );
  await new Promise<void>((resolve, reject) => {
    item.on("initialized", () => resolve());
    item.on("err", (text) => reject(new Error(text)));
  });
  await simulator.advance(BEGIN_S + 60, 1000);
  expect(
    (await session.read({ nodeId: `ns=${ns};s=Biostat.UptimeSeconds`, attributeId: 13 })).value.value,
  ).toBe(60);
  await session.close();
  await client.disconnect();
  expect(await simulator.stop()).toMatchObject({ code: 0 });
});
