/**
 * A computer in the world: a name, an address, a clock that may be wrong, chance of its own, and
 * the ways in which it dies. What it owns (sockets, serial ports, files) hears of its death as parts.
 */
import type { Random } from "@helix/hal";
import { HostClock } from "./host-clock.ts";
import type { Kernel } from "./kernel/kernel.ts";

export interface HostPart {
  /** The current is gone: nothing more leaves, what was not safe is lost. */
  powerCut(): void;
  /** kill -9: the operating system lives on and cleans up after the process. */
  processKilled(): void;
}

export interface HostOptions {
  readonly id: number;
  readonly name: string;
  /** IPv4 in dotted form. */
  readonly address: string;
  readonly random: Random;
}

export class Host {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly random: Random;
  readonly clock = new HostClock();
  /** False after a power cut, until the reboot. */
  powered = true;
  /** False after a power cut or a kill: nothing the old process asked for happens any more. */
  running = true;
  /** Counts boots; each boot has its own module realm where one is asked for. */
  boot = 1;
  readonly #kernel: Kernel;
  readonly #parts: HostPart[] = [];

  constructor(kernel: Kernel, options: HostOptions) {
    this.#kernel = kernel;
    this.id = options.id;
    this.name = options.name;
    this.address = options.address;
    this.random = options.random;
  }

  attach(part: HostPart): void {
    this.#parts.push(part);
  }

  /** Runs `work` now as this host's code. */
  run<T>(work: () => T): T {
    const before = this.#kernel.currentHost;
    this.#kernel.currentHost = this;
    try {
      return work();
    } finally {
      this.#kernel.currentHost = before;
    }
  }

  /**
   * Starts a program on this host, as an event. Settles with the program; never settles when the
   * host dies first.
   */
  start<T>(program: (host: Host) => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#kernel.immediate(
        "program",
        () => {
          new Promise<T>((settle) => settle(program(this))).then(resolve, reject);
        },
        this,
      );
    });
  }

  /** Power cut: timers die, no farewell leaves any socket, unsynced files may be lost. */
  crash(): void {
    this.#die("crash", (part) => part.powerCut());
    this.powered = false;
  }

  /** kill -9: timers die, the operating system closes the sockets; files keep what was written. */
  kill(): void {
    this.#die("kill", (part) => part.processKilled());
  }

  /** Current back and operating system up; the caller then starts programs. */
  reboot(): void {
    if (this.running) throw new Error(`${this.name} is running: crash() or kill() it before reboot()`);
    this.powered = true;
    this.running = true;
    this.boot += 1;
    this.#kernel.noteText("reboot", this.name, this);
  }

  #die(how: string, tell: (part: HostPart) => void): void {
    if (!this.running) return;
    this.running = false;
    this.#kernel.noteText(how, this.name, this);
    this.#kernel.cancelProcess(this);
    for (const part of this.#parts) tell(part);
  }
}
