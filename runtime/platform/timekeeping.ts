/**
 * What the system knows of its own wall clock: how far local time is from UTC, and whether anything
 * keeps the clock right. Records carry both, so that a reader knows what their times are worth.
 */
import { execFile } from "node:child_process";

/**
 * synchronised: the system says that its clock follows a reference. free-running: it says that none
 * does. stepped: it was set to another time since it was last asked. virtual: of a virtual world.
 * not-stated: nobody could say.
 */
export const CLOCK_QUALITIES = ["not-stated", "synchronised", "free-running", "stepped", "virtual"] as const;
export type ClockQuality = (typeof CLOCK_QUALITIES)[number];

export interface Timekeeping {
  /** Whole minutes that local time is ahead of UTC at that moment (ns since 1970 UTC). */
  zoneMinutes(utcNs: bigint): number;
  /** As last heard. */
  readonly quality: ClockQuality;
  /** Asks the system. Never rejects. */
  ask(): Promise<ClockQuality>;
  /** The clock was stepped: its quality is that until the system is asked again. */
  distrust(): void;
}

class AskedTimekeeping implements Timekeeping {
  readonly zoneMinutes: (utcNs: bigint) => number;
  readonly #answer: () => Promise<ClockQuality>;
  #quality: ClockQuality;

  constructor(
    first: ClockQuality,
    zoneMinutes: (utcNs: bigint) => number,
    answer: () => Promise<ClockQuality>,
  ) {
    this.#quality = first;
    this.zoneMinutes = zoneMinutes;
    this.#answer = answer;
  }

  get quality(): ClockQuality {
    return this.#quality;
  }

  async ask(): Promise<ClockQuality> {
    this.#quality = await this.#answer();
    return this.#quality;
  }

  distrust(): void {
    this.#quality = "stepped";
  }
}

/** Local time and synchronisation as the system has them; nothing is stated before the first asking. */
export const createSystemTimekeeping = (): Timekeeping =>
  new AskedTimekeeping(
    "not-stated",
    (utcNs) => -new Date(Number(utcNs / 1_000_000n)).getTimezoneOffset(),
    askSystem,
  );

/** Of a virtual world: UTC, and no clock that could be synchronised. */
export const createVirtualTimekeeping = (): Timekeeping =>
  new AskedTimekeeping(
    "virtual",
    () => 0,
    async () => "virtual",
  );

/** The process lives that long at most after its end, where the system never answers. */
const ASK_TIMEOUT_MS = 2_000;

/**
 * systemd's view of the kernel's STA_UNSYNC flag (adjtimex), whichever daemon keeps it: Node has no
 * such call. Where systemd is not in charge, nothing is claimed.
 */
function askSystem(): Promise<ClockQuality> {
  return new Promise((resolve) => {
    const ask = ["show", "--property=NTPSynchronized", "--value"];
    execFile("timedatectl", ask, { timeout: ASK_TIMEOUT_MS }, (error, stdout) => {
      const answer = error === null ? stdout.trim() : "";
      resolve(answer === "yes" ? "synchronised" : answer === "no" ? "free-running" : "not-stated");
    });
  });
}
