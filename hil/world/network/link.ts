/**
 * One direction of the way between two hosts, with everything that can go wrong on it. Losses are
 * repaired as TCP does it (retransmission with doubling timeouts), so they show as delay, and as a
 * broken connection when they go on for too long.
 */
import type { Random } from "@helix/hal";

export interface LinkSettings {
  readonly latencyUs: number;
  /** Uniform, added to the latency. */
  readonly jitterUs: number;
  /** Bytes per second; 0 is unlimited. */
  readonly bandwidth: number;
  /** Chance that a segment is lost, each time it is sent. */
  readonly loss: number;
  /** Chance that a segment arrives with one bit turned. TCP's checksum would catch most; bad hardware does not. */
  readonly corruption: number;
  /** Chance that a segment is cut in two at a random byte: message boundaries move. */
  readonly split: number;
  /** Bytes arrive one by one, so many µs apart; 0 is off. */
  readonly dripUs: number;
  /** Nothing gets through in this direction. */
  readonly down: boolean;
}

export const LOCAL_NETWORK: LinkSettings = {
  latencyUs: 300,
  jitterUs: 50,
  bandwidth: 12_500_000,
  loss: 0,
  corruption: 0,
  split: 0,
  dripUs: 0,
  down: false,
};

/** Within one host. */
export const LOOPBACK: LinkSettings = { ...LOCAL_NETWORK, latencyUs: 20, jitterUs: 0, bandwidth: 0 };

/** Ethernet payload of one TCP segment. */
const SEGMENT_BYTES = 1460;
const HEADER_BYTES = 40;
const FIRST_RETRY_US = 200_000;
const LONGEST_RETRY_US = 120_000_000;
/** Linux tcp_retries2. */
const MAX_LOSSES = 15;

export class Link {
  settings: LinkSettings;
  /** What wanted to pass while the way was down, since it last went down. */
  readonly held = { bytes: 0, attempts: 0 };
  readonly #random: Random;
  #freeAtUs = 0;
  #truncate = 0;
  #reset = 0;

  constructor(settings: LinkSettings, random: Random) {
    this.settings = settings;
    this.#random = random;
  }

  change(settings: Partial<LinkSettings>): void {
    if (settings.down && !this.settings.down) Object.assign(this.held, { bytes: 0, attempts: 0 });
    this.settings = { ...this.settings, ...settings };
  }

  /** The next `count` messages arrive cut short, and the connection breaks. */
  truncateNext(count = 1): void {
    this.#truncate += count;
  }

  /** The next `count` messages do not arrive; their connection is reset. */
  resetNext(count = 1): void {
    this.#reset += count;
  }

  /** What becomes of a message that an application writes: how much of it goes, and whether a reset follows. */
  admit(length: number): { keep: number; thenReset: boolean } {
    if (this.#reset > 0) {
      this.#reset -= 1;
      return { keep: 0, thenReset: true };
    }
    if (this.#truncate > 0 && length > 1) {
      this.#truncate -= 1;
      return { keep: this.#random.integer(1, length - 1), thenReset: true };
    }
    return { keep: length, thenReset: false };
  }

  /** Length of the next segment of a message of which `left` bytes remain. */
  segmentLength(left: number): number {
    if (this.settings.dripUs > 0) return 1;
    const most = Math.min(SEGMENT_BYTES, left);
    if (most > 1 && this.#happens(this.settings.split)) return this.#random.integer(1, most - 1);
    return most;
  }

  /** Turns one bit of `segment` in place, by chance. @returns the byte's index, if it happened */
  corrupt(segment: Uint8Array): number | undefined {
    if (!this.#happens(this.settings.corruption)) return undefined;
    const at = this.#random.integer(0, segment.length - 1);
    segment[at] = (segment[at] as number) ^ (1 << this.#random.integer(0, 7));
    return at;
  }

  /** When a packet of `payload` bytes sent now arrives; undefined when it is lost too often to matter. */
  arrival(nowUs: number, payload: number): number | undefined {
    const { bandwidth, dripUs } = this.settings;
    let departureUs = Math.max(nowUs, this.#freeAtUs);
    if (bandwidth > 0 && payload > 0) departureUs += Math.ceil(((payload + HEADER_BYTES) / bandwidth) * 1e6);
    if (payload > 0) departureUs += dripUs;
    this.#freeAtUs = departureUs;
    const repairUs = this.#repairUs();
    return repairUs === undefined ? undefined : departureUs + this.transitUs() + repairUs;
  }

  /** Latency with jitter, for a packet that takes no bandwidth worth counting. */
  transitUs(): number {
    const { latencyUs, jitterUs } = this.settings;
    return latencyUs + (jitterUs > 0 ? this.#random.integer(0, jitterUs) : 0);
  }

  /** Draws whether a single packet is lost, a dead link included. */
  loses(): boolean {
    return this.settings.down || this.#happens(this.settings.loss);
  }

  #repairUs(): number | undefined {
    let total = 0;
    let retry = FIRST_RETRY_US;
    for (let losses = 0; this.#happens(this.settings.loss); losses++) {
      if (losses === MAX_LOSSES) return undefined;
      total += retry;
      retry = Math.min(retry * 2, LONGEST_RETRY_US);
    }
    return total;
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.uniform() < chance;
  }
}
