/** A socket's idle timeout: one event, put off when it comes due and something has happened meanwhile. */
import type { Host } from "../host.ts";
import type { WorldEvent } from "../kernel/event-queue.ts";
import type { Kernel } from "../kernel/kernel.ts";

export class IdleTimer {
  ms: number | undefined = undefined;
  readonly #kernel: Kernel;
  readonly #host: Host;
  readonly #onIdle: () => void;
  #lastActiveUs = 0;
  #event: WorldEvent | undefined;
  #stopped = false;

  constructor(kernel: Kernel, host: Host, onIdle: () => void) {
    this.#kernel = kernel;
    this.#host = host;
    this.#onIdle = onIdle;
  }

  /** 0 switches it off. */
  set(ms: number): void {
    this.ms = ms;
    this.#kernel.cancel(this.#event);
    this.#event = undefined;
    this.active();
  }

  /** Something has happened on the socket. */
  active(): void {
    this.#lastActiveUs = this.#kernel.nowUs;
    if (!this.ms || this.#event !== undefined || this.#stopped) return;
    this.#arm(this.#kernel.nowUs + this.ms * 1000);
  }

  stop(): void {
    this.#stopped = true;
    this.#kernel.cancel(this.#event);
    this.#event = undefined;
  }

  /** The socket is used anew. */
  restart(): void {
    this.#stopped = false;
  }

  #arm(dueUs: number): void {
    const check = () => {
      this.#event = undefined;
      if (!this.ms) return;
      const due = this.#lastActiveUs + this.ms * 1000;
      if (due > this.#kernel.nowUs) this.#arm(due);
      else this.#onIdle();
    };
    this.#event = this.#kernel.at(dueUs, "idle", check, this.#host);
  }
}
