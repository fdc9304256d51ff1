/**
 * One direction of one TCP connection: segments in order, held up while the way is down and tried
 * again with doubling timeouts as TCP does (RFC 6298, Linux limits), a farewell (FIN) or a break (RST).
 * Leaves out congestion control and the receiver's window.
 */
import type { Kernel } from "../kernel/kernel.ts";
import type { Link } from "./link.ts";
import type { TcpConnection } from "./tcp-connection.ts";

export type Segment = Buffer | "fin" | "rst";

const FIRST_RETRY_US = 200_000;
const LONGEST_RETRY_US = 120_000_000;
/** Linux: tcp_retries2 = 15 gives up after about this long. */
const GIVE_UP_AFTER_US = 924_600_000;
/** A sender that waited for room may go on below this. */
const LOW_WATER_BYTES = 65_536;
const NOTHING = new Uint8Array(0);

export class Pipe {
  readonly connection: TcpConnection;
  /** The sending side: 0 is who connected. */
  readonly from: 0 | 1;
  inFlight = 0;
  finSent = false;
  /** Arrived and not yet read by the application. */
  readonly received: Buffer[] = [];
  ended = false;
  readonly #kernel: Kernel;
  /** Found once: two hosts keep their link for good, and looking for it costs more than sending. */
  #way: Link | undefined;
  #waiting: Segment[] = [];
  #lastArrivalUs = 0;
  #stalled = false;
  /** Counts the times the queue was sent anew; arrivals of an earlier time are void. */
  #attempt = 0;
  #forRoom: (() => void)[] = [];

  constructor(kernel: Kernel, connection: TcpConnection, from: 0 | 1) {
    this.#kernel = kernel;
    this.connection = connection;
    this.from = from;
  }

  get #to(): 0 | 1 {
    return this.from === 0 ? 1 : 0;
  }

  get #link(): Link {
    return (this.#way ??= this.connection.link(this.from));
  }

  /** Sends one message; the bytes are copied, since the writer may reuse its buffer. */
  sendMessage(message: Uint8Array): void {
    const link = this.#link;
    const { keep, thenReset } = link.admit(message.length);
    for (let at = 0; at < keep; ) {
      const length = link.segmentLength(keep - at);
      const segment = Buffer.from(message.subarray(at, at + length));
      const turned = link.corrupt(segment);
      if (turned !== undefined) this.#kernel.noteText("corrupted", String(turned));
      this.#transmit(segment);
      at += length;
    }
    if (!thenReset) return;
    this.#kernel.noteText(keep > 0 ? "truncated" : "reset-message", String(keep));
    this.send("rst");
    this.#abortSender("ECONNRESET", link.settings.latencyUs);
  }

  send(segment: "fin" | "rst"): void {
    if (segment === "fin") this.finSent = true;
    this.#transmit(segment);
  }

  /** Calls back when the sender may write again. */
  whenRoom(callback: () => void): void {
    this.#forRoom.push(callback);
  }

  /** The sender is gone without a word: nothing is tried again. */
  forget(): void {
    this.#waiting = [];
    this.#forRoom = [];
  }

  #transmit(segment: Segment): void {
    const length = typeof segment === "string" ? 0 : segment.length;
    this.inFlight += length;
    this.#waiting.push(segment);
    if (this.#stalled) return;
    const arrivalUs = this.#link.arrival(this.#kernel.nowUs, length);
    if (arrivalUs === undefined) this.#stall();
    else this.#scheduleArrival(arrivalUs);
  }

  #scheduleArrival(arrivalUs: number): void {
    this.#lastArrivalUs = Math.max(this.#lastArrivalUs, arrivalUs);
    const to = this.connection.hosts[this.#to];
    const attempt = this.#attempt;
    this.#kernel.deliver(
      this.#lastArrivalUs,
      "segment",
      () => {
        if (attempt === this.#attempt) this.#arrive();
      },
      to,
    );
  }

  #arrive(): void {
    if (this.#link.settings.down || !this.connection.hosts[this.#to].powered) return this.#stall();
    const segment = this.#waiting.shift();
    if (segment !== undefined) this.#deliver(segment);
  }

  #stall(): void {
    this.#stalled = true;
    this.#attempt += 1;
    this.#retryLater(FIRST_RETRY_US, this.#kernel.nowUs);
  }

  #retryLater(waitUs: number, sinceUs: number): void {
    const sender = this.connection.hosts[this.from];
    this.#kernel.deliver(
      this.#kernel.nowUs + waitUs,
      "retry",
      () => {
        if (this.#waiting.length === 0) {
          this.#stalled = false;
          return;
        }
        if (!this.#link.loses() && this.connection.hosts[this.#to].powered) return this.#sendAgain();
        if (this.#kernel.nowUs - sinceUs > GIVE_UP_AFTER_US) {
          this.forget();
          this.#abortSender("ETIMEDOUT", 0);
          return;
        }
        this.#retryLater(Math.min(waitUs * 2, LONGEST_RETRY_US), sinceUs);
      },
      sender,
    );
  }

  #sendAgain(): void {
    this.#stalled = false;
    this.#lastArrivalUs = 0;
    for (const segment of this.#waiting) {
      const length = typeof segment === "string" ? 0 : segment.length;
      const arrivalUs = this.#link.arrival(this.#kernel.nowUs, length);
      if (arrivalUs === undefined) return this.#stall();
      this.#scheduleArrival(arrivalUs);
    }
  }

  #deliver(segment: Segment): void {
    if (typeof segment === "string") this.#kernel.note(segment, NOTHING);
    else {
      this.#kernel.note("bytes", segment);
      this.inFlight -= segment.length;
      this.#wakeSender();
    }
    this.connection.network.count(segment);
    const receiver = this.connection.receiver(this.#to);
    if (receiver === undefined) {
      // Nobody holds this end any more; data is answered by a reset.
      if (typeof segment !== "string") this.connection.pipe(this.#to).send("rst");
      return;
    }
    if (segment === "rst") return receiver.broken("ECONNRESET");
    if (segment === "fin") this.ended = true;
    else this.received.push(segment);
    receiver.arrived();
  }

  #wakeSender(): void {
    if (this.#forRoom.length === 0 || this.inFlight >= LOW_WATER_BYTES) return;
    const woken = this.#forRoom;
    this.#forRoom = [];
    const sender = this.connection.hosts[this.from];
    for (const callback of woken) this.#kernel.immediate("written", callback, sender);
  }

  #abortSender(code: string, delayUs: number): void {
    const sender = this.connection.hosts[this.from];
    this.#kernel.deliver(
      this.#kernel.nowUs + delayUs,
      "abort",
      () => this.connection.receiver(this.from)?.broken(code),
      sender,
    );
  }
}
