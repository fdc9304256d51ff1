/**
 * `[instruments.<key>.config]` of an instrument that this driver serves: how it is reached, and which
 * register is which channel. Unknown keys are refused, so that a misspelt one cannot be overlooked.
 *
 *     transport = "tcp"                 # or "rtu" with serial_port, baud_rate, data_bits, parity, stop_bits
 *     host = "192.0.2.17"
 *     unit_id = 1
 *     poll_interval_ms = 1000
 *     serial_number = "WB-0231"
 *     identification = { register = 100, length = 8 }   # ASCII, two characters a register
 *     registers = [
 *       { channel_id = 0, name = "temperature", unit = "Cel", register = 0, table = "input", type = "f32",
 *         min = 0, max = 100, is_writable = true, setpoint_register = 0 },
 *       { channel_id = 1, name = "agitation", unit = "{rev}/min", register = 4, type = "i16", scale = 0.1 },
 *     ]
 *
 * Registers are counted from 0 as on the wire: a manual's 40001 is holding register 0, its 30001 input
 * register 0. `word_order = "little"` where the low word comes first. A setpoint stands in holding
 * registers, with the type, order, scale and offset of its channel.
 */
import { unitBySpelling } from "@helix/hal";
import * as v from "valibot";
import { registerCount, VALUE_TYPES, WORD_ORDERS } from "./registers.ts";

export const TABLES = ["holding", "input"] as const;
export type RegisterTable = (typeof TABLES)[number];

const integer = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));
const text = v.pipe(v.string(), v.nonEmpty());
const finite = v.pipe(v.number(), v.finite());
const u16 = integer(0, 65_535);

const unit = v.pipe(
  v.string(),
  v.check(
    (spelling) => unitBySpelling(spelling) !== undefined,
    "not a unit that HELIX knows; units are UCUM, e.g. Cel",
  ),
  v.transform((spelling) => unitBySpelling(spelling)?.ucum ?? spelling),
);

const channel = v.pipe(
  v.strictObject({
    channel_id: u16,
    name: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]*$/, "lower case letters, digits and underscores")),
    unit,
    register: u16,
    table: v.optional(v.picklist(TABLES), "holding"),
    type: v.optional(v.picklist(VALUE_TYPES), "u16"),
    word_order: v.optional(v.picklist(WORD_ORDERS), "big"),
    /** value = raw * scale + offset */
    scale: v.optional(
      v.pipe(
        finite,
        v.check((scale) => scale !== 0, "must not be 0"),
      ),
      1,
    ),
    offset: v.optional(finite, 0),
    min: v.optional(finite),
    max: v.optional(finite),
    is_writable: v.optional(v.boolean(), false),
    /** Holding register; absent on a writable channel: the channel's own register. */
    setpoint_register: v.optional(u16),
  }),
  v.check(
    (c) => !c.is_writable || c.setpoint_register !== undefined || c.table === "holding",
    'is_writable needs a setpoint_register: an "input" register cannot be written',
  ),
  v.check((c) => c.min === undefined || c.max === undefined || c.min < c.max, "min must be below max"),
  v.check(
    (c) => Math.max(c.register, c.setpoint_register ?? 0) + registerCount(c.type) <= 65_536,
    "a value of two registers cannot begin at the last one",
  ),
);

const common = {
  unit_id: v.optional(integer(1, 255), 1),
  poll_interval_ms: v.optional(integer(10, 3_600_000), 1000),
  /** An instrument that has not answered by then has not heard. */
  request_timeout_ms: v.optional(integer(10, 10_000), 1000),
  /** Ask vendor and version with function 43 when connecting; false for an instrument that stumbles over it. */
  ask_identification: v.optional(v.boolean(), true),
  /** For the instrument's id; absent: the instrument's key in helix.toml. */
  serial_number: v.optional(text),
  /** Where the instrument tells its serial number: compared with serial_number at every connection. */
  identification: v.optional(
    v.strictObject({
      register: u16,
      /** In registers. */
      length: integer(1, 32),
      table: v.optional(v.picklist(TABLES), "holding"),
    }),
  ),
  registers: v.pipe(v.array(channel), v.nonEmpty("needs at least one register")),
};

const tcp = v.strictObject({
  transport: v.literal("tcp"),
  host: text,
  port: v.optional(integer(1, 65_535), 502),
  ...common,
});

const rtu = v.strictObject({
  transport: v.literal("rtu"),
  /** e.g. /dev/ttyUSB0, COM3 */
  serial_port: text,
  baud_rate: v.optional(integer(300, 4_000_000), 19_200),
  data_bits: v.optional(v.literal(8), 8),
  parity: v.optional(v.picklist(["none", "even", "odd"]), "even"),
  stop_bits: v.optional(v.picklist([1, 2]), 1),
  ...common,
});

export const modbusGenericConfig = v.pipe(
  v.variant("transport", [tcp, rtu]),
  v.check((c) => c.transport === "tcp" || c.unit_id <= 247, "unit_id on a serial line is 1 to 247"),
  v.check(
    (c) => c.identification === undefined || c.serial_number !== undefined,
    "identification needs serial_number, the one that the instrument must tell",
  ),
  v.check((c) => areUnique(c.registers.map((r) => r.channel_id)), "two registers have the same channel_id"),
  v.check((c) => areUnique(c.registers.map((r) => r.name)), "two registers have the same name"),
);

export type ModbusGenericConfig = v.InferOutput<typeof modbusGenericConfig>;
export type ChannelRegister = ModbusGenericConfig["registers"][number];

const areUnique = (values: readonly unknown[]) => new Set(values).size === values.length;
