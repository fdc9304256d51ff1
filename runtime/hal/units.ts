/**
 * The units that HELIX knows, in UCUM (ucum.org), with the code a frame carries and the
 * conversion to the first unit of the same quantity. Codes are stored in frames and ledgers:
 * a code is never changed or used again.
 */
export interface Unit {
  /** `TelemetryFrame.unitCode`, u32; 0 means "not stated". */
  readonly code: number;
  /** UCUM text */
  readonly ucum: string;
  /** What it measures; two units convert only within one quantity. */
  readonly quantity: string;
  /** value in the quantity's reference unit = factor * value + offset */
  readonly factor: number;
  readonly offset: number;
}

const unit = (code: number, ucum: string, quantity: string, factor = 1, offset = 0): Unit => ({
  code,
  ucum,
  quantity,
  factor,
  offset,
});

export const UNITS: readonly Unit[] = [
  unit(1, "1", "ratio"),
  unit(2, "%", "ratio", 0.01),
  unit(10, "Cel", "temperature"),
  unit(11, "K", "temperature", 1, -273.15),
  unit(12, "[degF]", "temperature", 5 / 9, -160 / 9),
  unit(20, "[pH]", "acidity"),
  unit(30, "%{airsat}", "oxygen saturation"),
  unit(31, "mg/L{O2}", "oxygen concentration"),
  unit(32, "mmol/L{O2}", "oxygen concentration", 31.9988),
  unit(40, "{rev}/min", "rotational speed"),
  unit(41, "{rev}/s", "rotational speed", 60),
  unit(50, "L/h", "volume flow"),
  unit(51, "mL/h", "volume flow", 1e-3),
  unit(52, "mL/min", "volume flow", 0.06),
  unit(53, "L/min", "volume flow", 60),
  unit(60, "L", "volume"),
  unit(61, "mL", "volume", 1e-3),
  unit(62, "m3", "volume", 1000),
  unit(70, "g/L", "mass concentration"),
  unit(71, "mg/L", "mass concentration", 1e-3),
  unit(72, "ug/mL", "mass concentration", 1e-3),
  unit(80, "mmol/L", "amount concentration"),
  unit(81, "mol/L", "amount concentration", 1000),
  unit(82, "umol/L", "amount concentration", 1e-3),
  unit(90, "10*6{cells}/mL", "cell density"),
  unit(91, "10*9{cells}/L", "cell density"),
  unit(92, "{cells}/mL", "cell density", 1e-6),
  unit(100, "s", "time"),
  unit(101, "min", "time", 60),
  unit(102, "h", "time", 3600),
  unit(103, "d", "time", 86400),
  unit(104, "ms", "time", 1e-3),
  unit(110, "/h", "rate"),
  unit(111, "/min", "rate", 60),
  unit(112, "/s", "rate", 3600),
  unit(120, "bar", "pressure"),
  unit(121, "kPa", "pressure", 0.01),
  unit(122, "Pa", "pressure", 1e-5),
  unit(123, "[psi]", "pressure", 0.0689475729316836),
  unit(130, "g", "mass"),
  unit(131, "kg", "mass", 1000),
  unit(132, "mg", "mass", 1e-3),
  unit(140, "W", "power"),
  unit(141, "mS/cm", "conductivity"),
  unit(142, "mV", "electric potential"),
  unit(143, "mA", "electric current"),
  unit(150, "mmol/L/h", "volumetric rate"),
  unit(151, "[AU]", "absorbance"),
];

const BY_UCUM = new Map(UNITS.map((u) => [u.ucum, u]));
const BY_CODE = new Map(UNITS.map((u) => [u.code, u]));

/** Makers' and people's spellings that are not UCUM; accepted from instruments, never written. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["RPM", "{rev}/min"],
  ["rpm", "{rev}/min"],
  ["1/min", "{rev}/min"],
  ["Celsius", "Cel"],
  ["°C", "Cel"],
  ["C", "Cel"],
  ["pH", "[pH]"],
  ["lph", "L/h"],
  ["l/h", "L/h"],
  ["% air sat", "%{airsat}"],
]);

/** The unit with this UCUM text, or undefined. */
export const unitByUcum = (ucum: string): Unit | undefined => BY_UCUM.get(ucum);

/** The unit with this frame code, or undefined. */
export const unitByCode = (code: number): Unit | undefined => BY_CODE.get(code);

/** The unit an instrument means: UCUM, or a known spelling that is not. */
export const unitBySpelling = (text: string): Unit | undefined => BY_UCUM.get(ALIASES.get(text) ?? text);

/**
 * Converts within a quantity.
 *
 * @throws RangeError when either unit is unknown or they measure different things; the message
 *   names both
 */
export function convert(value: number, from: string, to: string): number {
  if (from === to) return value;
  const source = BY_UCUM.get(from);
  const target = BY_UCUM.get(to);
  if (!source || !target) throw new RangeError(`unit "${source ? to : from}" is not known`);
  if (source.quantity !== target.quantity) {
    throw new RangeError(`${from} (${source.quantity}) does not convert to ${to} (${target.quantity})`);
  }
  return (source.factor * value + source.offset - target.offset) / target.factor;
}

/** Unit of a rate of change, e.g. "%{airsat}/h": the unit and the time it is over, in s. */
export function parseRateUnit(text: string): { unit: Unit; perSeconds: number } | undefined {
  const slash = text.lastIndexOf("/");
  const base = slash > 0 ? BY_UCUM.get(text.slice(0, slash)) : undefined;
  const time = slash > 0 ? BY_UCUM.get(text.slice(slash + 1)) : undefined;
  if (!base || time?.quantity !== "time") return undefined;
  return { unit: base, perSeconds: time.factor };
}
