/**
 * The unit atoms that a twin's equations may use, in UCUM (ucum.org, table of base and derived
 * units), each as a factor over base dimensions.
 *
 * Differences from UCUM, on purpose: the mole is a dimension of its own, so that cells never cancel
 * against moles. Units with an offset (Cel, [degF]) and logarithmic ones ([pH]) are refused by name
 * in `unit-algebra.ts`: they cannot be multiplied.
 */

/** A factor as a fraction of two exactly represented numbers, so that 3600 stays 3600 when inverted. */
export interface Atom {
  readonly numerator: number;
  readonly denominator: number;
  /** Base dimension -> exponent: m, g, s, mol, K, A, ... */
  readonly dimension: Readonly<Record<string, number>>;
  /** May carry a prefix such as m (milli) or k (kilo). */
  readonly metric: boolean;
}

const atom = (dimension: Atom["dimension"], numerator = 1, denominator = 1, metric = true): Atom => ({
  numerator,
  denominator,
  dimension,
  metric,
});

const ENERGY = { g: 1, m: 2, s: -2 } as const;

export const ATOMS: ReadonlyMap<string, Atom> = new Map([
  ["m", atom({ m: 1 })],
  ["g", atom({ g: 1 })],
  ["s", atom({ s: 1 })],
  ["mol", atom({ mol: 1 })],
  ["K", atom({ K: 1 })],
  ["A", atom({ A: 1 })],
  ["rad", atom({ rad: 1 })],
  ["min", atom({ s: 1 }, 60, 1, false)],
  ["h", atom({ s: 1 }, 3600, 1, false)],
  ["d", atom({ s: 1 }, 86_400, 1, false)],
  ["wk", atom({ s: 1 }, 604_800, 1, false)],
  ["L", atom({ m: 3 }, 1, 1000)],
  ["l", atom({ m: 3 }, 1, 1000)],
  ["Hz", atom({ s: -1 })],
  ["N", atom({ g: 1, m: 1, s: -2 }, 1000)],
  ["Pa", atom({ g: 1, m: -1, s: -2 }, 1000)],
  ["bar", atom({ g: 1, m: -1, s: -2 }, 100_000_000)],
  ["atm", atom({ g: 1, m: -1, s: -2 }, 101_325_000, 1, false)],
  ["[psi]", atom({ g: 1, m: -1, s: -2 }, 6_894_757.293168361, 1, false)],
  ["J", atom(ENERGY, 1000)],
  ["cal", atom(ENERGY, 4184)],
  ["W", atom({ g: 1, m: 2, s: -3 }, 1000)],
  ["V", atom({ g: 1, m: 2, s: -3, A: -1 }, 1000)],
  ["S", atom({ g: -1, m: -2, s: 3, A: 2 }, 1, 1000)],
  ["C", atom({ A: 1, s: 1 })],
  ["Da", atom({ g: 1 }, 1.6605390666e-24)],
  ["%", atom({}, 1, 100, false)],
  ["[ppth]", atom({}, 1, 1000, false)],
  ["[ppm]", atom({}, 1, 1_000_000, false)],
  ["[AU]", atom({ "[AU]": 1 }, 1, 1, false)],
]);

/** Prefix -> power of ten. */
export const PREFIXES: ReadonlyMap<string, number> = new Map([
  ["T", 12],
  ["G", 9],
  ["M", 6],
  ["k", 3],
  ["h", 2],
  ["da", 1],
  ["d", -1],
  ["c", -2],
  ["m", -3],
  ["u", -6],
  ["n", -9],
  ["p", -12],
  ["f", -15],
]);

/** Atoms that measure on a shifted or logarithmic scale, and what to use in their place. */
export const NOT_MULTIPLICATIVE: ReadonlyMap<string, string> = new Map([
  ["Cel", "K"],
  ["[degF]", "K"],
  ["[pH]", "mol/L of H+ (pH = -log10(H / 1 mol/L))"],
  ["B", "1"],
]);
