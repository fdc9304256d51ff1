/**
 * A serial cable between two ports: bytes take their time on the wire (start, data, parity and stop
 * bits at the baud rate), come out of the receiver in the chunks of its FIFO, and suffer.
 *
 * The FIFO of 16 bytes and its 1 ms latency timer are a common USB converter's (FTDI application note
 * AN232B-04 gives 16 ms as default, 1 ms as lowest). Leaves out handshake lines and XON/XOFF.
 */
import type { Random, SerialLine } from "@helix/hal";
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { SerialEnd } from "./serial-end.ts";

export interface CableFaults {
  /** Chance, per byte, that one bit is turned. */
  readonly corruption: number;
  /** Chance, per byte, that it is lost. */
  readonly drop: number;
  /** Chance, per byte that passes, that a random byte follows. */
  readonly noise: number;
  /** Both ends open, nothing passes. */
  readonly cut: boolean;
  /** On the way, beside the bytes' own time: a converter with a network behind it. */
  readonly latencyUs: number;
  /** Uniform, added to the latency; the order stays. */
  readonly jitterUs: number;
  /** Bytes per s that pass at the most; 0: what the baud rate allows. */
  readonly bandwidth: number;
  /** Bytes arrive one by one, so much further apart; 0 is off. */
  readonly dripUs: number;
}

export interface CableEnd {
  readonly host: Host;
  /** As the host names the port, e.g. /dev/ttyUSB0. */
  readonly path: string;
}

/** Hears what happens to bytes; `from` is the end that sent them. */
export interface CableWatcher {
  sent(from: End, length: number): void;
  /** `lost` of them are lost on the way. */
  arrived(from: End, length: number, lost: number, transitUs: number): void;
  corrupted(at: number, before: number, after: number): void;
  truncated(length: number, kept: number): void;
  /** Somebody tried to open the port at this end, which is pulled out. */
  missed(end: End): void;
}

const FIFO_BYTES = 16;
const LATENCY_TIMER_US = 1000;
const SOUND: CableFaults = {
  corruption: 0,
  drop: 0,
  noise: 0,
  cut: false,
  latencyUs: 0,
  jitterUs: 0,
  bandwidth: 0,
  dripUs: 0,
};

export type End = 0 | 1;

export class Cable {
  readonly ends: readonly [CableEnd, CableEnd];
  readonly watchers = new Set<CableWatcher>();
  faults: CableFaults = SOUND;
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #plugged: [boolean, boolean] = [true, true];
  readonly #open: [SerialEnd | undefined, SerialEnd | undefined] = [undefined, undefined];
  readonly #freeAtUs: [number, number] = [0, 0];
  readonly #arrivesAtUs: [number, number] = [0, 0];
  readonly #breakUntilUs: [number, number] = [0, 0];
  readonly #cutsNext: [boolean, boolean] = [false, false];

  constructor(kernel: Kernel, random: Random, ends: readonly [CableEnd, CableEnd]) {
    this.#kernel = kernel;
    this.#random = random;
    this.ends = ends;
  }

  change(faults: Partial<CableFaults>): void {
    this.faults = { ...this.faults, ...faults };
    this.#kernel.noteText("cable", `${this.ends[0].path} ${JSON.stringify(faults)}`);
  }

  isPlugged(end: End): boolean {
    return this.#plugged[end];
  }

  /** The converter is pulled out of its host: an open port fails, and there is none to open. */
  unplug(end: End): void {
    this.#plugged[end] = false;
    const port = this.#open[end];
    const { host, path } = this.ends[end];
    this.#kernel.noteText("unplug", path, host);
    if (port !== undefined) this.#kernel.deliver(this.#kernel.nowUs, "unplug", () => port.unplugged(), host);
  }

  plug(end: End): void {
    this.#plugged[end] = true;
    this.#kernel.noteText("plug", this.ends[end].path, this.ends[end].host);
  }

  /** `from` holds the line at space: the other end reads one zero byte, and nothing passes meanwhile. */
  sendBreak(from: End, durationUs: number): void {
    this.#breakUntilUs[from] = this.#kernel.nowUs + durationUs;
    const to = other(from);
    const zero = () => this.#open[to]?.receive(new Uint8Array(1));
    this.#kernel.deliver(this.#kernel.nowUs, "break", zero, this.ends[to].host);
  }

  /** What `from` sends next is cut short. */
  truncateNext(from: End): void {
    this.#cutsNext[from] = true;
  }

  truncateNoMore(from: End): void {
    this.#cutsNext[from] = false;
  }

  hold(end: End, port: SerialEnd): void {
    this.#open[end] = port;
  }

  release(end: End): void {
    this.#open[end] = undefined;
  }

  isHeld(end: End): boolean {
    return this.#open[end] !== undefined;
  }

  /** Somebody wants a port that is pulled out. */
  missed(end: End): void {
    for (const watcher of this.watchers) watcher.missed(end);
  }

  /** Puts bytes on the line. @returns when the last one has left, in µs */
  send(from: End, given: Uint8Array, line: SerialLine): number {
    const to = other(from);
    const bytes = this.#whole(from, given);
    for (const watcher of this.watchers) watcher.sent(from, bytes.length);
    const { bandwidth, dripUs, latencyUs, jitterUs } = this.faults;
    const perByteUs = dripUs + Math.max(byteTimeUs(line), bandwidth > 0 ? 1e6 / bandwidth : 0);
    const chunkBytes = dripUs > 0 ? 1 : FIFO_BYTES;
    const beginUs = this.#kernel.nowUs;
    let atUs = Math.max(beginUs, this.#freeAtUs[from]);
    for (let start = 0; start < bytes.length; start += chunkBytes) {
      const chunk = new Uint8Array(bytes.subarray(start, start + chunkBytes));
      atUs += chunk.length * perByteUs;
      const isLast = start + chunkBytes >= bytes.length;
      const delayUs = latencyUs + (jitterUs > 0 ? this.#random.uniform() * jitterUs : 0);
      const dueUs = atUs + delayUs + (isLast ? LATENCY_TIMER_US : 0);
      const arrivalUs = Math.max(dueUs, this.#arrivesAtUs[from]);
      this.#arrivesAtUs[from] = arrivalUs;
      const arrive = () => this.#arrive(from, chunk, line, arrivalUs - beginUs);
      this.#kernel.deliver(arrivalUs, "serial", arrive, this.ends[to].host);
    }
    this.#freeAtUs[from] = atUs;
    return atUs;
  }

  #whole(from: End, bytes: Uint8Array): Uint8Array {
    if (!this.#cutsNext[from] || bytes.length < 2) return bytes;
    this.#cutsNext[from] = false;
    const kept = this.#random.integer(1, bytes.length - 1);
    for (const watcher of this.watchers) watcher.truncated(bytes.length, kept);
    return bytes.subarray(0, kept);
  }

  #arrive(from: End, chunk: Uint8Array, sent: SerialLine, transitUs: number): void {
    const heard = this.#heard(from, chunk, sent);
    const lost = heard === undefined ? chunk.length : heard.lost;
    for (const watcher of this.watchers) watcher.arrived(from, chunk.length, lost, transitUs);
    if (heard === undefined || heard.bytes.length === 0) return;
    const bytes = Uint8Array.from(heard.bytes);
    this.#kernel.note("serial", bytes);
    this.#open[other(from)]?.receive(bytes);
  }

  /** What comes out at the other end; undefined where nothing can. */
  #heard(from: End, chunk: Uint8Array, sent: SerialLine): { bytes: number[]; lost: number } | undefined {
    const to = other(from);
    const port = this.#open[to];
    if (this.faults.cut || port === undefined || !this.#plugged[from] || !this.#plugged[to]) return undefined;
    if (this.#kernel.nowUs < this.#breakUntilUs[from]) return undefined;
    const agree =
      port.line.baudRate === sent.baudRate &&
      port.line.parity === sent.parity &&
      port.line.dataBits === sent.dataBits;
    const bytes: number[] = [];
    let lost = 0;
    for (const [at, byte] of chunk.entries()) {
      if (this.#happens(this.faults.drop)) {
        lost += 1;
        continue;
      }
      bytes.push(agree ? this.#suffer(byte, at) : this.#random.integer(0, 255));
      if (this.#happens(this.faults.noise)) bytes.push(this.#random.integer(0, 255));
    }
    return { bytes, lost };
  }

  #suffer(byte: number, at: number): number {
    if (!this.#happens(this.faults.corruption)) return byte;
    const after = byte ^ (1 << this.#random.integer(0, 7));
    for (const watcher of this.watchers) watcher.corrupted(at, byte, after);
    return after;
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random.uniform() < chance;
  }
}

/** Time of one byte on the line, in µs. */
export function byteTimeUs(line: SerialLine): number {
  const bits = 1 + line.dataBits + (line.parity === "none" ? 0 : 1) + line.stopBits;
  return (bits * 1e6) / line.baudRate;
}

export function other(end: End): End {
  return end === 0 ? 1 : 0;
}
