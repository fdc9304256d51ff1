/**
 * Figures, times and units as a person reads them. The same on every machine: nothing here asks
 * for a locale or a time zone.
 */

/** Width of a no-break space that groups digits; a comma would read as a decimal sign to half of the world. */
const GROUP = "\u202f";
const MINUS = "\u2212";

const UNIT_TEXT: ReadonlyMap<string, string> = new Map([
  ["Cel", "°C"],
  ["[pH]", "pH"],
  ["%{airsat}", "% air sat."],
  ["{rev}/min", "rev/min"],
  ["{rev}/s", "rev/s"],
  ["10*6{cells}/mL", "10⁶ cells/mL"],
  ["10*9{cells}/L", "10⁹ cells/L"],
  ["{cells}/mL", "cells/mL"],
  ["mg/L{O2}", "mg/L O₂"],
  ["mmol/L{O2}", "mmol/L O₂"],
  ["[degF]", "°F"],
  ["[psi]", "psi"],
  ["[AU]", "AU"],
  ["ug/mL", "µg/mL"],
  ["umol/L", "µmol/L"],
  ["m3", "m³"],
]);

/** Unit as printed; a UCUM unit without a better known spelling prints as it is. */
export const unitText = (ucum: string): string => UNIT_TEXT.get(ucum) ?? ucum;

/** `value` with a fixed number of decimals, so that a column of them lines up. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const isZero = /^0*$/.test(whole + (fraction ?? ""));
  const sign = value < 0 && !isZero ? MINUS : "";
  return sign + grouped(whole) + (fraction === undefined ? "" : `.${fraction}`);
}

/** Decimals that show `span` to about three figures; 0 to 8. */
export function decimalsFor(span: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 2;
  return Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(span))));
}

/** `value` to `digits` significant figures, without an exponent between 1e-6 and 1e9. */
export function significant(value: number, digits = 4): string {
  if (value === 0 || !Number.isFinite(value)) return String(value === 0 ? 0 : value);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude < -6 || magnitude >= 9) return value.toExponential(digits - 1).replace("-", MINUS);
  const shown = fixed(value, Math.max(0, digits - 1 - magnitude));
  return shown.includes(".") ? shown.replace(/\.?0+$/, "") : shown;
}

/** A count, digits grouped by three from five digits on. Takes the record's decimal text too. */
export const countText = (count: number | string): string => grouped(String(count));

function grouped(digits: string): string {
  return digits.length < 5 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, GROUP);
}

/** Batch age in s as hhh:mm:ss; tenths only where there are any. */
export function batchAge(seconds: number): string {
  const tenths = Math.round(Math.abs(seconds) * 10);
  const whole = Math.floor(tenths / 10);
  const pad = (n: number): string => String(n).padStart(2, "0");
  const clock = `${pad(Math.floor(whole / 3600))}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return `${seconds < 0 && tenths > 0 ? MINUS : ""}${clock}${tenths % 10 === 0 ? "" : `.${tenths % 10}`}`;
}

/** Batch age in s as hhh:mm, for axes. */
export const batchAgeShort = (seconds: number): string =>
  batchAge(Math.round(seconds / 60) * 60).slice(0, -3);

/** Batch age in s as hours with two decimals. */
export const hoursText = (seconds: number): string => fixed(seconds / 3600, 2);

/** How long, in s: "45 s", "2 min 30 s", "4 h", "1 h 05 min". */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${significant(seconds, 3)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 === 0 ? "" : ` ${whole % 60} s`}`;
  const minutes = Math.round(seconds / 60);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? "" : ` ${String(rest).padStart(2, "0")} min`}`;
}

/** UTC instant of plant time `seconds`: "2026-11-20 04:00:10 UTC". */
export function utcText(inoculation: string, seconds: number): string {
  const instant = new Date(Date.parse(inoculation) + Math.round(seconds * 1000)).toISOString();
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}
