/** The simulator in its own process, through a real OPC UA client. */
import { type ClientSession, DataType, type OPCUAClient, StatusCodes } from "node-opcua-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type clientFolder, type RunningSimulator, startInSession } from "./testing/process.ts";

const VALUE = 13;
let folder: Awaited<ReturnType<typeof clientFolder>>;
let simulator: RunningSimulator;
let client: OPCUAClient;
let session: ClientSession;
let ns: number;

beforeAll(async () => {
  ({ folder, simulator, client, session, ns } = await startInSession());
});

afterAll(async () => {
  await session?.close();
  await client?.disconnect();
  await simulator?.stop();
  await folder?.remove();
});

const node = (name: string) => `ns=${ns};s=Biostat.${name}`;
const read = async (name: string) => session.read({ nodeId: node(name), attributeId: VALUE });
const valueOf = async (name: string) => (await read(name)).value.value as unknown;
const write = async (name: string, dataType: DataType, value: unknown) =>
  session.write({ nodeId: node(name), attributeId: VALUE, value: { value: { dataType, value } } });
const call = async (name: string, inputArguments: { dataType: DataType; value: unknown }[] = []) =>
  session.call({ objectId: `ns=${ns};s=Biostat`, methodId: node(name), inputArguments });

describe("address space", () => {
  test("says what it is", async () => {
    expect(ns).toBeGreaterThan(0);
    expect(await valueOf("Manufacturer")).toBe("Sartorius");
    expect(await valueOf("Model")).toBe("Biostat B");
    expect(await valueOf("SerialNumber")).toBe("SIM-00417");
    expect(await valueOf("FirmwareVersion")).toMatch(/^\d+\.\d+\.\d+$/);
    expect(await valueOf("UptimeSeconds")).toBe(0);
    expect(await valueOf("Mode")).toBe("Run");
  });

  test.each([
    ["DO", "%{airsat}", 0, 200],
    ["pH", "[pH]", 2, 12],
    ["Temperature", "Cel", 0, 60],
    ["Agitation", "{rev}/min", 0, 1200],
    ["Feed", "L/h", 0, 0.2],
    ["ViableCells", "10*6{cells}/mL", 0, 100],
    ["Glucose", "mmol/L", 0, 100],
    ["Lactate", "mmol/L", 0, 200],
    ["Titer", "g/L", 0, 20],
  ])("%s: unit, range, quality and the plant's time", async (channel, unit, low, high) => {
    const pv = await read(`${channel}.PV`);
    expect(pv.statusCode).toBe(StatusCodes.Good);
    expect(pv.sourceTimestamp).toEqual(new Date("2026-01-09T05:00:00Z"));
    const properties = await session.browse({
      nodeId: node(`${channel}.PV`),
      referenceTypeId: "HasProperty",
      includeSubtypes: true,
      resultMask: 63,
    });
    const property = async (name: string) => {
      const found = (properties.references ?? []).find(({ browseName }) => browseName.name === name);
      expect(found, name).toBeDefined();
      return (await session.read({ nodeId: found?.nodeId ?? "", attributeId: VALUE })).value.value;
    };
    expect((await property("EngineeringUnits")).displayName.text).toBe(unit);
    expect(await property("EURange")).toMatchObject({ low, high });
  });

  test("a process value cannot be written", async () => {
    expect(await write("DO.PV", DataType.Double, 1)).toBe(StatusCodes.BadNotWritable);
  });
});

describe("setpoints", () => {
  test("written, answered and read back", async () => {
    expect(await write("Temperature.SP", DataType.Double, 36.5)).toBe(StatusCodes.Good);
    expect(await valueOf("Temperature.SP")).toBe(36.5);
    expect(await write("Temperature.SP", DataType.Double, 36.8)).toBe(StatusCodes.Good);
  });

  test("out of range: refused, the old one stays in force", async () => {
    expect(await write("DO.SP", DataType.Double, 101)).toBe(StatusCodes.BadOutOfRange);
    expect(await valueOf("DO.SP")).toBe(40);
  });

  test("of the wrong type: refused", async () => {
    expect(await write("DO.SP", DataType.String, "50")).toBe(StatusCodes.BadTypeMismatch);
  });

  test("a loop can be switched off and on", async () => {
    expect(await write("pH.LoopEnabled", DataType.Boolean, false)).toBe(StatusCodes.Good);
    expect(await valueOf("pH.LoopEnabled")).toBe(false);
    expect(await write("pH.LoopEnabled", DataType.Boolean, true)).toBe(StatusCodes.Good);
  });

  test("an unknown mode is out of range", async () => {
    expect(await write("Mode", DataType.String, "Sterilise")).toBe(StatusCodes.BadOutOfRange);
    expect(await valueOf("Mode")).toBe("Run");
  });
});

describe("methods", () => {
  test("emergency stop: Hold, setpoints at rest and refused; the alarm is acknowledged", async () => {
    expect((await call("EmergencyStop")).statusCode).toBe(StatusCodes.Good);
    expect(await valueOf("Mode")).toBe("Hold");
    expect(await valueOf("Agitation.SP")).toBe(0);
    expect(await write("Agitation.SP", DataType.Double, 200)).toBe(StatusCodes.BadInvalidState);
    expect(await write("Mode", DataType.String, "Run")).toBe(StatusCodes.Good);
    await simulator.advance(342_010, 1000);
    expect(await valueOf("AlarmWord")).toBe(1 << 3);
    const acknowledge = (bit: number) =>
      call("AcknowledgeAlarm", [
        { dataType: DataType.UInt32, value: bit },
        { dataType: DataType.String, value: "uid=op" },
        { dataType: DataType.String, value: "seen" },
      ]);
    expect((await acknowledge(0)).statusCode).toBe(StatusCodes.BadInvalidArgument);
    expect((await acknowledge(3)).statusCode).toBe(StatusCodes.Good);
    expect(await valueOf("AcknowledgedWord")).toBe(1 << 3);
    expect(await write("Feed.SP", DataType.Double, 0.001)).toBe(StatusCodes.BadInvalidState);
    expect(await write("Agitation.SP", DataType.Double, 200)).toBe(StatusCodes.Good);
    await simulator.advance(342_030, 1000);
    expect(await valueOf("AlarmWord")).toBe(0);
    expect((await call("ResetAlarms")).statusCode).toBe(StatusCodes.Good);
    expect(await write("Feed.SP", DataType.Double, 0.001)).toBe(StatusCodes.Good);
  });

  test("calibration: state, progress, measured values and the line", async () => {
    const begin = (await read("DO.PV")).sourceTimestamp?.getTime() ?? NaN;
    expect((await read("Calibration.LastTime")).statusCode).toBe(StatusCodes.UncertainInitialValue);
    const start = (channel: string, references: number[]) =>
      call("StartCalibration", [
        { dataType: DataType.String, value: channel },
        { dataType: DataType.Double, arrayType: 1, value: Float64Array.from(references) } as never,
      ]);
    expect((await start("redox", [0, 100])).statusCode).toBe(StatusCodes.BadInvalidArgument);
    expect((await start("dissolved_oxygen", [0, 100])).statusCode).toBe(StatusCodes.Good);
    expect((await start("ph", [4, 7])).statusCode).toBe(StatusCodes.BadInvalidState);
    expect(await valueOf("Calibration.State")).toBe("Running");
    expect(await valueOf("Calibration.Channel")).toBe("dissolved_oxygen");
    await simulator.advance(342_150, 1000);
    expect(await valueOf("Calibration.Progress")).toBe(50);
    expect((await read("DO.PV")).statusCode).toBe(StatusCodes.UncertainSensorNotAccurate);
    await simulator.advance(342_270, 1000);
    expect(await valueOf("Calibration.State")).toBe("Complete");
    expect(Array.from((await valueOf("Calibration.Measured")) as Float64Array)).toHaveLength(2);
    expect(await valueOf("Calibration.Slope")).toBeCloseTo(1, 1);
    expect(await valueOf("Calibration.LastTime")).toEqual(new Date(begin + 240_000));
    const verified = await call("VerifyCalibration", [
      { dataType: DataType.String, value: "dissolved_oxygen" },
      { dataType: DataType.Double, value: 50 },
    ]);
    expect(verified.outputArguments?.[0]?.value).toBeCloseTo(50, 0);
  });
});
