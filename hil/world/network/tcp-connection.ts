/** One TCP connection: two hosts, a pipe each way, and the socket at each end while it is held. */
import type { Host } from "../host.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Link } from "./link.ts";
import type { Network } from "./network.ts";
import { Pipe } from "./pipe.ts";

export type Side = 0 | 1;

/** What a socket is to its connection. */
export interface Receiver {
  /** New bytes, or the end, lie in the incoming pipe. */
  arrived(): void;
  /** The connection is broken; `code` as the system names it. */
  broken(code: string): void;
}

export class TcpConnection {
  readonly network: Network;
  /** Who connected, who accepted. */
  readonly hosts: readonly [Host, Host];
  readonly #pipes: readonly [Pipe, Pipe];
  readonly #receivers: [Receiver | undefined, Receiver | undefined] = [undefined, undefined];

  constructor(kernel: Kernel, network: Network, from: Host, to: Host) {
    this.network = network;
    this.hosts = [from, to];
    this.#pipes = [new Pipe(kernel, this, 0), new Pipe(kernel, this, 1)];
  }

  /** The pipe in which `from` sends. */
  pipe(from: Side): Pipe {
    return this.#pipes[from];
  }

  link(from: Side): Link {
    return this.network.link(this.hosts[from], this.hosts[from === 0 ? 1 : 0]);
  }

  hold(side: Side, receiver: Receiver): void {
    this.#receivers[side] = receiver;
  }

  release(side: Side): void {
    this.#receivers[side] = undefined;
  }

  receiver(side: Side): Receiver | undefined {
    return this.#receivers[side];
  }

  /** The host lost its power: it neither sends nor answers. */
  powerCut(side: Side): void {
    this.release(side);
    this.pipe(side).forget();
  }

  /** The process is gone: its system says goodbye, or resets when bytes lie unread. */
  processKilled(side: Side): void {
    this.release(side);
    const unread = this.pipe(side === 0 ? 1 : 0).received.length > 0;
    if (unread) this.pipe(side).send("rst");
    else if (!this.pipe(side).finSent) this.pipe(side).send("fin");
  }
}
