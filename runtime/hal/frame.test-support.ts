import fc from "fast-check";
import { ORIGINS, type TelemetryFrame } from "./frame.ts";

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const u16 = fc.integer({ min: 0, max: 2 ** 16 - 1 });
const f32 = fc.float();

/** Any frame that the layout can hold. */
export const anyFrame: fc.Arbitrary<TelemetryFrame> = fc.record({
  timestampNs: u64,
  wallTimestampNs: u64,
  instrumentId: u64,
  channelId: u16,
  qualityFlags: u16,
  unitCode: u32,
  value: fc.double(),
  sequence: u64,
  hwMetadata: u64,
  activeSetpoint: f32,
  dtPredicted: f32,
  dtDeviationSigma: f32,
  alarmBitmap: u64,
  spcSignals: u32,
  origin: fc.constantFrom(...ORIGINS),
});

/** An ordinary frame, for tests that care about one or two fields. */
export function frame(fields: Partial<TelemetryFrame> = {}): TelemetryFrame {
  return {
    timestampNs: 1n,
    wallTimestampNs: 2n,
    instrumentId: 3n,
    channelId: 0,
    qualityFlags: 0xc0,
    unitCode: 10,
    value: 36.8,
    sequence: 1n,
    hwMetadata: 0n,
    activeSetpoint: Number.NaN,
    dtPredicted: Number.NaN,
    dtDeviationSigma: Number.NaN,
    alarmBitmap: 0n,
    spcSignals: 0,
    origin: "physical",
    ...fields,
  };
}
