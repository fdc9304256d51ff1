import { type InstrumentId, instrumentId } from "@helix/hal";
import { DataType, DataValue, StatusCodes, Variant } from "node-opcua-client";
import { beforeEach, expect, test } from "vitest";
import { FrameMaker } from "./frame-maker.ts";
import { monitoredNodes } from "./monitored-nodes.ts";
import type { Notification } from "./subscription.ts";
import type { TelemetryPlan } from "./telemetry-plan.ts";
import { driverContext, streamAll } from "./testing/bench.ts";

const plan: TelemetryPlan = {
  channels: [
    {
      descriptor: {
        id: 3,
        name: "ph",
        unit: "[pH]",
        nominalRateHz: 1,
        range: { min: 2, max: 12 },
        resolution: 0.001,
        isWritable: true,
      },
      valueNodeId: "ns=1;s=pH.PV",
      setpointNodeId: "ns=1;s=pH.SP",
      samplingIntervalMs: 0,
    },
  ],
  alarmNodeId: "ns=1;s=Alarms",
  publishingIntervalMs: 100,
};
const nodes = monitoredNodes(plan, streamAll);
const [VALUE, SETPOINT, ALARMS] = [0, 1, 2];

const id: InstrumentId = instrumentId("opcua", "generic", "t-1");
let maker: FrameMaker;
beforeEach(() => {
  const settings = {
    endpointUrl: "opc.tcp://127.0.0.1",
    securityMode: "None",
    securityPolicy: "None",
    username: undefined,
    passwordEnvVar: undefined,
    silenceLimitMs: 4000,
  } as const;
  const context = driverContext("/nowhere");
  const target = { instrumentId: id, driverName: "test", settings, context, lastFrameSequence: () => 0n };
  maker = new FrameMaker(target, plan);
  maker.beginSubscription();
});

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + 1000 * second);

const valueOf = (node: number, content: number, second: number, statusCode = StatusCodes.Good) => ({
  node,
  value: new DataValue({
    statusCode,
    sourceTimestamp: at(second),
    value: new Variant({ dataType: DataType.Double, value: content }),
  }),
});

const framesOf = (values: Notification["values"], afterMissing = false) =>
  maker.frames({ receivedNs: 9n, values, afterMissing }, nodes);

test("what is in force at the start is in the first frame, whatever its time stamp", () => {
  const [frame] = framesOf([valueOf(VALUE, 7, 0), valueOf(SETPOINT, 7.1, 50), valueOf(ALARMS, 0b101, 50)]);
  expect(frame).toMatchObject({ sequence: 1n, activeSetpoint: 7.1, alarmBitmap: 0b101n, timestampNs: 9n });
});

test("a frame carries the setpoint of its own time, also when both come in one notification", () => {
  framesOf([valueOf(VALUE, 7, 0), valueOf(SETPOINT, 7, 0)]);
  const frames = framesOf([
    valueOf(VALUE, 7, 1),
    valueOf(VALUE, 7, 2),
    valueOf(VALUE, 7, 3),
    valueOf(SETPOINT, 6.8, 2),
  ]);
  expect(frames.map((frame) => frame.activeSetpoint)).toEqual([7, 7, 6.8]);
});

test("a missing notification is a gap as long as the time that it held", () => {
  for (const second of [0, 1, 2]) framesOf([valueOf(VALUE, 7, second)]);
  const [frame] = framesOf([valueOf(VALUE, 7, 6)], true);
  expect(frame?.sequence).toBe(3n + 3n + 1n);
  expect(maker.gaps).toBe(1);
});

test("a bad value without content is a frame with NaN and bad quality", () => {
  const value = new DataValue({ statusCode: StatusCodes.BadSensorFailure, sourceTimestamp: at(0) });
  const [frame] = framesOf([{ node: VALUE, value }]);
  expect(frame?.value).toBeNaN();
  expect(frame?.qualityFlags).toBe(0x10);
});

test("time below a millisecond is kept", () => {
  const whole = valueOf(VALUE, 7, 0);
  whole.value.sourcePicoseconds = 123_400_000;
  const [frame] = framesOf([whole]);
  expect((frame?.wallTimestampNs ?? 0n) % 1_000_000n).toBe(123_400n);
});

test("channels that are masked out are not monitored, and a rate override sets the sampling interval", () => {
  expect(monitoredNodes(plan, { ...streamAll, channelMask: [9] }).map((n) => n.role.is)).toEqual(["alarms"]);
  const [value] = monitoredNodes(plan, { ...streamAll, rateOverrides: new Map([[3, 4]]) });
  expect(value?.samplingIntervalMs).toBe(250);
});
