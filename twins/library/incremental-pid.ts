/** The controller of every loop of IndPenSim: incremental PID with the derivative on the measurement. */

export const SCAN_HOURS = 0.2;

export interface Gains {
  readonly gain: number;
  readonly integralTime: number;
  readonly derivativeTime: number;
  readonly most: number;
}

/** u + Kp (de + e h / Ti - (Td / h) d2y), held in 0 .. most; `past`: the measurement, newest first. */
export function increment(
  u: number,
  error: number,
  errorBefore: number,
  past: readonly number[],
  gains: Gains,
): number {
  const [y = Number.NaN, y1 = Number.NaN, y2 = Number.NaN] = past;
  const integral = gains.integralTime > 1e-7 ? (error * SCAN_HOURS) / gains.integralTime : 0;
  const derivative =
    gains.derivativeTime > 0.001 ? -(gains.derivativeTime / SCAN_HOURS) * (y - 2 * y1 + y2) : 0;
  const next = u + gains.gain * (error - errorBefore + integral + derivative);
  return Math.min(gains.most, Math.max(0, next));
}
