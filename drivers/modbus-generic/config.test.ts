import * as v from "valibot";
import { expect, test } from "vitest";
import { modbusGenericConfig } from "./config.ts";

const register = { channel_id: 0, name: "temperature", unit: "Cel", register: 0 };
const tcp = { transport: "tcp", host: "192.0.2.17", registers: [register] };
const rtu = { transport: "rtu", serial_port: "/dev/ttyUSB0", registers: [register] };

const problems = (config: unknown) => {
  const result = v.safeParse(modbusGenericConfig, config);
  return (result.issues ?? []).map((issue) => `${v.getDotPath(issue) ?? ""}: ${issue.message}`).join("; ");
};

test("what is not said has the standard's value", () => {
  expect(v.parse(modbusGenericConfig, tcp)).toMatchObject({ port: 502, unit_id: 1, poll_interval_ms: 1000 });
  expect(v.parse(modbusGenericConfig, rtu)).toMatchObject({
    baud_rate: 19_200,
    parity: "even",
    stop_bits: 1,
  });
  expect(v.parse(modbusGenericConfig, tcp).registers[0]).toMatchObject({
    table: "holding",
    type: "u16",
    word_order: "big",
    scale: 1,
    is_writable: false,
  });
});

test.for([
  [{ ...tcp, unitid: 1 }, "unitid"],
  [{ ...tcp, transport: "udp" }, "transport"],
  [{ ...tcp, serial_port: "/dev/ttyS0" }, "serial_port"],
  [{ ...tcp, registers: [] }, "at least one register"],
  [{ ...tcp, registers: [{ ...register, unit: "bananas" }] }, "not a unit that HELIX knows"],
  [{ ...tcp, registers: [{ ...register, scale: 0 }] }, "must not be 0"],
  [{ ...tcp, registers: [{ ...register, table: "input", is_writable: true }] }, "needs a setpoint_register"],
  [{ ...tcp, registers: [{ ...register, register: 65_535, type: "f32" }] }, "cannot begin at the last one"],
  [{ ...tcp, registers: [{ ...register, min: 5, max: 5 }] }, "min must be below max"],
  [{ ...tcp, registers: [register, { ...register, name: "ph" }] }, "the same channel_id"],
  [{ ...tcp, registers: [register, { ...register, channel_id: 1 }] }, "the same name"],
  [{ ...tcp, identification: { register: 0, length: 8 } }, "identification needs serial_number"],
  [{ ...rtu, unit_id: 250 }, "1 to 247"],
  [{ ...rtu, parity: "mark" }, "parity"],
] as const)("%j is refused: %s", ([config, says]) => {
  expect(problems(config)).toContain(says);
});
