/**
 * International Atomic Time: what `TelemetryFrame.wallTimestampNs` counts, in ns since
 * 1970-01-01T00:00:00 TAI. It has no leap seconds, so differences are true durations.
 * TAI - UTC: IERS Bulletin C; 37 s since 2017-01-01, no later leap second announced.
 */
const NS_PER_S = 1_000_000_000n;

/** [UTC seconds since 1970 from which it holds, TAI - UTC in s], oldest first. */
const LEAP_TABLE: readonly (readonly [bigint, bigint])[] = [
  [63072000n, 10n],
  [78796800n, 11n],
  [94694400n, 12n],
  [126230400n, 13n],
  [157766400n, 14n],
  [189302400n, 15n],
  [220924800n, 16n],
  [252460800n, 17n],
  [283996800n, 18n],
  [315532800n, 19n],
  [362793600n, 20n],
  [394329600n, 21n],
  [425865600n, 22n],
  [489024000n, 23n],
  [567993600n, 24n],
  [631152000n, 25n],
  [662688000n, 26n],
  [709948800n, 27n],
  [741484800n, 28n],
  [773020800n, 29n],
  [820454400n, 30n],
  [867715200n, 31n],
  [915148800n, 32n],
  [1136073600n, 33n],
  [1230768000n, 34n],
  [1341100800n, 35n],
  [1435708800n, 36n],
  [1483228800n, 37n],
];

/**
 * @param utcNs ns since 1970 UTC as POSIX counts them
 * @throws RangeError before 1972-01-01, when UTC had no whole-second offset
 */
export function utcToTaiNs(utcNs: bigint): bigint {
  for (let i = LEAP_TABLE.length - 1; i >= 0; i--) {
    const [from, offset] = LEAP_TABLE[i] as readonly [bigint, bigint];
    if (utcNs >= from * NS_PER_S) return utcNs + offset * NS_PER_S;
  }
  throw new RangeError("TAI is not defined here before 1972-01-01");
}

/** Inverse of {@link utcToTaiNs}; an instant inside a leap second maps to the second before it. */
export function taiToUtcNs(taiNs: bigint): bigint {
  for (let i = LEAP_TABLE.length - 1; i >= 0; i--) {
    const [from, offset] = LEAP_TABLE[i] as readonly [bigint, bigint];
    if (taiNs >= (from + offset) * NS_PER_S) return taiNs - offset * NS_PER_S;
  }
  throw new RangeError("TAI is not defined here before 1972-01-01");
}

/** JavaScript dates count UTC milliseconds. */
export const dateToTaiNs = (date: Date): bigint => utcToTaiNs(BigInt(date.getTime()) * 1_000_000n);
export const taiNsToDate = (taiNs: bigint): Date => new Date(Number(taiToUtcNs(taiNs) / 1_000_000n));
