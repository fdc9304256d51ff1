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
}

export interface CableEnd {
  readonly host: Host;
  /** As the host names the port, e.g. /dev/ttyUSB0. */
  readonly path: string;
}

const FIFO_BYTES = 16;
const LATENCY_TIMER_US = 1000;
const SOUND: CableFaults = { corruption: 0, drop: 0, noise: 0, cut: false };

export type End = 0 | 1;

export class Cable {
  readonly ends: readonly [CableEnd, CableEnd];
  faults: CableFaults = SOUND;
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #plugged: [boolean, boolean] = [true, true];
  readonly #open: [SerialEnd | undefined, SerialEnd | undefined] = [undefined, undefined];
  readonly #freeAtUs: [number, number] = [0, 0];
  readonly #breakUntilUs: [number, number] = [0, 0];

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

  hold(end: End, port: SerialEnd): void {
    this.#open[end] = port;
  }

  release(end: End): void {
    this.#open[end] = undefined;
  }

  isHeld(end: End): boolean {
    return this.#open[end] !== undefined;
  }

  /** Puts bytes on the line. @returns when the last one has left, in µs */
  send(from: End, bytes: Uint8Array, line: SerialLine): number {
    const to = other(from);
    const perByteUs = byteTimeUs(line);
    let atUs = Math.max(this.#kernel.nowUs, this.#freeAtUs[from]);
    for (let start = 0; start < bytes.length; start += FIFO_BYTES) {
      const chunk = new Uint8Array(bytes.subarray(start, start + FIFO_BYTES));
      atUs += chunk.length * perByteUs;
      const isLast = start + FIFO_BYTES >= bytes.length;
      const arrivalUs = atUs + (isLast ? LATENCY_TIMER_US : 0);
      this.#kernel.deliver(arrivalUs, "serial", () => this.#arrive(from, chunk, line), this.ends[to].host);
    }
    this.#freeAtUs[from] = atUs;
    return atUs;
  }

  #arrive(from: End, chunk: Uint8Array, sent: SerialLine): void {
    const to = other(from);
    const port = this.#open[to];
    if (this.faults.cut || port === undefined || !this.#plugged[from] || !this.#plugged[to]) return;
    if (this.#kernel.nowUs < this.#breakUntilUs[from]) return;
    const agree =
      port.line.baudRate === sent.baudRate &&
      port.line.parity === sent.parity &&
      port.line.dataBits === sent.dataBits;
    const heard: number[] = [];
    for (const byte of chunk) {
      if (this.#happens(this.faults.drop)) continue;
      heard.push(agree ? this.#suffer(byte) : this.#random.integer(0, 255));
      if (this.#happens(this.faults.noise)) heard.push(this.#random.integer(0, 255));
    }
    if (heard.length === 0) return;
    const bytes = Uint8Array.from(heard);
    this.#kernel.note("serial", bytes);
    port.receive(bytes);
  }

  #suffer(byte: number): number {
    return this.#happens(this.faults.corruption) ? byte ^ (1 << this.#random.integer(0, 7)) : byte;
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

function other(end: End): End {
  return end === 0 ? 1 : 0;
}
