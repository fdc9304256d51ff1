/**
 * From registers to telemetry frames: value, quality, time, sequence, setpoint in force. It outlives the
 * connections, so that a channel's sequence goes on over a reconnection.
 *
 * Modbus carries no time: a value is as old as its answer.
 */
import {
  type Clock,
  type InstrumentId,
  instrumentIdAsU64,
  QUALITY,
  type TelemetryFrame,
  unitByUcum,
  utcToTaiNs,
} from "@helix/hal";
import type { ModbusChannel } from "./channels.ts";
import { type BlockOutcome, isDue, type PolledChannel, type PollPlan } from "./poller.ts";
import { ChannelSlots } from "./polling-slots.ts";
import { rawBits, valueOf } from "./registers.ts";

/** The instrument has heard and asks for patience: there is no sample, good or bad. */
const ASKS_FOR_PATIENCE: ReadonlySet<number> = new Set([5, 6]);

/** Modbus Application Protocol 1.1b3, section 7; any other exception is plainly bad. */
const EXCEPTION_QUALITY: ReadonlyMap<number, number> = new Map([
  [4, QUALITY.badDeviceFailure],
  [10, QUALITY.badNotConnected],
  [11, QUALITY.badNotConnected],
]);

interface Reading {
  readonly value: number;
  /** u32, as it stood in the registers. */
  readonly bits: number;
  readonly quality: number;
  readonly receivedNs: bigint;
}

export class FrameMaker {
  readonly #clock: Clock;
  readonly #instrumentId: bigint;
  readonly #slots: ReadonlyMap<number, ChannelSlots>;
  readonly #unitCodes: ReadonlyMap<number, number>;

  constructor(clock: Clock, instrumentId: InstrumentId, channels: readonly ModbusChannel[]) {
    this.#clock = clock;
    this.#instrumentId = instrumentIdAsU64(instrumentId);
    this.#slots = new Map(channels.map(({ descriptor }) => [descriptor.id, new ChannelSlots()]));
    this.#unitCodes = new Map(
      channels.map(({ descriptor: { id, unit } }) => [id, unitByUcum(unit)?.code ?? 0]),
    );
  }

  /** Gaps stated so far, over all channels. */
  get gaps(): number {
    return [...this.#slots.values()].reduce((sum, slots) => sum + slots.gaps, 0);
  }

  /** Frames of the channels that the poll brought something for, in the order of the plan. */
  frames(plan: PollPlan, slot: bigint, outcomes: readonly BlockOutcome[]): TelemetryFrame[] {
    const offsetNs = utcToTaiNs(this.#clock.wallUtcNs()) - this.#clock.monotonicNs();
    return plan.channels.flatMap((polled) => {
      if (!isDue(polled, slot)) return [];
      const reading = readingOf(polled, outcomes[polled.value.group]);
      return reading ? [this.#frame(polled, slot, reading, setpointOf(polled, outcomes), offsetNs)] : [];
    });
  }

  #frame(
    { channel, every }: PolledChannel,
    slot: bigint,
    { value, bits, quality, receivedNs }: Reading,
    activeSetpoint: number,
    offsetNs: bigint,
  ): TelemetryFrame {
    const { id } = channel.descriptor;
    return {
      timestampNs: receivedNs,
      wallTimestampNs: receivedNs + offsetNs,
      instrumentId: this.#instrumentId,
      channelId: id,
      qualityFlags: quality,
      unitCode: this.#unitCodes.get(id) ?? 0,
      value,
      sequence: this.#slots.get(id)?.next(slot, every) ?? 0n,
      hwMetadata: BigInt(bits),
      activeSetpoint,
      dtPredicted: Number.NaN,
      dtDeviationSigma: Number.NaN,
      alarmBitmap: 0n,
      spcSignals: 0,
      // The supervisor marks where the value really came from.
      origin: "physical",
    };
  }
}

/** Undefined when the poll brought no sample for the channel. */
function readingOf(
  { channel, value: { at } }: PolledChannel,
  outcome: BlockOutcome | undefined,
): Reading | undefined {
  switch (outcome?.is) {
    case "registers": {
      const bits = rawBits(outcome.values, at, channel.layout);
      const value = valueOf(bits, channel.layout);
      return { value, bits, quality: qualityOf(value, channel), receivedNs: outcome.receivedNs };
    }
    case "exception": {
      const { code, receivedNs } = outcome;
      if (ASKS_FOR_PATIENCE.has(code)) return undefined;
      const quality = EXCEPTION_QUALITY.get(code) ?? QUALITY.bad;
      return { value: Number.NaN, bits: 0, quality, receivedNs };
    }
    default:
      return undefined;
  }
}

function qualityOf(value: number, { descriptor: { range } }: ModbusChannel): number {
  // Makers show a broken sensor as NaN or an infinity.
  if (!Number.isFinite(value)) return QUALITY.badSensorFailure;
  return value < range.min || value > range.max ? QUALITY.uncertainUnitsExceeded : QUALITY.good;
}

function setpointOf({ channel, setpoint }: PolledChannel, outcomes: readonly BlockOutcome[]): number {
  const outcome = setpoint && outcomes[setpoint.group];
  if (outcome?.is !== "registers") return Number.NaN;
  return valueOf(rawBits(outcome.values, setpoint?.at ?? 0, channel.layout), channel.layout);
}
