/**
 * From monitored values to telemetry frames: sequence, time, quality, setpoint and alarms in force.
 * It outlives the sessions, so that a channel's sequence goes on over a reconnection.
 */
import {
  type Clock,
  instrumentIdAsU64,
  qualityFromStatusCode,
  type TelemetryFrame,
  unitByUcum,
} from "@helix/hal";
import type { DataValue } from "node-opcua-client";
import { ChannelSequence, type Continuity } from "./channel-sequence.ts";
import type { Role } from "./monitored-nodes.ts";
import type { SessionTarget } from "./settings.ts";
import { sourceTaiNs } from "./source-time.ts";
import { queueOverflowed } from "./status-codes.ts";
import type { Notification } from "./subscription.ts";
import { numberOf, type StreamedChannel, type TelemetryPlan } from "./telemetry-plan.ts";

interface TimedValue {
  readonly role: Role;
  readonly value: DataValue;
  readonly taiNs: bigint;
}

export class FrameMaker {
  readonly #clock: Clock;
  readonly #instrumentId: bigint;
  readonly #sequences: ReadonlyMap<number, ChannelSequence>;
  readonly #setpoints = new Map<number, number>();
  /** Channels whose next sample does not follow the one before. */
  readonly #broken = new Set<number>();
  #alarmBitmap = 0n;
  #isFirst = true;

  constructor({ instrumentId, context }: SessionTarget, { channels }: TelemetryPlan) {
    this.#clock = context.clock;
    this.#instrumentId = instrumentIdAsU64(instrumentId);
    this.#sequences = new Map(channels.map((c) => [c.descriptor.id, new ChannelSequence()]));
  }

  /** Gaps stated so far, over all channels. */
  get gaps(): number {
    return [...this.#sequences.values()].reduce((sum, sequence) => sum + sequence.gaps, 0);
  }

  /** What comes next is from a new subscription: between it and what was before, samples may be missing. */
  beginSubscription(): void {
    this.#breakAll();
    this.#isFirst = true;
  }

  /** Frames for the new samples of a notification, in order. */
  frames(notification: Notification, roles: readonly { readonly role: Role }[]): TelemetryFrame[] {
    if (notification.afterMissing) this.#breakAll();
    const values = this.#inOrder(notification, roles);
    this.#isFirst = false;
    return values.flatMap((value) => this.#take(value, notification.receivedNs) ?? []);
  }

  #breakAll(): void {
    for (const id of this.#sequences.keys()) this.#broken.add(id);
  }

  /**
   * By source time, so that a frame carries the setpoint and the alarms that were in force when its
   * value was taken. In the first notification, what is in force comes first whatever its stamp.
   */
  #inOrder({ values }: Notification, roles: readonly { readonly role: Role }[]): TimedValue[] {
    const timed = values.flatMap(({ node, value }): TimedValue[] => {
      const role = roles[node]?.role;
      return role ? [{ role, value, taiNs: sourceTaiNs(value, this.#clock) }] : [];
    });
    const isFirst = this.#isFirst;
    const rank = ({ role }: TimedValue) => (isFirst && role.is === "value" ? 1 : 0);
    return timed.toSorted(
      (a, b) => rank(a) - rank(b) || (a.taiNs < b.taiNs ? -1 : a.taiNs > b.taiNs ? 1 : 0),
    );
  }

  /** Notes what is in force; a frame for a value that is a new sample. */
  #take({ role, value, taiNs }: TimedValue, receivedNs: bigint): TelemetryFrame | undefined {
    switch (role.is) {
      case "setpoint":
        this.#setpoints.set(role.channelId, numberOf(value));
        return undefined;
      case "alarms":
        this.#noteAlarms(numberOf(value));
        return undefined;
      case "value":
        return this.#frame(role.channel, value, taiNs, receivedNs);
    }
  }

  /** An alarm word that cannot be read leaves the last one known. */
  #noteAlarms(word: number): void {
    if (Number.isSafeInteger(word) && word >= 0) this.#alarmBitmap = BigInt(word);
  }

  #frame(
    { descriptor }: StreamedChannel,
    value: DataValue,
    taiNs: bigint,
    receivedNs: bigint,
  ): TelemetryFrame | undefined {
    const { id, unit } = descriptor;
    const sequence = this.#sequences.get(id)?.next(taiNs, this.#continuity(id, value));
    if (sequence === undefined) return undefined;
    return {
      timestampNs: receivedNs,
      wallTimestampNs: taiNs,
      instrumentId: this.#instrumentId,
      channelId: id,
      qualityFlags: qualityFromStatusCode(value.statusCode.value),
      unitCode: unitByUcum(unit)?.code ?? 0,
      value: numberOf(value),
      sequence,
      hwMetadata: 0n,
      activeSetpoint: this.#setpoints.get(id) ?? Number.NaN,
      dtPredicted: Number.NaN,
      dtDeviationSigma: Number.NaN,
      alarmBitmap: this.#alarmBitmap,
      spcSignals: 0,
      // The supervisor marks where the value really came from.
      origin: "physical",
    };
  }

  #continuity(channelId: number, value: DataValue): Continuity {
    const wasBroken = this.#broken.delete(channelId);
    if (queueOverflowed(value.statusCode.value)) return "lost";
    return wasBroken ? "broken" : "unbroken";
  }
}
