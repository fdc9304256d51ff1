/** Reference values of functions with many digits, and the distance of a double from them. */

const DIGITS = 1200n;
const UNIT = 1n << DIGITS;

/** value * 2^1200, exactly for any double of ordinary size. */
export function toFixed(value: number): bigint {
  if (value === 0) return 0n;
  const [, exponent] = split(value);
  const scaled = BigInt(value / 2 ** (exponent - 52));
  const shift = BigInt(exponent - 52) + DIGITS;
  return shift >= 0n ? scaled << shift : scaled >> -shift;
}

function split(value: number): [number, number] {
  const size = Math.abs(value);
  const rounded = Math.floor(Math.log2(size));
  // The logarithm of what is just below a power of two may be that power's.
  const exponent = Math.max(-1022, size < 2 ** rounded ? rounded - 1 : rounded);
  return [value / 2 ** exponent, exponent];
}

const times = (a: bigint, b: bigint): bigint => (a * b) >> DIGITS;
const over = (a: bigint, b: bigint): bigint => (a << DIGITS) / b;

/** exp, by halving the argument and squaring back. */
export function expFixed(x: bigint): bigint {
  const halvings = 64n;
  const small = x >> halvings;
  let [term, sum] = [UNIT, UNIT];
  for (let n = 1n; term !== 0n && n < 120n; n++) {
    term = times(term, small) / n;
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = times(sum, sum);
  return sum;
}

/** log of a double above 0, by Newton's method on exp. */
export function logFixed(value: number): bigint {
  const x = toFixed(value);
  let y = toFixed(Math.log(value));
  for (let i = 0; i < 5; i++) {
    const e = expFixed(y);
    y += 2n * over(x - e, x + e);
  }
  return y;
}

export function tanhFixed(x: bigint): bigint {
  const e = expFixed(2n * x);
  return over(e - UNIT, e + UNIT);
}

/** sin, by its series: for |x| up to some hundred. */
export const sinFixed = (x: bigint): bigint => alternating(x, x, 1n);
export const cosFixed = (x: bigint): bigint => alternating(x, UNIT, 0n);

/** first - first x^2 / ((n + 1)(n + 2)) + ... */
function alternating(x: bigint, first: bigint, from: bigint): bigint {
  const square = times(x, x);
  let [term, sum] = [first, first];
  for (let n = from; term !== 0n && n < 2000n; n += 2n) {
    term = -times(term, square) / ((n + 1n) * (n + 2n));
    sum += term;
  }
  return sum;
}

export const powFixed = (x: number, y: number): bigint => expFixed(times(toFixed(y), logFixed(x)));

/** Distance of `value` from the exact number, in units of the last place of `value`. */
export function ulpError(value: number, exact: bigint): number {
  const [, exponent] = split(value);
  const ulp = toFixed(2 ** (Math.max(exponent, -1022) - 52));
  const difference = toFixed(value) - exact;
  return Number(((difference < 0n ? -difference : difference) << 20n) / ulp) / 2 ** 20;
}
