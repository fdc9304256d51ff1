/**
 * Watches the wall clock against the monotonic one, and asks now and then whether anything keeps it
 * right: a step, and each change of quality, are records. What a clock's discipline slews is no step.
 */
import type { Ledger } from "@helix/ledger";
import type { Platform } from "@helix/platform";
import type { EmitSupervisorEvent } from "./events.ts";

/** ns: less than this no record's order or duration depends on. */
const STEP_NS = 100_000_000n;
/** A disciplined clock is slewed by 500 ppm at most (adjtime, NTP): one part in this many. */
const SLEW_DIVISOR = 2000n;
/** How long after a step the system is asked again, and how often otherwise. */
const ASK_AGAIN_NS = 60_000_000_000n;
const ASK_EVERY_NS = 3_600_000_000_000n;

export class ClockWatch {
  readonly #platform: Pick<Platform, "clock" | "timekeeping">;
  readonly #ledger: Pick<Ledger, "enqueue">;
  readonly #emit: EmitSupervisorEvent;
  /** Wall minus monotonic, ns, and when that was. */
  #offset: bigint;
  #lookedAtNs: bigint;
  #askAtNs: bigint;
  #stopped = false;

  constructor(
    platform: Pick<Platform, "clock" | "timekeeping">,
    ledger: Pick<Ledger, "enqueue">,
    emit: EmitSupervisorEvent,
  ) {
    this.#platform = platform;
    this.#ledger = ledger;
    this.#emit = emit;
    this.#lookedAtNs = platform.clock.monotonicNs();
    this.#offset = platform.clock.wallUtcNs() - this.#lookedAtNs;
    this.#askAtNs = this.#lookedAtNs;
  }

  /** To be called every second or so. */
  check(): void {
    const { clock, timekeeping } = this.#platform;
    const now = clock.monotonicNs();
    const utcNs = clock.wallUtcNs();
    const moved = utcNs - now - this.#offset;
    if (moved <= -STEP_NS || moved >= STEP_NS) {
      this.#offset += moved;
      const { quality: previous } = timekeeping;
      timekeeping.distrust();
      this.#recordStep(moved, utcNs);
      this.#recordQuality(previous);
      this.#askAtNs = now + ASK_AGAIN_NS;
    } else {
      const slew = (now - this.#lookedAtNs) / SLEW_DIVISOR;
      this.#offset += moved > slew ? slew : moved < -slew ? -slew : moved;
    }
    this.#lookedAtNs = now;
    if (now >= this.#askAtNs) void this.#ask(now);
  }

  /** Records nothing any more, an answer that is still to come included. */
  stop(): void {
    this.#stopped = true;
  }

  async #ask(now: bigint): Promise<void> {
    this.#askAtNs = now + ASK_EVERY_NS;
    const { timekeeping } = this.#platform;
    const { quality: previous } = timekeeping;
    await timekeeping.ask();
    this.#recordQuality(previous);
  }

  #recordStep(stepNs: bigint, utcNs: bigint): void {
    this.#ledger.enqueue({ type: "CLOCK_STEPPED", stepNs, expectedUtcNs: utcNs - stepNs, utcNs });
    this.#emit({ type: "clock-stepped", stepNs });
  }

  #recordQuality(previous: Platform["timekeeping"]["quality"]): void {
    const { quality } = this.#platform.timekeeping;
    if (quality !== previous && !this.#stopped)
      this.#ledger.enqueue({ type: "CLOCK_QUALITY", quality, previous });
  }
}
