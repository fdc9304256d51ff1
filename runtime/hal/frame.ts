/**
 * The telemetry frame: 128 bytes, little-endian (HELIX-HAL-0001 section 7.1; DESIGN 3.2).
 *
 *    0 timestamp_ns      u64   monotonic, when the runtime's side received the value
 *    8 wall_timestamp_ns u64   TAI, when the value was taken, by the instrument's clock if it has one
 *   16 instrument_id     u64      24 channel_id  u16     26 quality_flags u16    28 unit_code u32
 *   32 value             f64      40 sequence    u64     48 hw_metadata   u64
 *   56 crc32c over 0..56 u32      60 active_setpoint f32 64 dt_predicted  f32    68 dt_deviation_sigma f32
 *   72 alarm_bitmap      u64      80 spc_signals u32     84 origin u8, 3 spare   88 reserved, 40 bytes
 *
 * Bytes 56..59 hold the checksum itself, so a flipped bit anywhere in 0..59 is noticed. The fields
 * from 60 on are filled or refined by the runtime after the driver and are outside the checksum.
 */
import { crc32c } from "./crc32c.ts";

export const FRAME_BYTES = 128;
/** The checksum covers bytes 0 up to here. */
export const FRAME_CRC_COVERED_BYTES = 56;

/** Where a value came from. Set by the supervisor from the rig, never by a driver. */
export const ORIGINS = ["physical", "simulated", "replayed", "faulted"] as const;
export type Origin = (typeof ORIGINS)[number];

export interface TelemetryFrame {
  /** ns, monotonic, u64 */
  timestampNs: bigint;
  /** ns, TAI, u64 */
  wallTimestampNs: bigint;
  /** {@link instrumentIdAsU64} */
  instrumentId: bigint;
  /** u16 */
  channelId: number;
  /** OPC quality, u16; see quality.ts */
  qualityFlags: number;
  /** u32; see units.ts */
  unitCode: number;
  value: number;
  /** u64, strictly rising per channel */
  sequence: bigint;
  /** u64, the instrument's raw reading or 0 */
  hwMetadata: bigint;
  /** f32, in the channel's unit; NaN where the channel has none */
  activeSetpoint: number;
  /** f32, in the channel's unit; NaN until the twin has filled it */
  dtPredicted: number;
  /** f32, standard deviations from the twin; NaN until filled */
  dtDeviationSigma: number;
  /** u64, one bit per alarm of the instrument */
  alarmBitmap: bigint;
  /** u32 */
  spcSignals: number;
  origin: Origin;
}

const OFFSET = {
  timestampNs: 0,
  wallTimestampNs: 8,
  instrumentId: 16,
  channelId: 24,
  qualityFlags: 26,
  unitCode: 28,
  value: 32,
  sequence: 40,
  hwMetadata: 48,
  crc: 56,
  activeSetpoint: 60,
  dtPredicted: 64,
  dtDeviationSigma: 68,
  alarmBitmap: 72,
  spcSignals: 80,
  origin: 84,
} as const;

/**
 * Writes `frame` with its checksum at `at`; the spare and reserved bytes become 0.
 * The caller owns `bytes`, at least `at + 128` long.
 */
export function encodeFrame(frame: TelemetryFrame, bytes: Uint8Array, at = 0): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES);
  view.setBigUint64(OFFSET.timestampNs, frame.timestampNs, true);
  view.setBigUint64(OFFSET.wallTimestampNs, frame.wallTimestampNs, true);
  view.setBigUint64(OFFSET.instrumentId, frame.instrumentId, true);
  view.setUint16(OFFSET.channelId, frame.channelId, true);
  view.setUint16(OFFSET.qualityFlags, frame.qualityFlags, true);
  view.setUint32(OFFSET.unitCode, frame.unitCode, true);
  view.setFloat64(OFFSET.value, frame.value, true);
  view.setBigUint64(OFFSET.sequence, frame.sequence, true);
  view.setBigUint64(OFFSET.hwMetadata, frame.hwMetadata, true);
  view.setFloat32(OFFSET.activeSetpoint, frame.activeSetpoint, true);
  view.setFloat32(OFFSET.dtPredicted, frame.dtPredicted, true);
  view.setFloat32(OFFSET.dtDeviationSigma, frame.dtDeviationSigma, true);
  view.setBigUint64(OFFSET.alarmBitmap, frame.alarmBitmap, true);
  view.setUint32(OFFSET.spcSignals, frame.spcSignals, true);
  bytes.fill(0, at + OFFSET.origin, at + FRAME_BYTES);
  bytes[at + OFFSET.origin] = ORIGINS.indexOf(frame.origin);
  view.setUint32(OFFSET.crc, crc32c(bytes, at, at + FRAME_CRC_COVERED_BYTES), true);
}

/**
 * Reads the frame at `at`. Does not check the checksum; {@link frameCrcIsValid} does.
 *
 * @throws RangeError for an origin byte that is none of {@link ORIGINS}
 */
export function decodeFrame(bytes: Uint8Array, at = 0): TelemetryFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES);
  const origin = ORIGINS[view.getUint8(OFFSET.origin)];
  if (origin === undefined)
    throw new RangeError(`frame origin ${view.getUint8(OFFSET.origin)} is not defined`);
  return {
    timestampNs: view.getBigUint64(OFFSET.timestampNs, true),
    wallTimestampNs: view.getBigUint64(OFFSET.wallTimestampNs, true),
    instrumentId: view.getBigUint64(OFFSET.instrumentId, true),
    channelId: view.getUint16(OFFSET.channelId, true),
    qualityFlags: view.getUint16(OFFSET.qualityFlags, true),
    unitCode: view.getUint32(OFFSET.unitCode, true),
    value: view.getFloat64(OFFSET.value, true),
    sequence: view.getBigUint64(OFFSET.sequence, true),
    hwMetadata: view.getBigUint64(OFFSET.hwMetadata, true),
    activeSetpoint: view.getFloat32(OFFSET.activeSetpoint, true),
    dtPredicted: view.getFloat32(OFFSET.dtPredicted, true),
    dtDeviationSigma: view.getFloat32(OFFSET.dtDeviationSigma, true),
    alarmBitmap: view.getBigUint64(OFFSET.alarmBitmap, true),
    spcSignals: view.getUint32(OFFSET.spcSignals, true),
    origin,
  };
}

/** The checksum that the frame at `at` carries. */
export function storedFrameCrc(bytes: Uint8Array, at = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES).getUint32(OFFSET.crc, true);
}

/** The checksum that the frame at `at` should carry. */
export function computeFrameCrc(bytes: Uint8Array, at = 0): number {
  return crc32c(bytes, at, at + FRAME_CRC_COVERED_BYTES);
}

export function frameCrcIsValid(bytes: Uint8Array, at = 0): boolean {
  return storedFrameCrc(bytes, at) === computeFrameCrc(bytes, at);
}

/** Marks where the frame at `at` came from; outside the checksum, so the driver's stays valid. */
export function setFrameOrigin(bytes: Uint8Array, origin: Origin, at = 0): void {
  bytes[at + OFFSET.origin] = ORIGINS.indexOf(origin);
}

/** What the twin expects of the frame at `at`; outside the checksum too. Both become f32. */
export function setFramePrediction(
  bytes: Uint8Array,
  predicted: number,
  deviationSigma: number,
  at = 0,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES);
  view.setFloat32(OFFSET.dtPredicted, predicted, true);
  view.setFloat32(OFFSET.dtDeviationSigma, deviationSigma, true);
}

/** The value of the frame at `at`, without decoding the rest. */
export function frameValue(bytes: Uint8Array, at = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES).getFloat64(OFFSET.value, true);
}

/** The quality of the frame at `at`, without decoding the rest. */
export function frameQuality(bytes: Uint8Array, at = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES).getUint16(OFFSET.qualityFlags, true);
}

/** When the value of the frame at `at` was taken, ns TAI, without decoding the rest. */
export function frameWallTimestampNs(bytes: Uint8Array, at = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES).getBigUint64(
    OFFSET.wallTimestampNs,
    true,
  );
}

/** Reads without decoding the whole frame: what the pipeline's hot path needs. */
export function frameKey(bytes: Uint8Array, at = 0): { channelId: number; sequence: bigint } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_BYTES);
  return {
    channelId: view.getUint16(OFFSET.channelId, true),
    sequence: view.getBigUint64(OFFSET.sequence, true),
  };
}
