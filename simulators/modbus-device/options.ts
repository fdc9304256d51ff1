/** What a rig tells the simulated Modbus device when it starts it; JSON in the first argument of its process. */
import * as v from "valibot";

/** What can stand in a register: a reading, or the setpoint of its loop. */
export const QUANTITIES = [
  "temperature",
  "ph",
  "agitation",
  "temperature_setpoint",
  "ph_setpoint",
  "agitation_setpoint",
] as const;
export type Quantity = (typeof QUANTITIES)[number];

const text = v.pipe(v.string(), v.nonEmpty());
const integer = (low: number, high: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

const REGISTER = v.strictObject({
  quantity: v.picklist(QUANTITIES),
  table: v.picklist(["holding", "input"]),
  /** From 0, as on the wire. */
  register: integer(0, 65_534),
  type: v.picklist(["u16", "i16", "u32", "i32", "f32"]),
  /** little: the low word has the lower address. */
  wordOrder: v.optional(v.picklist(["big", "little"]), "big"),
  /** reading = register * scale + offset */
  scale: v.optional(
    v.pipe(
      v.number(),
      v.finite(),
      v.check((scale) => scale !== 0, "must not be 0"),
    ),
    1,
  ),
  offset: v.optional(v.pipe(v.number(), v.finite()), 0),
});

const LINE = v.variant("transport", [
  v.strictObject({ transport: v.literal("tcp"), host: text, port: integer(0, 65_535) }),
  v.strictObject({
    transport: v.literal("rtu"),
    /** The device's own end of the cable. */
    path: text,
    baudRate: v.optional(integer(300, 4_000_000), 19_200),
    parity: v.optional(v.picklist(["none", "even", "odd"]), "even"),
    stopBits: v.optional(v.picklist([1, 2]), 1),
  }),
]);

const SCHEMA = v.pipe(
  v.strictObject({
    line: LINE,
    unitId: v.optional(integer(1, 247), 1),
    serialNumber: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,32}$/, "1 to 32 ASCII characters")),
    firmware: v.optional(text, "1.2.0"),
    /** Plant time at which it starts, whole s. */
    beginS: v.optional(integer(0, Number.MAX_SAFE_INTEGER), 0),
    /** Whole s of plant time between two "truth" messages. */
    truthPeriodS: v.optional(integer(1, Number.MAX_SAFE_INTEGER), 60),
    /** Absent: {@link DEFAULT_REGISTERS}. */
    registers: v.optional(v.pipe(v.array(REGISTER), v.nonEmpty())),
  }),
  v.check(({ registers = [] }) => !overlaps(registers), "two registers overlap"),
  v.check(
    ({ registers = [] }) =>
      registers.every(({ quantity, table }) => !quantity.endsWith("_setpoint") || table === "holding"),
    "a setpoint stands in holding registers",
  ),
);

/** With what may be left out. */
export type ModbusDeviceOptions = v.InferInput<typeof SCHEMA>;
export type ModbusDeviceSettings = v.InferOutput<typeof SCHEMA>;
export type RegisterEntry = v.InferOutput<typeof REGISTER>;

const f32 = (quantity: Quantity, table: "holding" | "input", register: number): RegisterEntry => ({
  quantity,
  table,
  register,
  type: "f32",
  wordOrder: "big",
  scale: 1,
  offset: 0,
});

/** Readings in input registers 0 to 5, setpoints in holding registers 0 to 5. */
export const DEFAULT_REGISTERS: readonly RegisterEntry[] = [
  f32("temperature", "input", 0),
  f32("ph", "input", 2),
  f32("agitation", "input", 4),
  f32("temperature_setpoint", "holding", 0),
  f32("ph_setpoint", "holding", 2),
  f32("agitation_setpoint", "holding", 4),
];

/** Holding registers with the serial number, ASCII, padded with zeros. */
export const SERIAL_NUMBER_REGISTER = 1000;
export const SERIAL_NUMBER_REGISTERS = 16;

export const wordsOf = ({ type }: Pick<RegisterEntry, "type">): 1 | 2 => (type.endsWith("16") ? 1 : 2);

/** @throws Error naming the option that is missing or wrong */
export function checkOptions(options: unknown): ModbusDeviceSettings {
  const result = v.safeParse(SCHEMA, options);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? "options"}: ${issue.message}`);
  throw new Error(`the simulator's options are wrong: ${problems.join("; ")}`);
}

/** @throws Error naming what is missing or wrong */
export function parseOptions(json: string | undefined): ModbusDeviceSettings {
  if (json === undefined) throw new Error("the simulator's options are missing: JSON in the first argument");
  return checkOptions(JSON.parse(json));
}

function overlaps(registers: readonly RegisterEntry[]): boolean {
  const taken = new Set<string>();
  for (const entry of registers) {
    for (let at = 0; at < wordsOf(entry); at++) {
      const place = `${entry.table} ${entry.register + at}`;
      if (taken.has(place)) return true;
      taken.add(place);
    }
  }
  return false;
}
