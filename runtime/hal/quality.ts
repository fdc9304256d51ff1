/**
 * Quality of a value, as `TelemetryFrame.qualityFlags` holds it: the OPC quality byte
 * QQSSSSLL (HELIX-HAL-0001 names 0x0040 "uncertain"), so that a higher number is a better value
 * and a drop policy can compare. The upper byte is 0.
 */
export const QUALITY = {
  bad: 0x00,
  badNotConnected: 0x08,
  badDeviceFailure: 0x0c,
  badSensorFailure: 0x10,
  badOutOfService: 0x1c,
  uncertain: 0x40,
  uncertainLastUsable: 0x44,
  uncertainSensorNotAccurate: 0x50,
  uncertainUnitsExceeded: 0x54,
  good: 0xc0,
  goodLocalOverride: 0xd8,
} as const;

export type QualityClass = "Bad" | "Uncertain" | "Good";

/** Class by the two top bits of the quality byte. */
export function qualityClass(flags: number): QualityClass {
  const top = flags & 0xc0;
  if (top === 0xc0) return "Good";
  return top === 0x40 ? "Uncertain" : "Bad";
}

/**
 * Quality byte for an OPC UA StatusCode (OPC 10000-4 7.39: the two top bits are the severity, the
 * low 10 bits of the upper half the sub-code). Severity is kept; the sub-codes with a counterpart
 * in the quality byte are kept too.
 */
export function qualityFromStatusCode(statusCode: number): number {
  const known = STATUS_QUALITY.get((statusCode & 0xffff0000) >>> 0);
  if (known !== undefined) return known;
  const severity = statusCode >>> 30;
  if (severity === 0) return QUALITY.good;
  return severity === 1 ? QUALITY.uncertain : QUALITY.bad;
}

/** Codes: OPC 10000-6 annex A. */
const STATUS_QUALITY = new Map<number, number>([
  [0x808a0000, QUALITY.badNotConnected],
  [0x808b0000, QUALITY.badDeviceFailure],
  [0x808c0000, QUALITY.badSensorFailure],
  [0x808d0000, QUALITY.badOutOfService],
  [0x40900000, QUALITY.uncertainLastUsable],
  [0x40930000, QUALITY.uncertainSensorNotAccurate],
  [0x40940000, QUALITY.uncertainUnitsExceeded],
  [0x00960000, QUALITY.goodLocalOverride],
]);
