/**
 * The standard normal distribution: quantiles by algorithm AS 241 (Wichura 1988), about 1e-15; shares by the
 * series around 0 (Marsaglia 2004, J. Stat. Softw. 11:4) and by Lentz's continued fraction in the tails.
 */
import { ownFunctions } from "../compile/js-functions.ts";

const A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
];
const C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
];

/** @param p in (0, 1) */
export function standardNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(A, r)) / polynomial(B, r);
  }
  const tail = Math.sqrt(-ownFunctions().log(q < 0 ? p : 1 - p));
  const value = tail <= 5 ? ratio(C, D, tail - 1.6) : ratio(E, F, tail - 5);
  return q < 0 ? -value : value;
}

/** Share of the distribution below `x`; 0 and 1 at the infinities. Right to about 1e-14. */
export function normalShare(x: number): number {
  if (x < -LARGEST_X) return 0;
  if (x > LARGEST_X) return 1;
  const density = ownFunctions().exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) > SERIES_X) {
    const tail = density / continuedFraction(Math.abs(x));
    return x < 0 ? tail : 1 - tail;
  }
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

/** Beyond it a share is 0 or 1 to the last bit. */
const LARGEST_X = 38;
const SERIES_X = 4;

/** x + 1/(x + 2/(x + 3/(x + ...))), for x above {@link SERIES_X}. */
function continuedFraction(x: number): number {
  let value = x;
  for (let k = 100; k >= 1; k--) value = x + k / value;
  return value;
}

const ratio = (top: readonly number[], bottom: readonly number[], r: number) =>
  polynomial(top, r) / polynomial(bottom, r);
const polynomial = (coefficients: readonly number[], r: number) =>
  coefficients.reduceRight((sum, c) => sum * r + c, 0);
