/** The device by its own codec's rules: frames as they stand on the wire, faults and receipts, plant time. */
import { createSystemPlatform } from "@helix/platform";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { InstrumentFault } from "../instrument-fault.ts";
import { Device } from "./device/device.ts";
import { ControlLoop, LOOPS } from "./device/loop.ts";
import { checkFault, isSensorFault, MODBUS_DEVICE_FAULTS } from "./faults.ts";
import { startModbusDevice } from "./modbus-device.ts";
import { checkOptions } from "./options.ts";
import { answerTo } from "./server/answer.ts";
import { AnswerFaults } from "./server/answer-faults.ts";
import { newConversation } from "./server/conversation.ts";
import {
  checksum,
  FramingError,
  RtuRequestReader,
  rtuFrame,
  TcpRequestReader,
  tcpFrame,
} from "./server/frames.ts";
import type { Reply } from "./server/reply.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const options = { line: { transport: "tcp", host: "127.0.0.1", port: 0 }, serialNumber: "WB-0231" } as const;

function bench() {
  const time = { s: 0 };
  const device = new Device(checkOptions(options), () => time.s);
  const ask = (request: string) => answerTo(device, hex(request)).toString("hex");
  return { time, device, ask };
}

test.for([
  ["temperature 37, pH 7, 200 rev/min", "04 0000 0006", "040c4214000040e0000043480000"],
  ["setpoints", "03 0000 0002", "030442140000"],
  ["serial number", "03 03e8 0004", "030857422d3032333100"],
  ["loops are on", "01 0000 0003", "010107"],
  ["setpoints are reached", "02 0000 0003", "020107"],
  ["identification", "2b 0e 04 02", "2b0e048100000102 05 312e322e30"],
  ["an unknown function", "11", "9101"],
  ["an unknown register", "03 0006 0001", "8302"],
  ["too many registers", "03 0000 007e", "8303"],
  ["no registers", "04 0000 0000", "8403"],
  ["half of a value written", "06 0000 4214", "8602"],
  ["a setpoint out of limits", "10 0000 0002 04 42be0000", "9003"],
  ["a coil value that is none", "05 0000 1234", "8503"],
  ["a reading cannot be written", "10 03e8 0001 02 0000", "9002"],
])("%s", ([, request, answer]) => {
  expect(bench().ask(request ?? "")).toBe(answer?.replaceAll(" ", ""));
});

test("a setpoint is approached exactly, however often it is read", () => {
  const { time, device, ask } = bench();
  expect(ask("10 0000 0002 04 42480000")).toBe("1000000002");
  time.s = 100;
  for (let reading = 0; reading < 50; reading++) ask("04 0000 0002");
  time.s = 300;
  expect(device.truth().temperature).toBeCloseTo(50 - 13 / Math.E, 12);
  expect(ask("02 0000 0001")).toBe("020100");
  ask("05 0000 0000");
  time.s = 1e6;
  expect(device.truth().temperature).toBeCloseTo(22, 9);
});

test("a loop's value depends on the changes alone, not on how time was cut", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.001, max: 500, noNaN: true }), { minLength: 1 }), (steps) => {
      const [once, often] = [new ControlLoop(LOOPS.agitation, 0), new ControlLoop(LOOPS.agitation, 0)];
      for (const loop of [once, often]) loop.setSetpoint(900, 0);
      let atS = 0;
      for (const step of steps) often.valueAt((atS += step));
      expect(often.valueAt(atS)).toBe(once.valueAt(atS));
    }),
  );
});

test("requests come out of TCP whole, cut and joined at any byte", () => {
  const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 253 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(messages, fc.integer({ min: 1, max: 300 }), (sent, size) => {
      const bytes = Buffer.concat(sent.map((message, id) => tcpFrame(id, 1, Buffer.from(message))));
      const reader = new TcpRequestReader();
      const frames = [];
      for (let at = 0; at < bytes.length; at += size)
        frames.push(...reader.push(bytes.subarray(at, at + size)));
      expect(frames.map(({ message }) => message.toString("hex"))).toEqual(
        sent.map((message) => Buffer.from(message).toString("hex")),
      );
    }),
  );
  expect(() => new TcpRequestReader().push(hex("0001 0000 00ff 01 03"))).toThrow("length 255");
  expect(() => new TcpRequestReader().push(hex("0001 0007 0006 01 03 0000"))).toThrow(FramingError);
});

test("an RTU request with any bit turned is not obeyed; the next one is", () => {
  expect(checksum(Buffer.from("123456789"))).toBe(0x4b37);
  const request = rtuFrame(1, hex("06 0000 0102"), false);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 * request.length - 1 }), (bit) => {
      const reader = new RtuRequestReader();
      const spoilt = Buffer.from(request);
      spoilt[bit >> 3] = (spoilt[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(reader.push(spoilt)).toEqual([]);
      reader.silence();
      expect(reader.push(request)).toHaveLength(1);
    }),
  );
});

const REQUEST = { transactionId: 5, unitId: 1, message: hex("04 0000 0006") };
const OTHER = { transactionId: 6, unitId: 1, message: hex("03 0000 0002") };

function under(given: InstrumentFault, ...requests: (typeof REQUEST)[]) {
  const { device } = bench();
  const faults = new AnswerFaults();
  const fault = checkFault(given);
  if (isSensorFault(fault)) throw new Error("a fault of answers is wanted");
  faults.begin("x", fault, 0);
  const conversation = newConversation();
  const replies = requests.map((request) => faults.replies(device, request, conversation));
  return { replies, receipt: faults.end("x", 9), device };
}

const shown = (replies: readonly Reply[]) =>
  replies.map(({ transactionId, message }) => `${transactionId} ${message.toString("hex")}`);

const HONEST = "040c4214000040e0000043480000";

test.for([
  [{ inject: "wrong-unit-id", unitId: 9 }, { unitId: 9 }],
  [{ inject: "wrong-transaction-id", by: -6 }, { transactionId: 0xffff }],
  [{ inject: "swapped-words" }, { message: hex("040c00004214000040e000004348") }],
  [{ inject: "wrong-function-code", functionCode: 3 }, { message: hex(`03${HONEST.slice(2)}`) }],
  [{ inject: "short-answer", bytes: 4 }, { message: hex("04084214000040e00000") }],
  [{ inject: "exception", code: 6 }, { message: hex("8406") }],
  [{ inject: "error-code", channel: "ph" }, { message: hex("8404") }],
  [{ inject: "wrong-register", by: 2 }, { message: hex("040c40e000004348000043480000") }],
  [{ inject: "wrong-register", by: 100 }, undefined],
  [{ inject: "busy", delayMs: 70 }, { delayMs: 70 }],
  [{ inject: "duplicate" }, { message: hex(HONEST), isTwice: true }],
] as const)("%j leaves its receipt", ([fault, changes]) => {
  const { replies, receipt } = under(fault, REQUEST);
  const touched = changes === undefined ? 0 : 1;
  expect(replies[0]?.[0]).toMatchObject(changes ?? { message: hex(HONEST) });
  expect(receipt).toMatchObject({ beginS: 0, endS: 9, touched });
  if (touched === 1) expect(receipt?.lastAfter).not.toBe(receipt?.lastBefore);
});

test("a receipt tells the answer as it would have been, and as it was", () => {
  expect(under({ inject: "wrong-unit-id", unitId: 9 }, REQUEST, OTHER).receipt).toEqual({
    channel: undefined,
    subject: "answers from another unit id",
    unit: "",
    beginS: 0,
    endS: 9,
    firstBefore: `${HONEST}, unit 1, transaction 5`,
    firstAfter: `${HONEST}, unit 9, transaction 5`,
    lastBefore: "030442140000, unit 1, transaction 6",
    lastAfter: "030442140000, unit 9, transaction 6",
    touched: 2,
  });
});

test("an error code befalls the requests that concern its channel, and no others", () => {
  const ph = { ...REQUEST, message: hex("04 0003 0002") };
  const setpoint = { ...REQUEST, message: hex("10 0002 0002 04 40e00000") };
  const stirrer = { ...REQUEST, message: hex("04 0004 0002") };
  const coils = { ...REQUEST, message: hex("01 0000 0003") };
  const { replies, receipt } = under({ inject: "error-code", channel: "ph" }, ph, setpoint, stirrer, coils);
  expect(replies.flatMap(shown)).toEqual(["5 8404", "5 9004", "5 040443480000", "5 010107"]);
  expect(receipt).toMatchObject({ channel: "ph", touched: 2 });
});

test("a frozen reading stays, a spike is on top, and the truth goes on", () => {
  const { time, device, ask } = bench();
  const ph = () => hex(ask("04 0002 0002")).readFloatBE(2);
  device.sensors.begin("f", { inject: "frozen-value", channel: "ph" }, 0, 7);
  device.sensors.begin("s", { inject: "spike", channel: "ph", height: 0.5 }, 0, 7);
  ask("10 0002 0002 04 41000000");
  time.s = 600;
  expect(ph()).toBe(7.5);
  expect(device.sensors.end("f", 600)).toMatchObject({ subject: "readings of ph", touched: 1 });
  expect(ph()).toBeCloseTo(8.5, 3);
  expect(device.sensors.end("s", 600)).toMatchObject({
    unit: "[pH]",
    touched: 2,
    lastAfter: expect.closeTo(8.5, 3),
  });
  expect(device.sensors.end("s", 600)).toBeUndefined();
});

test("reordered answers go out in pairs, the second first; a duplicate goes out twice", () => {
  const reordered = under({ inject: "reorder" }, REQUEST, OTHER, REQUEST);
  expect(reordered.replies.map(shown)).toEqual([[], ["6 030442140000", `5 ${HONEST}`], []]);
  expect(reordered.receipt?.touched).toBe(2);
  const { replies } = under({ inject: "duplicate" }, OTHER);
  expect(replies.map(shown)).toEqual([["6 030442140000", "6 030442140000"]]);
});

test("every fault that it names, it can do", () => {
  for (const inject of MODBUS_DEVICE_FAULTS) {
    const all = { channel: "ph", unitId: 9, by: 1, functionCode: 4, bytes: 2, code: 6, delayMs: 1 };
    const more = { ...all, ratePerHour: 1, height: 1 };
    const wanted = Object.entries(more).filter(([key]) => problemsOf({ inject }).includes(`${key}:`));
    expect(checkFault({ inject, ...Object.fromEntries(wanted) } as InstrumentFault).inject).toBe(inject);
  }
});

function problemsOf(fault: object): string {
  try {
    checkFault(fault as InstrumentFault);
    return "";
  } catch (error) {
    return String(error);
  }
}

test("a late answer goes out before the next one, under its own transaction id", () => {
  const { replies, receipt } = under({ inject: "late-answer", answers: 1 }, REQUEST, OTHER);
  expect(replies.map(shown)).toEqual([[], [`5 ${HONEST}`, "6 030442140000"]]);
  expect(receipt).toMatchObject({ touched: 1, firstAfter: "nothing before the next request" });
});

test("the previous answer comes under the present transaction id", () => {
  const { replies, receipt } = under({ inject: "previous-answer" }, REQUEST, OTHER);
  expect(replies.map(shown)).toEqual([[`5 ${HONEST}`], [`6 ${HONEST}`]]);
  expect(receipt?.touched).toBe(1);
});

test("a refused write is not carried out", () => {
  const write = { ...REQUEST, message: hex("10 0000 0002 04 42480000") };
  const { replies, device } = under({ inject: "exception", code: 6 }, write);
  expect(shown(replies[0] ?? [])).toEqual(["5 9006"]);
  expect(device.setpoints().temperature).toBe(37);
});

test.for<[object, string]>([
  [{ inject: "frozen" }, "inject"],
  [{ inject: "busy" }, "delayMs"],
  [{ inject: "wrong-register", by: 0 }, "must not be 0"],
  [{ inject: "drift", channel: "oxygen", ratePerHour: 1 }, "channel"],
])("%j is a fault that it cannot do: %s", ([fault, says]) => {
  expect(() => checkFault(fault as InstrumentFault)).toThrow(says);
});

test("a fault is begun once and ended once; a drift shows in the reading, not in the truth", async () => {
  let plantTimeS = 0;
  const platform = createSystemPlatform("modbus device");
  const device = await startModbusDevice({ platform, options, plantTimeS: () => plantTimeS });
  try {
    device.inject("a", { inject: "drift", channel: "ph", ratePerHour: 1 });
    expect(() => device.inject("a", { inject: "no-answer" })).toThrow('fault "a" is active already');
    expect(() => device.clear("b")).toThrow('fault "b" is not active');
    plantTimeS = 3600;
    const connection = await platform.net.connect({
      host: "127.0.0.1",
      port: Number(new URL(device.endpoint).port),
    });
    await connection.write(tcpFrame(1, 1, hex("04 0002 0002")));
    for await (const chunk of connection.incoming) {
      expect(Buffer.from(chunk).subarray(7).toString("hex")).toBe("040441000000");
      break;
    }
    connection.reset();
    expect(device.truth()).toMatchObject({ ph: 7 });
    expect(device.clear("a")).toMatchObject({ channel: "ph", firstBefore: 7, firstAfter: 8, touched: 1 });
  } finally {
    await device.stop();
  }
});

test.for<[unknown, string]>([
  [{ ...options, serialNumber: "" }, "serialNumber"],
  [{ ...options, line: { transport: "udp" } }, "transport"],
  [{ ...options, registers: [{ quantity: "oxygen", table: "input", register: 0, type: "f32" }] }, "quantity"],
  [
    {
      ...options,
      registers: [0, 1].map((register) => ({ quantity: "ph", table: "input", register, type: "f32" })),
    },
    "overlap",
  ],
])("wrong options are named: %j", ([wrong, says]) => {
  expect(() => checkOptions(wrong)).toThrow(says);
});
