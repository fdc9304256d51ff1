/**
 * Compound UCUM units as products of atoms: reading, writing, multiplying, comparing.
 *
 * An annotation on a pure number says what is counted (`10*9{cells}/L`, `%{airsat}`) and is a
 * dimension of its own here; on a unit (`g{DCW}`, `mg/L{O2}`) it is a remark, as in UCUM.
 */
import { unitBySpelling } from "@helix/hal";
import { nearest } from "../language/nearest.ts";
import { ATOMS, NOT_MULTIPLICATIVE, PREFIXES } from "./ucum-atoms.ts";

/** Atom (with prefix), power of ten or annotation -> exponent, never 0. The empty map is 1. */
export type CompoundUnit = ReadonlyMap<string, number>;

export const ONE: CompoundUnit = new Map();

/** A unit text that cannot be read; the message says why and what to write. */
export class UnitError extends Error {
  override readonly name = "UnitError";
}

/** @throws UnitError */
export function parseUnit(text: string): CompoundUnit {
  const reader = { text, position: 0 };
  const unit = readTerm(reader);
  if (reader.position < text.length)
    throw new UnitError(`unit "${text}": unexpected "${text[reader.position]}"`);
  return unit;
}

export function multiply(a: CompoundUnit, b: CompoundUnit, power = 1): CompoundUnit {
  const product = new Map(a);
  for (const [name, exponent] of b) {
    const sum = (product.get(name) ?? 0) + exponent * power;
    if (Math.abs(sum) < 1e-9) product.delete(name);
    else product.set(name, sum);
  }
  return product;
}

export const divide = (a: CompoundUnit, b: CompoundUnit): CompoundUnit => multiply(a, b, -1);

export const raise = (a: CompoundUnit, power: number): CompoundUnit =>
  power === 0 ? ONE : new Map([...a].map(([name, exponent]) => [name, exponent * power]));

/** Text in UCUM order: what is counted first, then units, then divisors. */
export function formatUnit(unit: CompoundUnit): string {
  const names = [...unit].sort(([a], [b]) => rank(a) - rank(b));
  const above = names.filter(([, exponent]) => exponent > 0).map(([name, e]) => power(name, e));
  const below = names.filter(([, exponent]) => exponent < 0).map(([name, e]) => `/${power(name, -e)}`);
  const text = above.join(".") + below.join("");
  // An annotation follows the number it belongs to without a sign between: 10*9{cells}, %{airsat}.
  return text === "" ? "1" : text.replaceAll(/(10\*-?\d+|%)[./]\{/g, "$1{");
}

/** Powers of ten, then what they count, then other units. */
const rank = (name: string): number =>
  name.startsWith("10*") || name === "%" ? 0 : name.startsWith("{") ? 1 : 2;

function power(name: string, exponent: number): string {
  if (exponent === 1) return name;
  const shown = Number.isInteger(exponent) ? String(exponent) : `(${exponent})`;
  return rank(name) < 2 ? `(${name})${shown}` : `${name}${shown}`;
}

/** True when both measure the same thing, whatever the scale. */
export function sameDimension(a: CompoundUnit, b: CompoundUnit): boolean {
  const left = dimensionOf(a);
  const right = dimensionOf(b);
  return (
    left.size === right.size && [...left].every(([name, e]) => Math.abs((right.get(name) ?? 0) - e) < 1e-9)
  );
}

/** Base dimensions and their exponents. */
export function dimensionOf(unit: CompoundUnit): ReadonlyMap<string, number> {
  let dimension: CompoundUnit = ONE;
  for (const [name, exponent] of unit) {
    const base = name.startsWith("{") ? { [name]: 1 } : resolve(name).dimension;
    dimension = multiply(dimension, new Map(Object.entries(base)), exponent);
  }
  return dimension;
}

/** Number by which a value in `from` is multiplied to stand in `to`; the dimensions must agree. */
export function scaleBetween(from: CompoundUnit, to: CompoundUnit): number {
  let numerator = 1;
  let denominator = 1;
  for (const [name, exponent] of divide(from, to)) {
    if (name.startsWith("{")) continue;
    const atom = resolve(name);
    const [up, down] = exponent > 0 ? [atom.numerator, atom.denominator] : [atom.denominator, atom.numerator];
    numerator *= up ** Math.abs(exponent);
    denominator *= down ** Math.abs(exponent);
  }
  return numerator / denominator;
}

interface Factor {
  numerator: number;
  denominator: number;
  dimension: Readonly<Record<string, number>>;
}

function resolve(name: string): Factor {
  const found = lookUp(name);
  if (!found) throw new UnitError(`unit "${name}" is not known`);
  return found;
}

function lookUp(name: string): Factor | undefined {
  if (name.startsWith("10*"))
    return powerOfTen(Number(name.slice(3)), { numerator: 1, denominator: 1, dimension: {} });
  if (/^\d+$/.test(name)) return { numerator: Number(name), denominator: 1, dimension: {} };
  const plain = ATOMS.get(name);
  if (plain) return plain;
  for (const [prefix, exponent] of PREFIXES) {
    const atom = name.startsWith(prefix) ? ATOMS.get(name.slice(prefix.length)) : undefined;
    if (atom?.metric) return powerOfTen(exponent, atom);
  }
  return undefined;
}

const powerOfTen = (exponent: number, atom: Factor): Factor => ({
  dimension: atom.dimension,
  numerator: exponent > 0 ? atom.numerator * 10 ** exponent : atom.numerator,
  denominator: exponent < 0 ? atom.denominator * 10 ** -exponent : atom.denominator,
});

interface Reader {
  readonly text: string;
  position: number;
}

function readTerm(reader: Reader): CompoundUnit {
  let unit: CompoundUnit = ONE;
  let sign = 1;
  if (take(reader, "/")) sign = -1;
  for (;;) {
    unit = multiply(unit, readComponent(reader), sign);
    if (take(reader, ".")) sign = 1;
    else if (take(reader, "/")) sign = -1;
    else return unit;
  }
}

function readComponent(reader: Reader): CompoundUnit {
  if (take(reader, "(")) {
    const inner = readTerm(reader);
    if (!take(reader, ")")) throw new UnitError(`unit "${reader.text}": missing ")"`);
    return inner;
  }
  const tenth = match(reader, /10[*^](-?\d+)/y);
  if (tenth) return annotated(reader, new Map([[`10*${Number(tenth[1])}`, 1]]));
  const whole = match(reader, /\d+/y);
  if (whole) return annotated(reader, whole[0] === "1" ? ONE : new Map([[whole[0], 1]]));
  const alone = match(reader, /\{[^{}]*\}/y);
  if (alone) return new Map([[alone[0], 1]]);
  return readAtom(reader);
}

/** The atom with its exponent; on a dimensionless atom an annotation counts. */
function readAtom(reader: Reader): CompoundUnit {
  const name = match(reader, /\[[^\]]*\]|%|[A-Za-z]+/y)?.[0];
  if (!name)
    throw new UnitError(`unit "${reader.text}": expected a unit at "${reader.text.slice(reader.position)}"`);
  const instead = NOT_MULTIPLICATIVE.get(name);
  if (instead)
    throw new UnitError(
      `unit ${name} cannot stand in an equation (its scale is shifted or logarithmic): use ${instead}`,
    );
  const known = lookUp(name);
  if (!known) throw new UnitError(unknownUnit(name));
  const exponent = Number(match(reader, /[+-]?\d+/y)?.[0] ?? 1);
  const unit = new Map([[name, exponent]]);
  const countable = Object.keys(known.dimension).length === 0;
  if (countable) return annotated(reader, unit);
  match(reader, /\{[^{}]*\}/y);
  return unit;
}

function annotated(reader: Reader, unit: CompoundUnit): CompoundUnit {
  const remark = match(reader, /\{[^{}]*\}/y);
  return remark ? multiply(unit, new Map([[remark[0], 1]])) : unit;
}

function unknownUnit(name: string): string {
  const spelled = unitBySpelling(name)?.ucum;
  const guess = spelled && spelled !== name ? spelled : nearest(name, ATOMS.keys());
  return `unit "${name}" is not known${guess ? `: did you mean ${guess}?` : ""}`;
}

function take(reader: Reader, character: string): boolean {
  if (reader.text[reader.position] !== character) return false;
  reader.position++;
  return true;
}

function match(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.position;
  const found = pattern.exec(reader.text);
  if (found) reader.position = pattern.lastIndex;
  return found;
}
