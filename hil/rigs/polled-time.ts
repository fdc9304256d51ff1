/**
 * Plant time of readings that carry none. Where a driver asks for each sample, as over Modbus, the
 * runtime's clock stamps it: on a bench in real time the plant must then keep step with that clock, and
 * its calendar begins when the run does.
 */
import type { Clock } from "@helix/hal";
import { DRIVERS } from "../parts.ts";
import type { Plan } from "../scenario/plan.ts";

export class PolledTime {
  readonly #polled: ReadonlySet<string>;
  #inoculationMs = Number.NaN;

  constructor({ instruments }: Pick<Plan, "instruments">) {
    const polled = instruments.filter(({ driver }) => DRIVERS.get(driver)?.polls);
    this.#polled = new Set(polled.map(({ key }) => key));
  }

  /** Why the plant must run at the pace of the clock; undefined where it need not. */
  get reason(): string | undefined {
    if (this.#polled.size === 0) return undefined;
    return `at the pace of the clock: readings of ${[...this.#polled].join(", ")} carry no time of their own`;
  }

  /** The plant begins now. */
  begin({ beginS }: Pick<Plan, "beginS">, clock: Clock): void {
    this.#inoculationMs = Number(clock.wallUtcNs() / 1_000_000n) - beginS * 1000;
  }

  /** Instant of plant time 0, ms since 1970 UTC; undefined for an instrument that stamps its readings. */
  inoculationMs(instrument: string): number | undefined {
    return this.#polled.has(instrument) ? this.#inoculationMs : undefined;
  }
}
